import { type CounterState, emptyState, move, type Reading, read } from '@lamplighter/rules/counters'
import type { Counting } from './counting.ts'
import type { HeldRow } from './held-rows.ts'
import type { JournalOp } from './journal-record.ts'

/** An op whose rows stand in memory. */
export interface HeldOp {
  readonly op: JournalOp & { readonly readOnly?: boolean }
  readonly counting: Counting
  readonly own: HeldRow
  /** The row under the hash of the last key; looked up only where there is nothing under the one of now. */
  readonly last: HeldRow | undefined
}

/** What the ops of one record have made of rows: the new states, until all of them are made. */
export type Moved = Map<HeldRow, CounterState | undefined>

/**
 * Moves one key and reads it, as `applyCounters` does on a row. A row that still stands under the hash of the last key moves to the new
 * one. The rows themselves stay as they are: what is new goes into `moved`, which holds what earlier ops of the same record have made.
 */
export function moveHeld(
  { op, counting, own, last }: HeldOp,
  moved: Moved,
): { readonly reading: Reading; readonly changed: boolean } {
  const { spec } = counting
  const kept = op.findable > counting.kept.swept ? { ...counting.kept, swept: op.findable } : counting.kept
  const there = stateOf(own, moved)
  const renamed = there === undefined && last !== undefined ? stateOf(last, moved) : undefined
  const before = there ?? renamed ?? emptyState(spec)
  if (op.readOnly === true) return { reading: read(spec, before, op.move.at, kept), changed: false }
  const after = move(spec, before, op.move, kept)
  const changed = after !== before || renamed !== undefined
  if (changed) moved.set(own, after)
  if (renamed !== undefined && last !== undefined) moved.set(last, undefined)
  return { reading: read(spec, after, op.move.at, kept), changed }
}

const stateOf = (row: HeldRow, moved: Moved): CounterState | undefined => (moved.has(row) ? moved.get(row) : row.state)
