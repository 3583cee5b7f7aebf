import { describe, expect, test } from 'vitest'
import { World } from '../testing/counter-world.ts'
import { counterSuite, Random } from '../testing/index.ts'
import {
  type CounterOp,
  type CounterSpec,
  type CounterState,
  emptyState,
  hashKey,
  hashMove,
  MemoryCounters,
  move,
  pack,
  plain,
  read,
  sweepState,
  unpack,
} from './index.ts'

const TROUBLE = { unknown: 0.3, disorder: 0.2, again: 0.3, erase: 0, sweep: 0 }
const KEPT = { since: Number.NEGATIVE_INFINITY, swept: Number.NEGATIVE_INFINITY }

/** The states of one random key, each with the op that led to it. */
function* states(spec: CounterSpec, seed: number): Generator<{ state: CounterState; op: CounterOp }> {
  const world = new World(spec, new Random(seed), { trouble: TROUBLE, start: 1_700_000_000_000 })
  let state = emptyState(spec)
  for (let turn = 0; turn < 150; turn++) {
    const { op } = world.next()
    state = move(spec, state, hashMove(op, plain), KEPT)
    yield { state, op }
  }
}

const SPECS: readonly CounterSpec[] = [
  { id: 'a', what: 'count', over: 60_000, upTo: 10, keys: ['account'], member: null },
  { id: 'b', what: 'distinct', over: 3_600_000, upTo: 25, keys: ['account'], member: 'account' },
  { id: 'c', what: 'sum', over: 60_000, upTo: 5, keys: ['account'], member: null },
  { id: 'd', what: 'count', over: 60_000, keys: ['account'], member: null },
  { id: 'e', what: 'distinct', over: 60_000, keys: ['account'], member: 'account' },
]

describe('the state of one key', () => {
  test.each(SPECS)('$what, up to $upTo: packed and unpacked it is the same', (spec) => {
    for (const { state } of states(spec, 1)) expect(unpack(pack(state))).toEqual(state)
  })

  test.each(SPECS)('$what, up to $upTo: the same event again is the very same state', (spec) => {
    for (const { state, op } of states(spec, 2)) expect(move(spec, state, hashMove(op, plain), KEPT)).toBe(state)
  })

  test('ids of any letters, hidden ones, open values and fallen-back members are packed too', () => {
    const entry = { at: 5, who: 'e1', event: 'e1', hidden: false, value: 1, before: Number.NEGATIVE_INFINITY }
    const state: CounterState = {
      kind: 'exact',
      sure: [entry, { ...entry, who: 'Ünï🙂', hidden: true, value: 2.5 }],
      maybe: [
        { ...entry, who: undefined, value: undefined },
        { ...entry, event: '', who: 'b', before: 3 },
      ],
      lostSure: 4,
      lostMaybe: -1.5,
    }
    expect(unpack(pack(state))).toEqual(state)
  })

  test('a row of ten plain entries takes less than 200 bytes, a sketch of a few members less than 100', () => {
    const [count = SPECS[0], , , , sketch = SPECS[4]] = SPECS
    const moved = (spec: CounterSpec, number: number) =>
      Array.from({ length: number }, (_, i) => i).reduce(
        (state, i) => move(spec, state, { at: i, event: `m-${i}`, member: `u${i}`, hidden: false, where: true }, KEPT),
        emptyState(spec),
      )
    expect(pack(moved(count as CounterSpec, 10)).length).toBeLessThan(200)
    expect(pack(moved(sketch as CounterSpec, 10)).length).toBeLessThan(100)
  })

  test('a full sketch takes its registers and little more', () => {
    const spec = SPECS[4] as CounterSpec
    let state = emptyState(spec)
    for (let i = 0; i < 6000; i++)
      state = move(spec, state, { at: 1, event: `m-${i}`, member: `u${i}`, hidden: false, where: true }, KEPT)
    expect(unpack(pack(state))).toEqual(state)
    expect(pack(state).length).toBeLessThan(4200)
  })

  test('a doubt about a member that is sure at least as late takes no place', () => {
    const spec = { ...SPECS[1], upTo: 1 } as CounterSpec
    const seen = { member: 'b', hidden: false }
    const sure = move(spec, emptyState(spec), { ...seen, at: 5, event: 'e1', where: true }, KEPT)
    expect(move(spec, sure, { ...seen, at: 4, event: 'e2', where: undefined }, KEPT)).toBe(sure)
  })

  test('bytes that nobody packed are refused, whatever is cut or added', () => {
    for (const { state } of [...states(SPECS[1] as CounterSpec, 3)].slice(-1)) {
      const bytes = pack(state)
      for (let length = 0; length < bytes.length; length++)
        expect(() => unpack(bytes.slice(0, length))).toThrow(RangeError)
      expect(() => unpack(Uint8Array.from([...bytes, 0]))).toThrow(RangeError)
    }
    expect(() => unpack(Uint8Array.of(9))).toThrow(RangeError)
  })

  test('sweeping forgets a key whose entries are gone, but not that a doubt was pushed out since', () => {
    const spec = SPECS[0] as CounterSpec
    const doubtful = { member: 'b', hidden: false, where: undefined }
    let state = emptyState({ ...spec, upTo: 1 })
    for (const at of [1, 2, 3]) state = move({ ...spec, upTo: 1 }, state, { ...doubtful, at, event: `e${at}` }, KEPT)
    for (const at of [2, 3]) state = move(spec, state, { ...doubtful, where: false, at, event: `e${at}` }, KEPT)
    const kept = sweepState(state, { ...KEPT, swept: 0 }, spec)
    expect(kept).toBeDefined()
    expect(read(spec, kept ?? emptyState(spec), 3, KEPT).high).toBe(Number.POSITIVE_INFINITY)
    expect(sweepState(state, { ...KEPT, swept: 1 }, spec)).toBeUndefined()
  })
})

describe('what is kept in clear', () => {
  const hash = (_: CounterSpec, id: string) => [`now(${id})`, `last(${id})`] as const
  const op: CounterOp = { counter: SPECS[1] as CounterSpec, key: ['a'], at: 1, event: 'e1', where: true, member: 'b' }

  test('no key and no member, ever; an event id only where its kind is not encrypted', () => {
    expect(hashKey(op, hash)).toEqual({ now: ['now(a)'], last: ['last(a)'] })
    expect(hashMove(op, hash)).toMatchObject({ event: 'e1', member: 'now(b)', memberBefore: 'last(b)', hidden: false })
    const sealed = { event: 'now(e1)', eventBefore: 'last(e1)', hidden: true }
    expect(hashMove({ ...op, encrypted: true }, hash)).toMatchObject(sealed)
  })
})

describe('the suite finds what is broken', () => {
  const broken: Readonly<Record<string, (op: CounterOp) => CounterOp>> = {
    'a store that counts every delivery': (op) => ({ ...op, event: `${op.event}/${Math.random()}` }),
    'a store that takes unknown for no': (op) => ({ ...op, where: op.where ?? false }),
    'a store that takes unknown for yes': (op) => ({ ...op, where: op.where ?? true }),
    'a store that moves when it is only asked': (op) => ({ ...op, readOnly: false, where: op.where ?? true }),
    'a store with a longer window': (op) => ({ ...op, counter: { ...op.counter, over: op.counter.over + 1000 } }),
  }
  test.each(Object.entries(broken))('%s', async (_, spoil) => {
    const suite = counterSuite(
      (options) => {
        const store = new MemoryCounters(options)
        const apply = store.apply.bind(store)
        store.apply = (namespace, ops) => apply(namespace, ops.map(spoil))
        return store
      },
      { readings: 16_000 },
    )
    const quick = suite.filter(({ name }) => !name.startsWith('an approximate'))
    const runs = await Promise.allSettled(quick.map(({ run }) => run()))
    expect(runs.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(1)
  })
})
