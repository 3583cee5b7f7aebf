import { type CounterSpec, type Kept, rowKey } from '@lamplighter/rules/counters'
import { type CountersTable, specOf } from './tables.ts'

/** A counter that moves: what it counts, and what is known of its past. */
export interface Counting {
  readonly no: number
  readonly spec: CounterSpec
  readonly kept: Kept
}

export function countingOf(row: CountersTable): Counting {
  return { no: row.no, spec: specOf(row), kept: keptOf(row) }
}

export function keptOf({ since, swept }: Pick<CountersTable, 'since' | 'swept'>): Kept {
  return { since: since ?? Number.NEGATIVE_INFINITY, swept: swept ?? Number.NEGATIVE_INFINITY }
}

/** The row of a key. */
export const idOf = (no: number, key: readonly string[]): string => `${no}:${rowKey(key)}`
