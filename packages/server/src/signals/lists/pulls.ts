import type { Tx } from '../../storage/index.ts'

/** The place that an exchange's cursor takes once what it pulled is kept. Only the exchanges know what it says. */
export interface PullMove {
  readonly exchange: string
  readonly pull: string
  readonly cursor: unknown
}

type Move = (tx: Tx, pull: PullMove) => Promise<void>
let move: Move | undefined

/** Said once by the exchanges, in their `store.ts`: what moves a cursor within the transaction that keeps what was pulled. */
export function whenKept(how: Move): void {
  move = how
}

export async function movePull(tx: Tx, pull: PullMove | undefined): Promise<void> {
  if (pull === undefined) return
  if (move === undefined) throw new TypeError('a pull needs the exchanges, which are not loaded')
  await move(tx, pull)
}
