import type { Progress } from './outbox-state.ts'
import type { OutboxTable } from './tables.ts'

/** What the state machine sees of a row. */
export function progressOf(row: OutboxTable): Progress {
  return {
    state: row.state,
    repeatable: row.repeatable === 1,
    notBefore: row.not_before,
    nextAt: row.next_at,
    leaseUntil: row.lease_until,
    attempts: row.attempts,
    fails: row.fails,
    intentAt: row.intent_at,
  }
}
