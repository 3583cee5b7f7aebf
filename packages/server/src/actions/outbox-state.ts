import { ActionsError } from './errors.ts'

export type OutboxState = 'waiting' | 'sending' | 'delivered' | 'unclear' | 'parked' | 'cancelled'

/** What the machine knows of one outgoing row (platform.md §13). Instants are milliseconds since 1970. */
export interface Progress {
  readonly state: OutboxState
  /** The other side takes a second arrival of the same id for the first. */
  readonly repeatable: boolean
  /** Undo window and the like: never sent before. */
  readonly notBefore: number
  /** Not tried again before. */
  readonly nextAt: number
  /** Until when the claim holds; a claim that ran out means that the process died. */
  readonly leaseUntil: number
  /** How often a claim was given. 0 = nobody outside can know of it. */
  readonly attempts: number
  /** Failures in a row. */
  readonly fails: number
  /** When a call that cannot be repeated was about to leave. */
  readonly intentAt: number | null
}

export type OutboxEvent =
  | { readonly type: 'claim'; readonly now: number; readonly leaseUntil: number }
  | { readonly type: 'delivered' }
  | { readonly type: 'failed'; readonly retryAt: number }
  | { readonly type: 'park' }
  | { readonly type: 'lease_ran_out'; readonly now: number }
  | { readonly type: 'cancel' }
  | { readonly type: 'replay'; readonly now: number }
  | { readonly type: 'resolve'; readonly as: 'delivered' | 'waiting'; readonly now: number }

/**
 * The next state of a row. The claim commits before the first byte leaves, so it is the intent of a call that cannot be repeated: if no
 * answer to it was written down, only a person may say what happened.
 *
 * @throws ActionsError `conflict` where the event does not fit the state
 */
export function stepOutbox(row: Progress, event: OutboxEvent): Progress {
  switch (event.type) {
    case 'claim':
      demand(row, event, row.state === 'waiting' && row.notBefore <= event.now)
      return {
        ...row,
        state: 'sending',
        attempts: row.attempts + 1,
        leaseUntil: event.leaseUntil,
        intentAt: row.repeatable ? null : event.now,
      }
    case 'delivered':
      demand(row, event, row.state === 'sending')
      return { ...row, state: 'delivered', fails: 0, leaseUntil: 0, intentAt: null }
    case 'failed':
      demand(row, event, row.state === 'sending')
      return { ...row, state: 'waiting', fails: row.fails + 1, nextAt: event.retryAt, leaseUntil: 0, intentAt: null }
    case 'park':
      demand(row, event, row.state === 'sending')
      return { ...row, state: 'parked', leaseUntil: 0, intentAt: null }
    case 'lease_ran_out':
      demand(row, event, row.state === 'sending' && row.leaseUntil < event.now)
      return row.repeatable
        ? { ...row, state: 'waiting', nextAt: event.now, leaseUntil: 0 }
        : { ...row, state: 'unclear', leaseUntil: 0 }
    case 'cancel':
      demand(row, event, row.state === 'waiting' || row.state === 'parked')
      return { ...row, state: 'cancelled' }
    case 'replay':
      demand(row, event, row.state === 'parked' || row.state === 'delivered' || row.state === 'waiting')
      return { ...row, state: 'waiting', fails: 0, nextAt: event.now }
    case 'resolve':
      demand(row, event, row.state === 'unclear')
      return event.as === 'delivered'
        ? { ...row, state: 'delivered', fails: 0, intentAt: null }
        : { ...row, state: 'waiting', fails: 0, nextAt: event.now, intentAt: null }
  }
}

/** States that no machine leaves by itself and no retention removes. */
export const waitsForPerson = (state: OutboxState): boolean => state === 'unclear' || state === 'parked'

export const isOpen = (state: OutboxState): boolean => state !== 'delivered' && state !== 'cancelled'

function demand(row: Progress, event: OutboxEvent, holds: boolean): void {
  if (!holds)
    throw new ActionsError('conflict', `a row that is ${row.state} cannot take "${event.type}" now; read it again`)
}
