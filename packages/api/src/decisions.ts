import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { CaseNumber, Choice, Id, Instant, Nothing, Recorded } from './words.ts'

export const decideBody = z.object({
  policy: z.string().nullable().describe('Policy id; null only with choice `none`'),
  choice: Choice,
  reasonCode: z.string().max(64),
  statement: z.object({ language: z.string().max(12), text: z.string().max(8000) }).nullable(),
  note: z.string().max(4000).optional(),
})

export type DecideBody = z.infer<typeof decideBody>

export const Decided = z.object({
  decision: Id,
  undoUntil: Instant,
  effects: z.array(z.string()),
  recorded: Recorded,
  next: CaseNumber.nullable(),
})
export type Decided = z.infer<typeof Decided>

const byNumber = z.object({ number: CaseNumber })
export const decideCase = endpoint({
  id: 'decideCase',
  method: 'post',
  path: '/v1/cases/{number}/decisions',
  act: 'cases.decide',
  summary: 'Decide the case. Effects leave after the undo window of ten seconds.',
  params: byNumber,
  query: Nothing,
  body: decideBody,
  status: 201,
  answer: Decided,
  repeat: 'key',
  ifMatch: true,
  codes: [
    'not_claimed',
    'not_yours',
    'already_decided',
    'first_decider',
    'stale_revision',
    'placeholder_left',
    'unknown_policy',
    'unsupported_action',
    'conflict',
  ],
})

/** A notice may wait this much longer at a time (rules.md §7.1). */
export const MOST_WITHHELD_DAYS = 90

export const decideNotice = endpoint({
  id: 'decideNotice',
  method: 'post',
  path: '/v1/cases/{number}/notice',
  act: 'cases.decide',
  summary: 'Send a notice that was withheld, or let it wait for longer, with a reason.',
  params: byNumber,
  query: Nothing,
  body: z.discriminatedUnion('do', [
    z.object({ do: z.literal('send') }),
    z.object({
      do: z.literal('withhold'),
      days: z.int().min(1).max(MOST_WITHHELD_DAYS),
      reason: z.string().trim().min(1).max(4000),
    }),
  ]),
  status: 201,
  answer: Decided,
  repeat: 'key',
  ifMatch: true,
  codes: ['not_claimed', 'not_yours', 'stale_revision', 'already_decided', 'conflict'],
})

export const undoDecision = endpoint({
  id: 'undoDecision',
  method: 'post',
  path: '/v1/decisions/{id}/undo',
  act: 'decisions.undo',
  summary: 'Undo one’s own decision within its window: nothing has left the house, the case comes back.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: z.object({ number: CaseNumber, recorded: Recorded }),
  repeat: 'key',
  codes: ['window_closed', 'not_yours', 'conflict'],
})

export const reverseDecision = endpoint({
  id: 'reverseDecision',
  method: 'post',
  path: '/v1/decisions/{id}/reverse',
  act: 'decisions.reverse',
  summary: 'Reverse a decision after its window: a new decision that withdraws the effects.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: z.object({ reason: z.string().min(1).max(4000) }),
  status: 201,
  answer: Decided,
  repeat: 'key',
  codes: ['conflict', 'already_decided'],
})

export const decideAppeal = endpoint({
  id: 'decideAppeal',
  method: 'post',
  path: '/v1/appeals/{id}/decide',
  act: 'appeals.decide',
  summary: 'Decide an appeal. Reversing undoes the effects and the strike in the same transaction.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: z.object({
    outcome: z.enum(['upheld', 'partly', 'reversed']),
    reasons: z.string().min(1).max(8000),
    note: z.string().max(4000).optional(),
  }),
  status: 201,
  answer: Decided,
  repeat: 'key',
  ifMatch: true,
  codes: ['not_claimed', 'not_yours', 'already_decided', 'first_decider', 'stale_revision'],
})

export const getExplanation = endpoint({
  id: 'getExplanation',
  method: 'get',
  path: '/v1/decisions/{id}/explanation',
  act: 'decisions.explain',
  summary: 'Why the rules said what they said: canonical JSON, the same bytes for ever.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.looseObject({}),
  repeat: 'own',
  codes: [],
})
