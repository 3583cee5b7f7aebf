import type { OutboxState } from './outbox-state.ts'

/** One open row among those of one account at one endpoint. */
export interface Queued {
  readonly id: string
  /** Grows with each row of the account. */
  readonly no: number
  readonly state: OutboxState
  readonly fails: number
  readonly nextAt: number
  readonly action: string | null
  /** The row that this one withdraws; it never passes that one. */
  readonly withdraws: string | null
}

/** Failures after which later rows may pass. */
export const passAfter = 3

/**
 * Says whether a row may go now, and which stuck ones it passes by that (platform.md §13). A stuck one is passed only while it waits
 * for its next try: when it is due itself it goes first.
 *
 * @param queue all open rows of the account at the endpoint, in order of `no`
 * @returns the actions that it overtakes, oldest first; undefined while it must wait
 */
export function overtakenBy(row: Queued, queue: readonly Queued[], now: number): readonly string[] | undefined {
  const earlier = queue.filter((one) => one.no < row.no)
  if (queue.some((one) => one.id === row.withdraws)) return undefined
  if (!earlier.every((one) => isStuck(one, queue, now))) return undefined
  return earlier.flatMap((one) => (one.action === null ? [] : [one.action]))
}

function isStuck(row: Queued, queue: readonly Queued[], now: number): boolean {
  if (row.state === 'parked' || row.state === 'unclear') return true
  if (row.state !== 'waiting') return false
  if (row.fails >= passAfter && row.nextAt > now) return true
  // What waits behind a stuck one is stuck as well: else a failing label and its withdrawal would hold up a suspension.
  const first = queue.find((one) => one.id === row.withdraws)
  return first !== undefined && isStuck(first, queue, now)
}

/** One row that was delivered or is on its way, as the state of the account shows it. */
export interface Stated {
  readonly id: string
  /** Place in the history of the account; a restatement keeps the place of what it restates. */
  readonly stateNo: number
  readonly state: OutboxState
  /** Rows of one family replace each other: `limit` and `unlimit` of one capability, `remove` and `restore` of one item. Null: no state. */
  readonly family: string | null
}

/**
 * Which rows must be told again after a success that came late, so that the last thing the platform hears is true: of each family the
 * newest that was delivered, unless a newer one of its family is on its way anyway.
 */
export function restatedAfter(late: Stated, rows: readonly Stated[]): readonly Stated[] {
  const families = new Map<string, Stated>()
  for (const row of rows) {
    if (row.family === null || row.stateNo <= late.stateNo || row.state !== 'delivered') continue
    const known = families.get(row.family)
    if (known === undefined || known.stateNo < row.stateNo) families.set(row.family, row)
  }
  const coming = rows.filter((row) => row.state === 'waiting' || row.state === 'sending')
  return [...families.values()]
    .filter((newest) => !coming.some((one) => one.family === newest.family && one.stateNo >= newest.stateNo))
    .sort((a, b) => a.stateNo - b.stateNo)
}
