import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { VideoShares } from './hash-match.ts'
import { Nothing } from './words.ts'

/** Most hashes of one call. */
export const MOST_HASHES = 1_000

/** Lists of one call, by their ids. */
const ListIds = z.array(z.string().min(1).max(64)).min(1).max(100)

export const ReadingJson = z.object({
  pdq: z.string().describe('64 hex digits'),
  quality: z.int().describe('0 to 100; under 50 a picture shows too little for a match to prove anything'),
  profile: z.enum(['full', 'n512']),
  of: z.enum(['stored', 'shown']).describe('As the file stores it, or turned upright as its EXIF tag says'),
  ground: z.enum(['dropped', 'white', 'black']).optional(),
  frame: z.int().optional(),
  ms: z.int().optional(),
})

/** Why something is not known. None of these is ever "no match" (matching.md §3). */
export const UnmeasuredJson = z.object({ part: z.enum(['bytes', 'pixels', 'frames']), why: z.string() })

/** What measuring one file gave. Without digests its bytes were not to be had. */
export const HashAnswer = z.object({
  sha256: z.string().optional(),
  md5: z.string().optional(),
  sha1: z.string().optional(),
  type: z.string().optional().describe('Media type, by our own look at the bytes'),
  width: z.int().optional(),
  height: z.int().optional(),
  frames: z.int().optional(),
  durationMs: z.int().optional(),
  readings: z.array(ReadingJson),
  unknown: z.array(UnmeasuredJson),
  flags: z.array(z.string()),
  kernel: z.string().optional().describe('What made the PDQ hashes'),
})
export type HashAnswer = z.infer<typeof HashAnswer>

export const FileAddress = z.object({
  url: z
    .url({
      protocol: /^https?$/,
      error: 'expected an address of at most 2048 characters that begins with https: or http:',
    })
    .max(2048, 'expected an address of at most 2048 characters that begins with https: or http:')
    .describe('Where the file can be fetched: a host that is listed for the connection (LAMPLIGHTER_MEDIA_HOSTS)'),
})

export const hashFile = endpoint({
  id: 'hashFile',
  method: 'post',
  path: '/v1/hash',
  act: 'hash.make',
  summary: 'Hash one file: its bytes, or {"url"} as JSON. Nothing of it is stored.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  takes: ['application/json', '*/*'],
  reads: FileAddress,
  status: 200,
  answer: HashAnswer,
  repeat: 'own',
  writes: false,
  codes: ['invalid', 'unsupported_type'],
})

export const hashKinds = ['pdq', 'vpdq', 'sha256', 'sha1', 'md5'] as const
export const HashKind = z.enum(hashKinds)
export type HashKind = z.infer<typeof HashKind>

/** Hashes to look up. Their form is checked by the call, which answers `bad_hash` with a pointer to each that is none. */
export const MatchBody = z.object({
  hashes: z
    .array(
      z.object({
        kind: HashKind,
        value: z
          .string()
          .describe(
            'Hex digits: 64 for pdq and sha256, 40 for sha1, 32 for md5; for vpdq the hashes of the frames of a video, with spaces between them, each with its quality behind it where that is known, as HASH:87',
          ),
        quality: z.number().optional().describe('0 to 100; needed for pdq'),
      }),
      `expected 1 to ${MOST_HASHES} hashes`,
    )
    .min(1, `expected 1 to ${MOST_HASHES} hashes`)
    .max(MOST_HASHES, `expected 1 to ${MOST_HASHES} hashes`),
  lists: ListIds.optional().describe('Ids of lists; without it all that the key may ask'),
})
export type MatchBody = z.infer<typeof MatchBody>

export const MatchHit = z.object({
  list: z.string(),
  version: z.int().optional(),
  entry: z.int().optional(),
  distance: z.int().optional().describe('Bits that differ; 0 for digests; left out for videos'),
  shares: VideoShares.optional().describe(
    'Videos: how much of the listed one is in this one, and how much of this one in the listed one, 0 to 1',
  ),
  flags: z
    .array(z.enum(['turned', 'weak', 'weak_digest', 'disputed', 'hot']))
    .optional()
    .describe(
      'disputed: not everybody thinks that the entry belongs there · hot: it hits things of many people just now, as viral abuse and wrong entries do · turned: only turned or mirrored · weak: a picture with too little in it · weak_digest: MD5 or SHA-1',
    ),
})
export type MatchHit = z.infer<typeof MatchHit>

/** A hit of a sealed list names the list and nothing else. */
export const MatchResult = z.object({
  state: z.enum(['hit', 'no_hit', 'unknown', 'none']),
  hits: z.array(MatchHit),
  more: z.literal(true).optional().describe('There are more hits than are shown; the nearest are'),
  why: z.string().optional(),
})
export type MatchResult = z.infer<typeof MatchResult>

export const matchHashes = endpoint({
  id: 'matchHashes',
  method: 'post',
  path: '/v1/match',
  act: 'match.ask',
  summary: 'Ask lists about up to 1,000 hashes, or about the bytes of one file. Nothing of it is stored.',
  params: Nothing,
  query: z.object({
    lists: z
      .string()
      .max(1_000)
      .optional()
      .describe('For bytes: ids of lists, with commas; hashes name them in the body'),
  }),
  body: undefined,
  takes: ['application/json', '*/*'],
  reads: MatchBody,
  status: 200,
  answer: z.object({
    lists: z.array(z.object({ id: z.string(), version: z.int().optional() })).describe('Lists that were asked'),
    results: z.array(MatchResult).describe('One for each hash, in their order; one for a file'),
    file: HashAnswer.optional().describe('For bytes: what was looked up'),
  }),
  repeat: 'own',
  codes: ['bad_hash', 'sealed'],
})
