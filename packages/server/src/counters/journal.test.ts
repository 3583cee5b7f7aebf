import { type CounterOp, type CounterSpec, MemoryCounters, plain, type Reading } from '@lamplighter/rules/counters'
import { Random } from '@lamplighter/rules/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineQuery, type ReadDb, type Storage, StorageError, type Store } from '../storage/index.ts'
import { sqlite } from '../storage/testing/engines.ts'
import { freshStore } from '../storage/testing/opened.ts'
import { keptCounters } from './index.ts'
import { decodeOps, encodeOps, type JournalOp } from './journal-record.ts'
import { named } from './testing/named.ts'

const standing = defineQuery('counters.test-standing', async ({ db }: ReadDb) => ({
  records: (await db.selectFrom('counter_journal').select('seq').execute()).length,
  rows: (await db.selectFrom('counter_rows').select('id').execute()).length,
}))

test('what is read from a record is what was written into it', () => {
  const text = fc.string({ unit: 'binary' })
  const time = fc.integer({ min: 0, max: 4_102_444_800_000 })
  const key = fc.record({ now: fc.array(text, { minLength: 1 }), last: fc.array(text) }, { requiredKeys: ['now'] })
  const move = fc.record(
    {
      at: time,
      event: text,
      hidden: fc.boolean(),
      where: fc.constantFrom(true, false, undefined),
      eventBefore: text,
      member: text,
      memberBefore: text,
      value: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
    },
    { requiredKeys: ['at', 'event', 'hidden', 'where'] },
  )
  const findable = fc.oneof(time, fc.constant(Number.NEGATIVE_INFINITY))
  const op: fc.Arbitrary<JournalOp> = fc.record({ no: fc.nat(), findable, key, move })
  fc.assert(
    fc.property(fc.array(op), (ops) => {
      expect(decodeOps(encodeOps(ops))).toEqual(ops)
    }),
  )
})

describe('the journal of counters', () => {
  const opened = freshStore(sqlite, {}, [new URL('./store.ts', import.meta.url)])
  const kept = (storage: Pick<Storage, 'store'> = opened.storage, journal = {}) =>
    keptCounters({ storage, names: named(plain), now: () => opened.now, since: null, journal })
  const spec = (id: string, more: Partial<CounterSpec> = {}): CounterSpec => ({
    ...{ id, what: 'distinct', over: 60_000, upTo: 4, keys: ['account'], member: 'account' },
    ...more,
  })
  const specs = [spec('sha256:a'), spec('sha256:b', { what: 'count' }), spec('sha256:c', { over: 5_000 })]
  const random = new Random(7)
  const anOp = (n: number): CounterOp => ({
    counter: specs[random.int(0, specs.length - 1)] ?? spec('sha256:a'),
    key: [`key-${random.int(0, 5)}`],
    at: opened.now + n * 37 - random.int(0, 1999),
    event: `e${n}`,
    where: [true, true, true, undefined, false][random.int(0, 4)],
    member: `member-${random.int(0, 8)}`,
  })
  const asks = (counts: { apply(namespace: string, ops: CounterOp[]): unknown }, at: number) =>
    counts.apply(
      'live',
      specs.flatMap((counter) =>
        Array.from(
          { length: 6 },
          (_, n): CounterOp => ({
            ...{ counter, key: [`key-${n}`], at, event: 'asked', where: true, member: 'nobody', readOnly: true },
          }),
        ),
      ),
    )

  test('a commit that fails, or that nobody heard of, loses nothing and counts nothing twice', async () => {
    let chance = 0
    const faulty: Store = {
      ...{ engine: 'sqlite', close: () => opened.storage.store.close() },
      read: (query, input) => opened.storage.store.read(query, input),
      async tx(work, input, options) {
        const fails = random.int(0, 99) < chance
        if (fails && random.int(0, 1) === 0) throw new StorageError('busy', 'refused')
        const output = await opened.storage.store.tx(work, input, options)
        if (fails) throw new StorageError('commit_unknown', 'not heard')
        return output
      },
    }
    const counters = kept({ store: faulty }, { foldOps: 40, heldBytes: 2_000 })
    const truth = new MemoryCounters({ since: Number.NEGATIVE_INFINITY })
    await counters.begin('live', specs)
    chance = 25
    let failures = 0
    const sent: CounterOp[] = Array.from({ length: 600 }, (_, n) => anOp(n))
    const send = async (op: CounterOp): Promise<void> => {
      for (;;) {
        try {
          await counters.apply('live', [op])
          return
        } catch (error) {
          expect(error).toBeInstanceOf(StorageError)
          failures += 1
        }
      }
    }
    // Twelve callers, who all go on until they are answered; each event is handed in at least once.
    const waiting = [...sent]
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        for (let op = waiting.shift(); op !== undefined; op = waiting.shift()) await send(op)
      }),
    )
    chance = 0
    expect(failures).toBeGreaterThan(20)
    for (const op of sent) truth.apply('live', [op])
    const at = opened.now + 600 * 37
    const told = (await asks(counters, at)) as Reading[]
    const exact = asks(truth, at) as Reading[]
    // Order and retries may push other entries out: never is a reading wrong, and what is not capped is the very same.
    for (const [place, reading] of told.entries()) {
      const own = exact[place]
      if (own === undefined) throw new Error('another number of readings')
      expect(reading.low).toBeLessThanOrEqual(own.high)
      expect(reading.high).toBeGreaterThanOrEqual(own.low)
    }
    // The same after everything was written into the rows, and after a restart.
    await counters.drop('nobody')
    expect(await asks(counters, at)).toEqual(told)
    await opened.reopen()
    expect(await asks(kept(), at)).toEqual(told)
  })

  test('after some moves rows are written and the journal is empty again; a restart goes on from either', async () => {
    const counters = kept(opened.storage, { foldOps: 50 })
    const ops = Array.from({ length: 49 }, (_, n) => ({ ...anOp(n), where: true, at: opened.now + n }))
    const { store } = opened.storage
    for (const op of ops) await counters.apply('live', [op])
    expect(await store.read(standing, undefined)).toMatchObject({ rows: 0 })
    const before = await asks(counters, opened.now + 100)
    await opened.reopen()
    const again = kept(opened.storage, { foldOps: 50 })
    expect(await asks(again, opened.now + 100)).toEqual(before)
    const more = Array.from({ length: 60 }, (_, n) => ({ ...anOp(n), event: `more${n}`, where: true, at: opened.now }))
    for (const op of more) await again.apply('live', [op])
    await again.drop('nobody')
    const stands = await opened.storage.store.read(standing, undefined)
    expect(stands.records).toBe(0)
    expect(stands.rows).toBeGreaterThan(0)
    const after = await asks(again, opened.now + 100)
    await opened.reopen()
    expect(await asks(kept(), opened.now + 100)).toEqual(after)
  })

  test('an event that is told again while it is being written waits for the same disk', async () => {
    const order: string[] = []
    const held = Promise.withResolvers<void>()
    const slow: Store = {
      ...{ engine: 'sqlite', close: () => opened.storage.store.close() },
      read: (query, input) => opened.storage.store.read(query, input),
      async tx(work, input, options) {
        if (work.name === 'counters.journal') await held.promise
        const output = await opened.storage.store.tx(work, input, options)
        if (work.name === 'counters.journal') order.push('on disk')
        return output
      },
    }
    const counters = kept({ store: slow })
    await counters.begin('live', specs)
    const op: CounterOp = { ...anOp(1), where: true }
    const first = counters.apply('live', [op]).then(() => order.push('first'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    const second = counters.apply('live', [op]).then(() => order.push('second'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    held.resolve()
    await Promise.all([first, second])
    expect(order[0]).toBe('on disk')
    expect(order).toHaveLength(3)
  })

  test('a key that is let go while another is read keeps its count', async () => {
    const trimmed = Promise.withResolvers<void>()
    let reads = 0
    const slow: Store = {
      ...{ engine: 'sqlite', close: () => opened.storage.store.close() },
      async read(query, input) {
        if (query.name === 'counters.packed-states') {
          reads += 1
          // The second reader waits until the rows that the first has moved are written and let go.
          if (reads === 2) await trimmed.promise
        }
        return opened.storage.store.read(query, input)
      },
      async tx(work, input, options) {
        const output = await opened.storage.store.tx(work, input, options)
        if (work.name === 'counters.trim-journal') setImmediate(trimmed.resolve)
        return output
      },
    }
    const counters = kept({ store: slow }, { foldOps: 1, heldBytes: 0 })
    const count = spec('sha256:b', { what: 'count' })
    const op = (key: string, event: string): CounterOp => ({
      ...{ counter: count, key: [key], at: opened.now, event, where: true },
    })
    const first = counters.apply('live', [op('kestrel', 'e1')])
    await first
    expect(await counters.apply('live', [op('kestrel', 'e2'), op('linnet', 'e3')])).toMatchObject([
      { low: 2, high: 2 },
      { low: 1, high: 1 },
    ])
    expect(reads).toBe(2)
    expect(await counters.apply('live', [op('kestrel', 'e4')])).toMatchObject([{ low: 3, high: 3 }])
  })
})
