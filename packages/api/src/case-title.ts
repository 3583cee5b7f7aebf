import { z } from 'zod'
import { HashMatch } from './hash-match.ts'
import { Choice } from './words.ts'

const kind = z.string().describe('Kind of the event')

/** What a case is about, in codes: whoever shows it has the words. No content, and no id of the platform. */
export const Matter = z.discriminatedUnion('what', [
  /** A rule spoke of an event; `undecided`: none could say, because something of it was unknown. */
  z.object({ what: z.literal('rule'), kind, rule: z.string().nullable(), undecided: z.boolean() }),
  /** Rules that were applied to the past. */
  z.object({ what: z.literal('past'), kind, rule: z.string() }),
  /** A version of a list that was looked up against what was there before it; `match`: how near. */
  z.object({ what: z.literal('list'), kind, list: z.string(), version: z.int(), match: HashMatch.nullable() }),
  z.object({ what: z.literal('report'), harm: z.string().nullable() }),
  z.object({ what: z.literal('appeal') }),
  /** An event that could not be judged. */
  z.object({ what: z.literal('unjudged') }),
  /** Rules that fire far more often than they did. */
  z.object({ what: z.literal('breaker'), rules: z.array(z.string()) }),
  /** A version of a rule set that went live early. */
  z.object({ what: z.literal('early'), ruleset: z.string(), version: z.int() }),
])
export type Matter = z.infer<typeof Matter>

/** The title of a case: a matter, or the question whether the notice of an earlier one is sent now. */
export const CaseTitle = z.discriminatedUnion('what', [
  ...Matter.options,
  z.object({ what: z.literal('notice'), of: Matter.nullable() }),
])
export type CaseTitle = z.infer<typeof CaseTitle>

/** One line of the story of a case, in codes. */
export const CaseStep = z.discriminatedUnion('did', [
  z.object({ did: z.enum(['opened', 'joined']), title: CaseTitle }),
  z.object({ did: z.literal('decided'), choice: Choice }),
  z.object({ did: z.literal('answered'), outcome: z.enum(['upheld', 'partly', 'reversed']) }),
  z.object({ did: z.literal('noticed'), outcome: z.enum(['sent', 'withheld', 'nothing']) }),
  z.object({ did: z.enum(['undone', 'reversed']) }),
  z.object({ did: z.literal('skipped'), reason: z.string() }),
  z.object({ did: z.literal('handed'), to: z.enum(['anyone', 'lead']) }),
])
export type CaseStep = z.infer<typeof CaseStep>
