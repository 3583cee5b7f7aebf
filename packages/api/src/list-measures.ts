import { z } from 'zod'

/** What people made of hits: of a list, or of all lists of a source. */
export const Worth = z.object({
  /** Events with a hit of which people have decided, and those in which they found nothing wrong. */
  decided: z.int(),
  wrong: z.int(),
  /** With the 95 % interval of Wilson; null before anybody has decided. */
  rate: z.object({ share: z.number(), low: z.number(), high: z.number() }).nullable(),
  /** Above 2 % where it is sealed, 5 % else. */
  doubtful: z.boolean(),
})
export type Worth = z.infer<typeof Worth>

/** How much of what a source names can be matched here. */
export const Coverage = z.object({
  /** Entries that can be matched, of these and the hashes that cannot. At least so much: a hash that an exchange names twice counts twice. */
  share: z.number(),
  /** Hashes of kinds that nothing here matches, by kind. */
  unmatched: z.record(z.string(), z.int()),
})
export type Coverage = z.infer<typeof Coverage>

/** What a list says of itself beside its versions (matching.md §9.3 to §9.5). Worth is reckoned anew every half minute. */
export const ListMeasures = z.object({
  exchange: z.string().nullable(),
  /** Since it was last whole; null before. */
  ageMs: z.int().nullable(),
  /** Of its source; null where an exchange has not named everything yet. */
  coverage: Coverage.nullable(),
  worth: Worth,
  /** Of all lists of its source together. */
  sourceWorth: Worth,
  /** Entries that hit something of more than 20 people within a day. */
  hot: z.int(),
  /** Pairs that are not a hit, and what share of the entries they are. Many: more than one in a thousand. */
  exceptions: z.object({ held: z.int(), share: z.number(), many: z.boolean() }),
  /** Its share of the memory that lists of its kind are matched in, by entries; null where that is not known. */
  memoryBytes: z.int().nullable(),
})
export type ListMeasures = z.infer<typeof ListMeasures>
