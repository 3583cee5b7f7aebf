import { type Hash, hashKey, hashMove, partsOf, plain, rowKey } from './hashing.ts'
import { type CounterState, emptyState, eraseMember, move, read, sweepState, sweptAt } from './state.ts'
import type { CounterOp, CounterSpec, CounterStore, Entity, Kept, Reading } from './store.ts'

interface Counter {
  readonly spec: CounterSpec
  kept: Kept
  readonly rows: Map<string, CounterState>
}

export interface MemoryOptions {
  /** From when on counters count as having seen everything; default: each from its first op on. */
  readonly since?: number
  /** Default: ids are kept as they are. */
  readonly hash?: Hash
  /** A mark that was never given before and says nothing; needed to erase. */
  readonly mark?: () => string
}

/**
 * Counters in memory, for tests, backtests and browsers; the reference for other stores. All that counts is in `state.ts`
 * and its parts; here are only rows and namespaces.
 */
export class MemoryCounters implements CounterStore {
  readonly #namespaces = new Map<string, Map<string, Counter>>()
  readonly #since: number | undefined
  readonly #hash: Hash
  readonly #mark: (() => string) | undefined

  constructor({ since, hash = plain, mark }: MemoryOptions = {}) {
    this.#since = since
    this.#hash = hash
    this.#mark = mark
  }

  apply(namespace: string, ops: readonly CounterOp[]): Reading[] {
    let counters = this.#namespaces.get(namespace)
    if (counters === undefined) {
      counters = new Map()
      this.#namespaces.set(namespace, counters)
    }
    const readings: Reading[] = []
    for (const op of ops) readings.push(this.#one(counters, op))
    return readings
  }

  #one(counters: Map<string, Counter>, op: CounterOp): Reading {
    const spec = op.counter
    let counter = counters.get(spec.id)
    if (counter === undefined) {
      counter = { spec, kept: { since: this.#since ?? op.at, swept: Number.NEGATIVE_INFINITY }, rows: new Map() }
      counters.set(spec.id, counter)
    }
    const { now, last } = hashKey(op, this.#hash)
    const row = rowKey(now)
    const before = counter.rows.get(row) ?? this.#moved(counter, row, last) ?? emptyState(spec)
    const after = op.readOnly ? before : move(spec, before, hashMove(op, this.#hash), counter.kept)
    if (after !== before) counter.rows.set(row, after)
    return read(spec, after, op.at, counter.kept)
  }

  /** A row that stands under the last hash of its key moves to the new one. */
  #moved({ rows }: Counter, row: string, last: readonly string[] | undefined): CounterState | undefined {
    if (last === undefined) return undefined
    const old = rowKey(last)
    const state = rows.get(old)
    if (state === undefined || old === row) return state
    rows.delete(old)
    rows.set(row, state)
    return state
  }

  erase(entity: Entity): void {
    const { id, type } = entity
    const mark = this.#mark
    if (mark === undefined) throw new TypeError('erasing needs a source of random marks')
    for (const counters of this.#namespaces.values()) {
      for (const { spec, rows } of counters.values()) {
        const names = this.#hash(spec, id).filter((one) => one !== undefined)
        for (const [row, state] of rows) {
          if (partsOf(row, spec).some((part, index) => spec.keys[index] === type && names.includes(part))) {
            rows.delete(row)
            continue
          }
          const after = spec.member === type ? eraseMember(state, names, mark) : state
          if (after !== state) rows.set(row, after)
        }
      }
    }
  }

  drop(namespace: string, counter?: string): void {
    if (counter === undefined) this.#namespaces.delete(namespace)
    else this.#namespaces.get(namespace)?.delete(counter)
  }

  sweep(now: number): void {
    for (const counters of this.#namespaces.values()) {
      for (const counter of counters.values()) {
        counter.kept = sweptAt(counter.spec, counter.kept, now)
        for (const [row, state] of counter.rows) {
          const left = sweepState(state, counter.kept, counter.spec)
          if (left === undefined) counter.rows.delete(row)
          else if (left !== state) counter.rows.set(row, left)
        }
      }
    }
  }
}
