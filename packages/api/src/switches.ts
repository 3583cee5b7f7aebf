import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Id, Instant, Nothing, Recorded } from './words.ts'

export const SwitchId = z.enum(['eu.private_scan', 'uk.private_scan', 'us.private_scan'])
export type SwitchId = z.infer<typeof SwitchId>

/** What a switch is by the clock: on in the books and past its end or review is off. */
export const SwitchState = z.enum(['off', 'on', 'not_yet', 'ended', 'review_due'])

const Terms = {
  on: z.boolean(),
  from: Instant.nullable(),
  /** The first instant at which it is off again. */
  until: Instant.nullable(),
  /** Without a new decision it is off from then on. */
  reviewBy: Instant.nullable(),
  law: z.string().nullable(),
  reason: z.string().nullable(),
}

const Proposal = z.object({
  id: Id,
  ...Terms,
  /** What an approval names. */
  hash: z.string(),
  /** `R-7`, or `operator`. */
  by: z.string(),
  at: Instant,
  /** The caller has made it, and somebody else has to agree. */
  own: z.boolean(),
})

const SwitchJson = z.object({
  id: SwitchId,
  jurisdiction: z.enum(['eu', 'uk', 'us']),
  state: SwitchState,
  ...Terms,
  /** Who asked for it and who agreed; empty where nobody has ever changed it. */
  enabledBy: z.array(z.string()),
  /** Since when it says this; null where nobody has ever changed it. */
  changedAt: Instant.nullable(),
  /** What somebody wants it to be, and nobody else has agreed to yet. */
  proposed: Proposal.nullable(),
  history: z.array(
    z.object({ version: z.int(), at: Instant, ...Terms, enabledBy: z.array(z.string()), record: z.string() }),
  ),
})
export type SwitchJson = z.infer<typeof SwitchJson>

export const getSwitches = endpoint({
  id: 'getSwitches',
  method: 'get',
  path: '/v1/switches',
  act: 'switches.read',
  summary: 'The switches: which processing is permitted where, since when, until when, by which law and by whom.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ version: z.int(), hash: z.string(), items: z.array(SwitchJson) }),
  repeat: 'own',
  codes: [],
})

const words = z.string().trim().min(1).max(1000)

export const proposeSwitch = endpoint({
  id: 'proposeSwitch',
  method: 'post',
  path: '/v1/switches/{id}/changes',
  act: 'switches.propose',
  summary: 'Ask for a change of a switch. Nothing changes before another person has agreed.',
  params: z.object({ id: SwitchId }),
  query: Nothing,
  body: z.object({
    on: z.boolean(),
    from: Instant.optional().describe('When it begins; with the approval by default, and never before it'),
    until: Instant.optional().describe('The first instant at which it is off again, where the law names an end'),
    reviewBy: Instant.optional().describe(
      'By when somebody must have looked at it again; needed to switch on, a year at most',
    ),
    law: words.optional().describe('The provision that permits it, with its section; needed to switch on'),
    reason: words.describe('Why, for the public log: no name, no content'),
  }),
  status: 201,
  answer: z.object({ id: Id, hash: z.string() }),
  repeat: 'key',
  codes: ['conflict', 'fresh_passkey_required'],
})

export const approveSwitch = endpoint({
  id: 'approveSwitch',
  method: 'post',
  path: '/v1/switch-changes/{id}/approvals',
  act: 'switches.approve',
  summary: 'Agree to a change of a switch, by its hash; never to what one has asked for oneself. It holds at once.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: z.object({ hash: z.string().regex(/^sha256:[0-9a-f]{64}$/) }),
  status: 200,
  answer: z.object({ id: SwitchId, state: SwitchState, version: z.int(), hash: z.string(), recorded: Recorded }),
  repeat: 'key',
  codes: ['stale_revision', 'conflict', 'second_person_required', 'fresh_passkey_required'],
})

export const withdrawSwitch = endpoint({
  id: 'withdrawSwitch',
  method: 'post',
  path: '/v1/switch-changes/{id}/withdraw',
  act: 'switches.propose',
  summary: 'Take back, or refuse, a change of a switch that nobody has agreed to.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: z.object({ reason: words }),
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: ['conflict', 'fresh_passkey_required'],
})
