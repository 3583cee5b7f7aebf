import { VIEW_NAMES } from '@lamplighter/matching'
import { z } from 'zod'

/** Rule files name lists so. */
const ListId = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a name as rule files write it, such as slurs_en')
const Day = z.iso.date('expected a day, such as 2026-11-02')
const Lang = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'expected a language, such as en')
const EntryId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected letters, digits, dots and dashes')
const Words = z.string().min(1).max(200)

/** What a term's entry says; how long and how visible a term must be, the matcher checks (text.md §4). */
const FileTerm = z.strictObject({
  id: EntryId,
  text: z.string().max(400),
  lang: Lang.exactOptional(),
  part: z.boolean().exactOptional(),
  close: z.boolean().exactOptional(),
  views: z.array(z.enum(VIEW_NAMES)).min(1).exactOptional(),
  severity: z.literal([1, 2, 3, 4]).exactOptional(),
  tags: z
    .array(z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/))
    .max(20)
    .exactOptional(),
  except: z.array(Words).max(100).exactOptional(),
})

const about = {
  id: ListId,
  version: z.int().min(1),
  sealed: z.boolean(),
  harm: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
  lang: Lang.exactOptional(),
  licence: z.string().min(1).max(500),
  source: z.string().min(1).max(500),
  made: Day,
}

/** A list of terms (text.md §4). */
export const TermsShape = z.strictObject({
  format: z.literal('lamplighter-terms/1'),
  use: z.enum(['evidence', 'context']),
  ...about,
  terms: z.array(FileTerm),
  patterns: z.array(z.strictObject({ id: EntryId, pattern: z.string().min(1).max(1000) })).exactOptional(),
})

/** An organisation that law names, and since when (text.md §4.1). */
export const Organisation = z.strictObject({
  id: EntryId,
  name: Words,
  aliases: z.array(
    z.strictObject({
      text: Words,
      kind: z.enum(['name', 'acronym', 'transliteration']),
      lang: Lang.exactOptional(),
      ambiguous: z.boolean().exactOptional(),
    }),
  ),
  listings: z
    .array(
      z.strictObject({
        jurisdiction: z.string().regex(/^[a-z]{2,8}$/),
        act: Words,
        listed: Day,
        delisted: Day.exactOptional(),
        source: z.string().min(1).max(500),
      }),
    )
    .min(1),
})
export type Organisation = z.output<typeof Organisation>

/** Organisations with their names. A name proves nothing, so `use` can be nothing else, and names of a public law are not sealed. */
export const OrganisationsShape = z.strictObject({
  format: z.literal('lamplighter-organisations/1'),
  use: z.literal('context', 'the name of an organisation is context and never evidence; write "context"'),
  ...about,
  sealed: z.literal(false, 'expected false: what a law publishes is not sealed'),
  /** The person who looked at what changed. */
  accepted: z.string().min(1).max(200),
  organisations: z.array(Organisation),
})
export type OrganisationsFile = z.output<typeof OrganisationsShape>
