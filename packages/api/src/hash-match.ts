import { z } from 'zod'

/** The eight ways to lay a picture (matching.md §6.4), each by how the file lies compared with the listed picture; turns are clockwise. */
export const Variant = z.enum([
  'original',
  'turned_90',
  'turned_180',
  'turned_270',
  'mirrored_x',
  'mirrored_y',
  'main_diagonal',
  'other_diagonal',
])
export type Variant = z.infer<typeof Variant>

/** Which way of seeing a file hit. */
export const HashWay = z.object({
  variant: Variant,
  /** As the pixels lie in the file, or as viewers show them; null where the platform made the hash, which does not say it. */
  of: z.enum(['stored', 'shown']).nullable(),
  /** What was put behind transparent pixels. */
  ground: z.enum(['dropped', 'white', 'black']).nullable(),
  /** Which picture of an animation, page or frame of a video, counted from 0. */
  frame: z.int().nullable(),
  /** When a frame of a video is shown. */
  atMs: z.int().nullable(),
})
export type HashWay = z.infer<typeof HashWay>

export const VideoShares = z.object({ listed: z.number(), query: z.number() })

/** How near a file came to an entry of a list of hashes. */
export const HashMatch = z.object({
  kind: z.enum(['pdq', 'vpdq', 'sha256', 'sha1', 'md5']),
  /** Of videos: of the two frames that are nearest to each other. */
  distanceBits: z.int(),
  /** Of videos: how much of the listed one is in this file, and how much of this file is in the listed one, 0 to 1. */
  shares: VideoShares.exactOptional(),
  /** Null for digests: they are equal or not. */
  way: HashWay.nullable(),
  /** The picture shows too little to be sure (matching.md §6.3): no hit, but something that a person should know. */
  weak: z.boolean(),
})
export type HashMatch = z.infer<typeof HashMatch>

/** A list on which a file was found, by the nearest of its hashes. */
export const HashHit = HashMatch.extend({
  list: z.string(),
  version: z.string(),
  sealed: z.boolean(),
  /** How many further hashes of the same file are on the list: other frames, other ways to see it. */
  others: z.int(),
})
export type HashHit = z.infer<typeof HashHit>
