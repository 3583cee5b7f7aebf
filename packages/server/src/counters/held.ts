import { type CounterState, emptyState, move, type Reading, read } from '@lamplighter/rules/counters'
import { type Counting, idOf } from './counting.ts'
import type { JournalOp } from './journal-record.ts'

/** A key's state in memory. */
export interface HeldRow {
  readonly counting: Counting
  /** Undefined: nothing is kept of it. */
  readonly state: CounterState | undefined
  /** Number of the journal record that moved it last; 0 when its row in the database says the same. */
  readonly seq: number
}

export type HeldRows = ReadonlyMap<string, HeldRow>

/** The rows that an op may touch. */
export function idsOf({ no, key }: Pick<JournalOp, 'no' | 'key'>): string[] {
  return key.last === undefined ? [idOf(no, key.now)] : [idOf(no, key.now), idOf(no, key.last)]
}

/**
 * Moves one key and reads it, as `applyCounters` does on a row. A row that still stands under the hash of the last key moves to the new
 * one. Pure: what is new goes into `moved`.
 *
 * @param rows all that `idsOf` names, before
 * @param moved what earlier ops of the same record have made of them
 */
export function moveHeld(
  op: JournalOp & { readonly readOnly?: boolean },
  counting: Counting,
  from: { readonly rows: HeldRows; readonly moved: Map<string, HeldRow>; readonly seq: number },
): { readonly reading: Reading; readonly changed: boolean } {
  const { rows, moved, seq } = from
  const { spec } = counting
  const kept = { ...counting.kept, swept: Math.max(counting.kept.swept, op.findable) }
  const [id = '', lastId] = idsOf(op)
  const stateOf = (row: string): CounterState | undefined => (moved.get(row) ?? rows.get(row))?.state
  const own = stateOf(id)
  const renamed = own === undefined && lastId !== undefined ? stateOf(lastId) : undefined
  const before = own ?? renamed ?? emptyState(spec)
  if (op.readOnly === true) return { reading: read(spec, before, op.move.at, kept), changed: false }
  const after = move(spec, before, op.move, kept)
  const changed = after !== before || renamed !== undefined
  if (changed) moved.set(id, { counting, state: after, seq })
  if (renamed !== undefined && lastId !== undefined) moved.set(lastId, { counting, state: undefined, seq })
  return { reading: read(spec, after, op.move.at, kept), changed }
}
