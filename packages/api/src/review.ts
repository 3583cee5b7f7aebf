import { z } from 'zod'
import { CaseJson, CaseRow, LaneId } from './case.ts'
import { endpoint } from './endpoint.ts'
import { Band, CaseNumber, Instant, Nothing } from './words.ts'

/** One lane as Review home shows it (console.md §3.1). */
export const LaneJson = z.object({
  id: LaneId,
  name: z.string(),
  harms: z.array(z.string()),
  band: Band,
  lifeThreat: z.boolean(),
  childSafety: z.boolean(),
  waiting: z.int(),
  overdue: z.int(),
  oldestAt: Instant.nullable(),
  nextDueAt: Instant.nullable(),
  /** How many of today's decisions in this lane are the caller's. */
  decidedByMeToday: z.int(),
  /** Undecided cases in which a hot entry of a list hit something. */
  hot: z.int(),
})
export type LaneJson = z.infer<typeof LaneJson>

export const getLanes = endpoint({
  id: 'getLanes',
  method: 'get',
  path: '/v1/lanes',
  act: 'lanes.read',
  summary: 'The lanes the caller may work in, with counts, and the caller’s own cases.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ lanes: z.array(LaneJson), mine: z.array(CaseRow) }),
  repeat: 'own',
  codes: [],
})

export const claimNext = endpoint({
  id: 'claimNext',
  method: 'post',
  path: '/v1/lanes/{lane}/next',
  act: 'cases.work',
  summary: 'Claim the case that is due first in this lane, for ten minutes.',
  params: z.object({ lane: LaneId }),
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: z.object({ number: CaseNumber.nullable() }),
  repeat: 'key',
  codes: [],
})

const byNumber = z.object({ number: CaseNumber })
export const getCase = endpoint({
  id: 'getCase',
  method: 'get',
  path: '/v1/cases/{number}',
  act: 'cases.read',
  summary: 'One case with its evidence, signals, explanation and decision card. No media bytes.',
  params: byNumber,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: CaseJson,
  repeat: 'own',
  codes: [],
})

export const claimCase = endpoint({
  id: 'claimCase',
  method: 'post',
  path: '/v1/cases/{number}/claim',
  act: 'cases.work',
  summary: 'Claim this very case, or keep the claim alive for another ten minutes.',
  params: byNumber,
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: z.object({ until: Instant, revision: z.int() }),
  repeat: 'own',
  codes: ['not_yours', 'already_decided', 'first_decider'],
})

export const releaseCase = endpoint({
  id: 'releaseCase',
  method: 'post',
  path: '/v1/cases/{number}/release',
  act: 'cases.work',
  summary: 'Give the case back to its lane.',
  params: byNumber,
  query: Nothing,
  body: z.object({ draft: z.looseObject({}).optional() }),
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: ['not_claimed', 'not_yours', 'already_decided', 'first_decider'],
})

export const skipCase = endpoint({
  id: 'skipCase',
  method: 'post',
  path: '/v1/cases/{number}/skip',
  act: 'cases.work',
  summary: 'Leave this case to others, with a reason; the next one of the lane is claimed.',
  params: byNumber,
  query: Nothing,
  body: z.object({
    reason: z.enum(['unsure', 'language', 'known_person', 'not_now', 'technical']),
    note: z.string().max(2000).optional(),
  }),
  status: 200,
  answer: z.object({ next: CaseNumber.nullable() }),
  repeat: 'key',
  codes: ['not_claimed', 'not_yours', 'already_decided', 'first_decider'],
})

export const handoffCase = endpoint({
  id: 'handoffCase',
  method: 'post',
  path: '/v1/cases/{number}/handoff',
  act: 'cases.work',
  summary: 'Hand the case to a lead, or to whoever comes next, with a reason.',
  params: byNumber,
  query: Nothing,
  body: z.object({ to: z.enum(['anyone', 'lead']), reason: z.string().min(1).max(2000) }),
  status: 200,
  answer: z.object({ next: CaseNumber.nullable() }),
  repeat: 'key',
  codes: ['not_claimed', 'not_yours', 'already_decided', 'first_decider'],
})

export const noteCase = endpoint({
  id: 'noteCase',
  method: 'post',
  path: '/v1/cases/{number}/note',
  act: 'cases.work',
  summary: 'Add a note for staff.',
  params: byNumber,
  query: Nothing,
  body: z.object({ text: z.string().min(1).max(4000) }),
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: [],
})
