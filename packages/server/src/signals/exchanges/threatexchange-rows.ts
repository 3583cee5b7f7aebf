import { z } from 'zod'
import type { OthersOpinion } from '../lists/changes.ts'
import { issueOf, listed, type MatchedKind, type RowRead } from './json-pages.ts'
import { opinionsFrom } from './opinions.ts'

/*
 * Rows of `threat_updates` (developers.facebook.com/docs/threat-exchange/reference/apis: threat-updates, indicator-type, status-type; issue 834 of
 * facebook/ThreatExchange for what is missing). Each is an indicator with the opinions on it, which Meta calls descriptors.
 */

/** Indicator types that something here matches; all others (`HASH_TMK`, `URI`, `TEXT_STRING`, …) are counted. */
export const TYPES: Readonly<Record<string, MatchedKind>> = {
  HASH_PDQ: 'pdq',
  HASH_MD5: 'md5',
  HASH_VIDEO_MD5: 'md5',
  HASH_SHA1: 'sha1',
  HASH_SHA256: 'sha256',
}

/** What an owner says of the indicator, the gravest first. */
const STATUSES = ['MALICIOUS', 'SUSPICIOUS', 'UNKNOWN', 'NON_MALICIOUS'] as const
const HARMLESS = 'NON_MALICIOUS'
/**
 * What a status says of the entry. `SUSPICIOUS` is the word of somebody who is not certain. `UNKNOWN` is what a descriptor has as long as nobody has
 * said anything, and so is no opinion.
 */
const SAYS: Readonly<Partial<Record<(typeof STATUSES)[number], OthersOpinion['says']>>> = {
  MALICIOUS: 'affirm',
  SUSPICIOUS: 'doubt',
  NON_MALICIOUS: 'deny',
}

/** Fields that are asked for. Whatever is not asked for is not sent, so a row without descriptors would look deleted. */
export const UPDATE_FIELDS = 'id,indicator,type,last_updated,should_delete,descriptors{id,owner{id},status,tags}'

/** Of tags, an entry holds so many of so many characters. */
const MOST_TAGS = 20
const MOST_TAG_CHARS = 64

export const graphId = z.string().regex(/^\d{1,30}$/)
/** A whole number, now and then in quotes. */
const seconds = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,11}$/)
      .transform(Number),
  ])
  .pipe(z.int().min(0).max(99_999_999_999))

const head = z.object({
  id: graphId,
  last_updated: seconds,
  should_delete: z.boolean(),
  descriptors: z.unknown().optional(),
})
const hash = z.object({ indicator: z.string().min(1), type: z.string().min(1).max(60) })
const descriptor = z.object({
  status: z.enum(STATUSES),
  // Without an owner nobody has said it; the row is good all the same.
  owner: z.object({ id: graphId }).optional().catch(undefined),
  // Two forms of one thing: words, or objects with a text.
  tags: z
    .union([
      z.array(z.string()),
      z.object({ data: z.array(z.object({ text: z.string() })) }).transform(({ data }) => data.map(({ text }) => text)),
    ])
    .optional(),
})
const descriptors = z.object({ data: z.array(descriptor) })

/** When a row changed, in seconds of their clock; undefined where it does not say so. */
export function updatedAt(row: unknown): number | undefined {
  return head.safeParse(row).data?.last_updated
}

/** @param own id of our app: what we said ourselves is nobody else's opinion */
export function rowOf(row: unknown, own: string): RowRead {
  const known = head.safeParse(row)
  if (!known.success) return { op: 'bad', why: issueOf(known.error) }
  const { id: sourceId, last_updated: at, should_delete: isDeleted } = known.data
  const stamp = at * 1_000
  // Deleted, or out of sight: an indicator without a descriptor is one that the group no longer shares.
  if (isDeleted || known.data.descriptors === undefined) return { op: 'drop', sourceId, stamp }
  const said = descriptors.safeParse(known.data.descriptors)
  if (!said.success) return { op: 'bad', why: issueOf(said.error) }
  const read = hash.safeParse(row)
  if (!read.success) return { op: 'bad', why: issueOf(read.error) }
  const { indicator: value, type: named } = read.data
  const kind = TYPES[named]
  if (kind === undefined) return { op: 'unmatched', kind: named }
  const opinions = said.data.data
  // What everybody calls harmless is shared as a warning against false hits, and is none of the hashes to look for.
  if (opinions.every(({ status }) => status === HARMLESS)) return { op: 'drop', sourceId, stamp }
  const statuses = new Set(opinions.map(({ status }) => status))
  return listed({
    ...{ sourceId, stamp, kind, named, value },
    class: STATUSES.filter((status) => statuses.has(status)).join(' '),
    tags: tagsOf(opinions.flatMap(({ tags }) => tags ?? [])),
    opinions: opinionsFrom(opinions.flatMap((one) => opinionOf(one, own))),
  })
}

function opinionOf({ owner, status }: z.output<typeof descriptor>, own: string): readonly OthersOpinion[] {
  const says = SAYS[status]
  return owner === undefined || owner.id === own || says === undefined ? [] : [{ who: `app ${owner.id}`, says }]
}

function tagsOf(all: readonly string[]): readonly string[] {
  const fitting = all.filter((tag) => tag !== '' && tag.length <= MOST_TAG_CHARS)
  return [...new Set(fitting)].toSorted().slice(0, MOST_TAGS)
}
