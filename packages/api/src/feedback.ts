import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { CaseNumber, Id, Instant, Nothing } from './words.ts'

const ListId = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/)

/**
 * How far something is that a person told an exchange: `asked` waits for a second person, `unclear` left without an answer, `parked` was refused.
 * Both of these want a person.
 */
export const PushState = z.enum(['asked', 'waiting', 'sending', 'delivered', 'unclear', 'parked', 'cancelled'])

const Told = z.object({
  id: Id,
  state: PushState,
  /** The first words of a refusal, or why it waits. */
  why: z.string().nullable(),
  at: Instant,
})
export type ToldJson = z.infer<typeof Told>

/** One entry that the case's files matched, and what its source may be told of it. */
const MatchFeedback = z.object({
  list: ListId,
  entry: z.int(),
  /** Where the list is from, in its own words. */
  source: z.string(),
  exchange: z.string().nullable(),
  /** Somebody’s newest word about the entry is another than yes; and who says so, which of a sealed list is told to nobody. */
  disputed: z.boolean(),
  disputedBy: z.array(z.string()),
  /** `call`: the exchange has a call for it. `mail`: a person writes to the source. `nothing`: it stays here, `why` says so. */
  way: z.enum(['call', 'mail', 'nothing']),
  /** `terms`: they take no feedback. `own`: the entry rests on a decision made here. `unnamed`: nothing names it to its source. `gone`: it is no longer kept. */
  why: z.enum(['terms', 'own', 'unnamed', 'gone']).nullable(),
  /** A rejection names one of the exchange's reasons. */
  needsReason: z.boolean(),
  /** The exchange wants to hear of a match before anybody has decided. */
  hearsOfWaiting: z.boolean(),
  /** What its source calls the entry, for a mail. Never a hash of a sealed list. */
  reference: z.string().nullable(),
  /** What was told while the case waited. */
  waiting: Told.nullable(),
  said: Told.nullable(),
  /** The recall of what was said. */
  unsaid: Told.nullable(),
})
export type MatchFeedbackJson = z.infer<typeof MatchFeedback>

/** An entry of our own that rests on the case's decision, and which exchanges may have its hash. */
const OwnEntry = z.object({
  list: ListId,
  entry: z.int(),
  /** `terms`: they do not allow sharing. `kind`: it is no hash that may leave. `nobody`: no exchange of this harm takes such a hash. */
  why: z.enum(['terms', 'kind', 'nobody']).nullable(),
  exchanges: z.array(
    z.object({
      exchange: z.string(),
      shared: Told.nullable(),
      unshared: Told.nullable(),
      /** You asked for it: another person agrees. */
      mine: z.boolean(),
    }),
  ),
})
export type OwnEntryJson = z.infer<typeof OwnEntry>

export const getCaseFeedback = endpoint({
  id: 'getCaseFeedback',
  method: 'get',
  path: '/v1/cases/{number}/feedback',
  act: 'exchanges.feedback',
  summary: 'What the sources of the lists that a case’s files matched may be told of it, and what they were told.',
  params: z.object({ number: CaseNumber }),
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({
    decision: Id.nullable(),
    decidedAt: Instant.nullable(),
    /** `undecided`; `open` while the decision can be undone; then what it says of the matches; `over` where it was undone or reversed. */
    stands: z.enum(['undecided', 'open', 'upheld', 'rejected', 'over']),
    matches: z.array(MatchFeedback),
    own: z.array(OwnEntry),
  }),
  repeat: 'own',
  codes: [],
})
export type CaseFeedbackJson = z.infer<typeof getCaseFeedback.answer>

export const tellWaiting = endpoint({
  id: 'tellWaiting',
  method: 'post',
  path: '/v1/exchanges/{id}/waiting',
  act: 'exchanges.feedback',
  summary:
    'Tell the exchange that a case about a match waits for a person. What is decided is told by a call of its own, and takes its place.',
  params: z.object({ id: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/) }),
  query: Nothing,
  body: z.object({
    list: ListId,
    entry: z.int().min(1).describe('Number of the entry, as the case’s feedback names it'),
    case: z.int().min(1),
  }),
  status: 202,
  answer: z.object({ push: z.string(), state: PushState }),
  repeat: 'own',
  codes: ['conflict'],
})
