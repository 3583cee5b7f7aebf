import { pack, type Reading, sweepState, unpack } from '@lamplighter/rules/counters'
import { gather, isStorageError, type Store } from '../storage/index.ts'
import { type Counting, countingOf, idOf } from './counting.ts'
import { type HeldOp, type Moved, moveHeld } from './held.ts'
import { type HeldRow, HeldRows } from './held-rows.ts'
import { appendJournal, type Folded, journalRecords, packedStates, trimJournal, writeRows } from './journal.store.ts'
import { decodeOps, encodeOps, type JournalOp } from './journal-record.ts'
import { oldestIn } from './oldest.ts'
import { slices } from './slices.ts'
import { allCounters, beginCounters, type StoredOp } from './store.ts'
import type { Line, Since } from './together.ts'

/** Ops of one record, at most: who asks at the same time shares it. */
const RECORD_OPS = 1_024
/** So many times `foldOps`: who wants to move more waits until rows are written. */
const BEHIND = 4
/** Rows of one transaction: a few milliseconds, behind which the gate may wait. */
const ROWS = 100

export interface JournalLimits {
  /** Moves in the journal before they are written into the rows. */
  readonly foldOps: number
  /** What is kept in memory only to be quick. */
  readonly heldBytes: number
}

const LIMITS: JournalLimits = { foldOps: 4_096, heldBytes: 16 * 1024 * 1024 }

interface Call {
  readonly namespace: string
  readonly ops: readonly StoredOp[]
}

/**
 * Counters of an installation whose one process owns them all (the embedded database). The states that move stand in memory; a move is one
 * line in a journal, which is on disk before its reading is told, and the rows follow some thousand moves later. So a hot key is written
 * once for many moves, and a commit costs the same however many keys it moves.
 *
 * Nothing rests on memory: after a crash, or a commit that failed, the journal is read and what it says is done again, which counts nothing
 * twice (rules.md §6.4, redelivery).
 */
export function journaled(store: Store, since: Since, limits: Partial<JournalLimits> = {}): Line {
  const { foldOps, heldBytes } = { ...LIMITS, ...limits }
  const rows = new HeldRows()
  let counters = new Map<string, ReadonlyMap<string, Counting>>()
  let numbers = new Map<number, Counting>()
  /** Number of the last record. */
  let seq = 0
  /** Whether memory says what counters, rows and journal say. */
  let sound = false
  /** Some record may not be on disk although memory has it. */
  let failed = false
  /** Resolves when every record up to the last one is on disk; rejects when one of them is not. */
  let durable: Promise<void> = Promise.resolve()
  let unfolded = 0
  let turn: Promise<unknown> = Promise.resolve()
  let folding: Promise<unknown> = Promise.resolve()
  /** A fold that has not begun yet. */
  let nextFold: Promise<void> | undefined

  /** One after another, in the order of asking. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work)
    turn = result.catch(() => undefined)
    return result
  }

  const line = gather<Call, readonly Reading[]>({
    weigh: ({ ops }) => ops.length,
    most: RECORD_OPS,
    // The next record is made while one is written.
    atOnce: 2,
    async write(calls) {
      const told = await inTurn(async () => {
        await makeSound()
        if (unfolded >= BEHIND * foldOps) await fold()
        return record(calls)
      })
      await told.durable
      return told.readings
    },
    // A store that is away is away for all. Anything else is about one row, and no matter of the others.
    apart: (error) => !isStorageError(error),
  })

  return {
    apply: (namespace, ops) => line({ namespace, ops }),
    alone: (work) =>
      inTurn(async () => {
        await makeSound()
        await fold()
        try {
          return await work()
        } finally {
          sound = false
        }
      }),
    sweeping: (note) =>
      inTurn(async () => {
        await makeSound()
        sound = false
        await note()
        await readCounters()
        rows.sweep(({ counting: { no }, state }) => {
          const counting = countingNumbered(no)
          return { counting, state: state && sweepState(state, counting.kept, counting.spec) }
        })
        sound = true
      }),
  }

  /** Reads counters and journal anew unless memory is what they say. */
  async function makeSound(): Promise<void> {
    if (sound && !failed) return
    sound = false
    await durable.catch(() => undefined)
    await folding
    failed = false
    rows.clear()
    await readCounters()
    durable = Promise.resolve()
    unfolded = 0
    for (const record of await store.read(journalRecords, undefined)) {
      const ops = decodeOps(record.ops)
      const moved: Moved = new Map()
      for (const op of await hold(ops)) moveHeld(op, moved)
      seq = record.seq
      rows.move(moved, seq)
      unfolded += ops.length
    }
    sound = true
  }

  async function readCounters(): Promise<void> {
    const all = await store.read(allCounters, undefined)
    const named = new Map<string, Map<string, Counting>>()
    numbers = new Map()
    for (const row of all) {
      const counting = countingOf(row)
      numbers.set(counting.no, counting)
      const own = named.get(row.namespace) ?? new Map<string, Counting>()
      named.set(row.namespace, own.set(row.counter, counting))
    }
    counters = named
  }

  function countingNumbered(no: number): Counting {
    const counting = numbers.get(no)
    if (counting === undefined) throw new TypeError('the journal moves a counter that is not there')
    return counting
  }

  /** Moves and reads, and appends what has moved. All or nothing: whatever throws here has changed nothing. */
  async function record(calls: readonly Call[]): Promise<{ durable: Promise<void>; readings: Reading[][] }> {
    const held = await hold(await numbered(calls))
    const own = seq + 1
    const moved: Moved = new Map()
    const changes: JournalOp[] = []
    let taken = 0
    const readings = calls.map(({ ops }) => {
      const mine = held.slice(taken, taken + ops.length)
      taken += ops.length
      return mine.map((one) => {
        const { reading, changed } = moveHeld(one, moved)
        if (changed) changes.push(one.op)
        return reading
      })
    })
    // What an earlier record moved may be what is read here.
    if (changes.length === 0) return { durable, readings }
    rows.move(moved, own)
    seq = own
    unfolded += changes.length
    durable = both(durable, store.tx(appendJournal, { seq: own, ops: encodeOps(changes) }))
    durable.catch(() => {
      failed = true
    })
    if (unfolded >= foldOps) void fold().catch(() => undefined)
    return { durable, readings }
  }

  /** The ops of all calls in their order, with their counters' numbers; counters that are new begin here. */
  async function numbered(calls: readonly Call[]): Promise<JournalOp[]> {
    for (const { namespace, ops } of calls) {
      const there = counters.get(namespace)
      const missing = new Map<string, StoredOp['counter']>()
      for (const { counter } of ops) if (there?.has(counter.id) !== true) missing.set(counter.id, counter)
      if (missing.size === 0) continue
      await store.tx(beginCounters, { namespace, specs: [...missing.values()], ...since })
      await readCounters()
    }
    return calls.flatMap(({ namespace, ops }) => {
      const there = counters.get(namespace)
      return ops.map(({ counter, ...op }) => {
        const counting = there?.get(counter.id)
        if (counting === undefined) throw new TypeError('a counter was not begun before it was moved')
        return { ...op, no: counting.no }
      })
    })
  }

  /** The rows of these ops, read where they are not in memory. A row that is let go while others are read is used as it was: nobody moves it meanwhile. */
  async function hold(ops: readonly JournalOp[]): Promise<HeldOp[]> {
    const found = new Map<string, HeldRow>()
    const missing = new Map<string, Counting>()
    const find = (id: string, counting: Counting): HeldRow | undefined => {
      const row = rows.get(id)
      if (row === undefined) missing.set(id, counting)
      return row
    }
    const looked = ops.map((op) => {
      const counting = countingNumbered(op.no)
      const id = idOf(op.no, op.key.now)
      const own = find(id, counting)
      const lastId = op.key.last === undefined || own?.state !== undefined ? undefined : idOf(op.no, op.key.last)
      const last = lastId === undefined ? undefined : find(lastId, counting)
      return { op, counting, id, own, lastId, last }
    })
    if (missing.size > 0) {
      const packed = new Map((await store.read(packedStates, [...missing.keys()])).map(({ id, state }) => [id, state]))
      for (const [id, counting] of missing) {
        const bytes = packed.get(id)
        found.set(id, rows.add(id, counting, bytes === undefined ? undefined : unpack(bytes)))
      }
    }
    return looked.map(({ op, counting, id, own = found.get(id), lastId, last }) => {
      if (own === undefined) throw new TypeError('a row was not read before it was moved')
      return { op, counting, own, last: last ?? (lastId === undefined ? undefined : found.get(lastId)) }
    })
  }

  /** Writes what has moved into the rows and forgets the journal up to here. */
  function fold(): Promise<void> {
    if (nextFold !== undefined) return nextFold
    const done = folding.then(foldNow)
    nextFold = done
    folding = done.catch(() => undefined)
    return done
  }

  async function foldNow(): Promise<void> {
    nextFold = undefined
    const upTo = seq
    const moved = rows.moved()
    unfolded = 0
    if (moved.length === 0) return
    // Only what is durable: a row must not know of a move that nobody was told of.
    await durable
    for (const some of slices(moved, ROWS)) await store.tx(writeRows, foldedOf(some))
    await store.tx(trimJournal, upTo)
    rows.written(moved)
    rows.letGo(heldBytes)
  }
}

function foldedOf(moved: readonly HeldRow[]): Folded {
  const written: Folded['rows'][number][] = []
  const gone: string[] = []
  for (const { id, counting, state } of moved) {
    const oldest = state === undefined ? undefined : oldestIn(state, counting.spec)
    if (state === undefined || oldest === undefined) gone.push(id)
    else written.push({ id, no: counting.no, oldest, state: pack(state) })
  }
  return { rows: written, gone }
}

/** Waits for both, whichever fails. */
async function both(first: Promise<void>, second: Promise<void>): Promise<void> {
  const [before, own] = await Promise.allSettled([first, second])
  if (before.status === 'rejected') throw before.reason
  if (own.status === 'rejected') throw own.reason
}
