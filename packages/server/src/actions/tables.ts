import type { Do } from '@lamplighter/api'
import { days, defineSchema } from '../storage/index.ts'
import { actions, connections, notices, outbox, withheld } from './migrations.ts'
import type { OutboxState } from './outbox-state.ts'

/** What a row of the outbox carries; the `type` of the message (ecosystem.md §3.1). */
export type LetterType =
  | 'action.requested'
  | 'action.withdrawn'
  | 'notice.created'
  | 'appeal.decided'
  | 'report.closed'
  | 'ping'

export interface ConnectionsTable {
  id: string
  name: string
  kind: 'webhook' | 'poll'
  url: string | null
  /** JSON array of what it can carry out. */
  does: string
  state: 'active' | 'paused'
  paused_why: string | null
  secret: Uint8Array | null
  secret_last4: string | null
  secret_set_at: number | null
  /** Signs beside the new one until `old_until`. */
  old_secret: Uint8Array | null
  old_until: number | null
  fails: number
  probe_at: number
  /** Last number given to a batch of a polling platform. */
  offers: number
  revision: number
  created_at: number
}

interface ActionsTable {
  id: string
  decision: string
  do: Do
  what: string | null
  item_type: string | null
  item_id: string | null
  account: string | null
  undo_of: string | null
  requested_at: number
  /** The action that withdraws this one, or its own id where it was cancelled before anybody heard of it. */
  withdrawn_by: string | null
}

export interface OutboxTable {
  id: string
  connection: string
  type: LetterType
  repeatable: number
  webhook_id: string
  body: Uint8Array
  words: string
  action: string | null
  notice: string | null
  decision: string | null
  record: string | null
  order_key: string
  order_no: number
  state_no: number
  family: string | null
  withdraws: string | null
  restates: number
  /** JSON array, fixed at the first attempt: each retry has the same bytes. */
  overtakes: string | null
  state: OutboxState
  not_before: number
  next_at: number
  lease_until: number
  token: string | null
  attempts: number
  fails: number
  intent_at: number | null
  /** Number of the batch in which a polling platform last got it. */
  offer: number | null
  why: string | null
  created_at: number
  delivered_at: number | null
  closed_at: number | null
  closed_by: string | null
}

interface OutboxAttemptsTable {
  id: string
  outbox: string
  connection: string
  at: number
  status: number | null
  error: string | null
  ms: number
  answer: Uint8Array | null
}

interface NoticesTable {
  id: string
  account: string
  decision: string
  state: 'standing' | 'cancelled' | 'withdrawn'
  content: Uint8Array
  /** JSON array of the staff who took part: none of them decides an appeal. */
  took_part: string
  record: string
  commitment: string
  appeal_until: number
  created_at: number
}

interface WithheldNoticesTable {
  id: string
  account: string
  decision: string
  /** What the case about it is about: those of one subject meet in one case. */
  subject: string
  /** The wish of the notice and the ground for waiting, sealed. */
  content: Uint8Array
  state: 'withheld' | 'asked' | 'told' | 'dropped'
  until: number
  /** The case in which a person is asked. */
  case_number: number | null
  created_at: number
  closed_at: number | null
}

interface AppealsTable {
  id: string
  notice: string
  account: string
  decision: string
  case_number: number | null
  state: 'received' | 'decided'
  outcome: 'upheld' | 'partly' | 'reversed' | null
  content: Uint8Array
  answer: Uint8Array | null
  record: string
  commitment: string
  received_at: number
  decided_at: number | null
}

declare module '../storage/tables.ts' {
  interface Tables {
    connections: ConnectionsTable
    actions: ActionsTable
    outbox: OutboxTable
    outbox_orders: { order_key: string; last_no: number }
    outbox_attempts: OutboxAttemptsTable
    notices: NoticesTable
    withheld_notices: WithheldNoticesTable
    notice_links: { hash: Uint8Array; notice: string; ends_at: number }
    used_form_numbers: { hash: Uint8Array; used_at: number }
    appeals: AppealsTable
  }
}

const years = (count: number) => days(365 * count)

/** The tables of actions, deliveries, notices and appeals; how long they stay: decisions.md 25, platform.md §14. */
export const schema = defineSchema({
  subject: 'actions',
  steps: [
    { id: '0001-connections', up: connections },
    { id: '0002-actions', up: actions },
    { id: '0003-outbox', up: outbox },
    { id: '0004-notices', up: notices },
    { id: '0005-withheld', up: withheld },
  ],
  tables: {
    connections: { kept: { forever: 'settings of the platform; a person removes them' } },
    actions: {
      kept: {
        from: 'requested_at',
        default: days(730),
        min: days(183),
        max: years(10),
        // A delivery that still waits for a person is recorded with its action one day.
        unless: `exists (select 1 from outbox where outbox.action = actions.id and outbox.state not in ('delivered', 'cancelled'))`,
      },
    },
    outbox: {
      kept: {
        from: 'closed_at',
        default: days(90),
        min: days(30),
        max: years(2),
        // No machine removes what was not delivered and what no person gave up.
        unless: "state not in ('delivered', 'cancelled')",
      },
    },
    outbox_orders: {
      kept: { forever: 'one number per account and endpoint; a removed one would start anew and mix the order' },
    },
    outbox_attempts: { kept: { from: 'at', default: days(30), min: days(7), max: years(1) } },
    notices: { kept: { from: 'created_at', default: days(730), min: days(183), max: years(10) } },
    withheld_notices: { kept: { from: 'closed_at', default: days(730), min: days(183), max: years(10) } },
    notice_links: { kept: { from: 'ends_at', default: days(30), min: days(1), max: years(1) } },
    used_form_numbers: { kept: { from: 'used_at', default: days(30), min: days(2), max: years(1) } },
    appeals: { kept: { from: 'decided_at', default: days(730), min: days(183), max: years(10) } },
  },
})
