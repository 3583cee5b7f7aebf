import type { CounterOp, CounterSpec, CounterStore, Hash, Reading } from '../counters/index.ts'
import { Random } from './random.ts'

/** What a store is made with. It starts empty. */
export interface StoreOptions {
  /** Counters count as having seen everything from here on. */
  readonly since: number
  readonly hash?: Hash
  readonly mark: () => string
}

export type MakeStore = (options: StoreOptions) => CounterStore | Promise<CounterStore>

/** What a run has looked at. */
export interface Figures {
  readings: number
  /** Readings that had to be exact, and were. */
  exact: number
  /** Comparisons that were decided, and rightly. */
  decided: number
  /** How often the store was closed and opened again. */
  restarts: number
}

export interface CounterCase {
  readonly name: string
  /** @throws Error with the seed and the reading, where the store contradicts the full history */
  run(): Promise<Figures>
}

const OPEN = Number.POSITIVE_INFINITY
const NOON = Date.UTC(2026, 0, 1, 12)
const MINUTE = 60_000

const SENT: CounterSpec = {
  id: 'sha256:sent',
  what: 'count',
  over: 10 * MINUTE,
  upTo: 3,
  keys: ['account'],
  member: null,
}
const MET: CounterSpec = { ...SENT, id: 'sha256:met', what: 'distinct', member: 'account' }
const PAIRS: CounterSpec = { ...MET, id: 'sha256:pairs', keys: ['account', 'room'] }
const SUMMED: CounterSpec = { ...SENT, id: 'sha256:summed', what: 'sum' }
const ABOUT: CounterSpec = {
  id: 'sha256:about',
  what: 'distinct',
  over: 12 * MINUTE,
  keys: ['account'],
  member: 'account',
}

type Given = Partial<CounterOp> & { readonly event: string }

function op(counter: CounterSpec, given: Given): CounterOp {
  return { counter, key: ['a'], at: NOON, where: true, ...given }
}

function question(counter: CounterSpec, at = NOON, key: readonly string[] = ['a']): CounterOp {
  return { counter, key, at, event: 'asks', where: undefined, readOnly: true }
}

/** Cases by name, each with the reading that must come out. */
export function namedCases(make: MakeStore): readonly CounterCase[] {
  const cases: Readonly<Record<string, (store: CounterStore) => Promise<number>>> = {
    'several ops of one event are applied in order, each reading after its own move': async (store) =>
      same(
        await store.apply('live', [
          op(SENT, { event: 'e1' }),
          op(MET, { event: 'e1', member: 'b' }),
          question(SENT),
          op(SENT, { event: 'e2' }),
        ]),
        [exactly(1, ['e1']), exactly(1, ['e1']), exactly(1, ['e1']), exactly(2, ['e1', 'e2'])],
      ),
    'the window excludes its start and includes its end': async (store) => {
      await store.apply('live', [op(SENT, { event: 'e1' })])
      return same(
        await store.apply('live', [
          question(SENT, NOON - 1),
          question(SENT, NOON),
          question(SENT, NOON + 10 * MINUTE - 1),
          question(SENT, NOON + 10 * MINUTE),
        ]),
        [{ ...exactly(0), flags: ['late'] }, exactly(1, ['e1']), exactly(1, ['e1']), exactly(0)],
      )
    },
    'a question moves nothing': async (store) => {
      await store.apply('live', [{ ...op(SENT, { event: 'e1' }), readOnly: true }])
      return same(await store.apply('live', [question(SENT)]), [exactly(0)])
    },
    'an event that turns out not to count is taken back; its member falls back on the time before': async (store) => {
      const doubt = (event: string, at: number) => op(MET, { event, member: 'b', where: undefined, at })
      await store.apply('live', [doubt('e1', NOON - 9 * MINUTE), doubt('e2', NOON)])
      await store.apply('live', [{ ...doubt('e2', NOON), where: false }])
      return same(await store.apply('live', [question(MET), question(MET, NOON + 2 * MINUTE)]), [
        { low: 0, high: 1, events: [], flags: ['maybe'] },
        exactly(0),
      ])
    },
    'a sum whose value nobody knows is open until somebody does': async (store) => {
      const read = [
        ...(await store.apply('live', [op(SUMMED, { event: 'e1', value: 2.5 }), op(SUMMED, { event: 'e2' })])),
        ...(await store.apply('live', [op(SUMMED, { event: 'e2', value: 4 })])),
      ]
      return same(read, [
        exactly(2.5, ['e1']),
        { low: 2.5, high: OPEN, events: ['e1', 'e2'], flags: ['maybe'] },
        exactly(6.5, ['e1', 'e2']),
      ])
    },
    'a negative value is one that nobody knows': async (store) =>
      same(await store.apply('live', [op(SUMMED, { event: 'e1', value: -2 })]), [
        { low: 0, high: OPEN, events: ['e1'], flags: ['maybe'] },
      ]),
    'a value may be known before it is known whether it counts': async (store) => {
      const doubt = op(SUMMED, { event: 'e1', where: undefined })
      return same(await store.apply('live', [doubt, { ...doubt, value: 3 }, { ...doubt, value: 3, where: true }]), [
        { low: 0, high: OPEN, events: ['e1'], flags: ['maybe'] },
        { low: 0, high: 3, events: ['e1'], flags: ['maybe'] },
        exactly(3, ['e1']),
      ])
    },
    'a member that nobody knew is one member, in doubt and when it is known': async (store) => {
      const nobody = op(MET, { event: 'e1' })
      const doubt = { low: 0, high: 1, events: ['e1'], flags: ['maybe' as const] }
      const read = [
        ...(await store.apply('live', [nobody, { ...nobody, member: 'b', where: undefined }])),
        ...(await store.apply('live', [op(MET, { event: 'e1', key: ['x'] })])),
        ...(await store.apply('live', [op(MET, { event: 'e1', key: ['x'], member: 'b' })])),
      ]
      return same(read, [doubt, doubt, doubt, exactly(1, ['e1'])])
    },
    'a doubt falls back on an earlier one that came later': async (store) => {
      const doubt = (event: string, at: number) => op(MET, { event, member: 'b', where: undefined, at })
      await store.apply('live', [doubt('e2', NOON), doubt('e1', NOON - MINUTE)])
      await store.apply('live', [{ ...doubt('e2', NOON), where: false }])
      return same(await store.apply('live', [question(MET)]), [{ low: 0, high: 1, events: [], flags: ['maybe'] }])
    },
    'a member in doubt again is counted once while it is sure, and in doubt after': async (store) => {
      const sure = op(MET, { event: 'e1', member: 'b', at: NOON - 5 * MINUTE })
      await store.apply('live', [sure, op(MET, { event: 'e2', member: 'b', where: undefined })])
      await store.apply('live', [sure])
      return same(await store.apply('live', [question(MET), question(MET, NOON + 6 * MINUTE)]), [
        exactly(1, ['e1']),
        { low: 0, high: 1, events: ['e2'], flags: ['maybe'] },
      ])
    },
    'a doubt settled for an earlier event leaves the later one in doubt': async (store) => {
      const doubt = (event: string, at: number) => op(MET, { event, member: 'b', where: undefined, at })
      await store.apply('live', [doubt('e1', NOON - 5 * MINUTE), doubt('e2', NOON)])
      await store.apply('live', [{ ...doubt('e1', NOON - 5 * MINUTE), where: true }])
      return same(await store.apply('live', [question(MET, NOON + 6 * MINUTE)]), [
        { low: 0, high: 1, events: ['e2'], flags: ['maybe'] },
      ])
    },
    'the window excludes its start for what is in doubt, too': async (store) => {
      await store.apply('live', [op(SENT, { event: 'e1', where: undefined })])
      return same(await store.apply('live', [question(SENT, NOON + 10 * MINUTE)]), [exactly(0)])
    },
    'ids of encrypted events are counted and never told': async (store) =>
      same(await store.apply('live', [op(SENT, { event: 'e1', encrypted: true }), op(SENT, { event: 'e2' })]), [
        exactly(1),
        exactly(2, ['e2']),
      ]),
    'no namespace reaches another, and one is dropped alone': async (store) => {
      await store.apply('live', [op(SENT, { event: 'e1' }), op(MET, { event: 'e1', member: 'b' })])
      await store.apply('backtest:1', [op(SENT, { event: 'e2' })])
      await store.drop('live', SENT.id)
      const live = await store.apply('live', [question(SENT), question(MET)])
      const other = await store.apply('backtest:1', [question(SENT)])
      await store.drop('backtest:1')
      return same(
        [...live, ...other, ...(await store.apply('backtest:1', [question(SENT)]))],
        [exactly(0), exactly(1, ['e1']), exactly(1, ['e2']), exactly(0)],
      )
    },
    'erasing deletes the keys of a person, whichever part they are, and leaves other kinds of one name': async (
      store,
    ) => {
      const inRoom = (key: readonly string[]) => op(PAIRS, { event: 'e1', key, member: 'c' })
      await store.apply('live', [inRoom(['a', 'x']), inRoom(['b', 'a'])])
      await store.erase({ type: 'account', id: 'a' })
      return same(await store.apply('live', [question(PAIRS, NOON, ['a', 'x']), question(PAIRS, NOON, ['b', 'a'])]), [
        exactly(0),
        exactly(1, ['e1']),
      ])
    },
    'an erased member still counts, and nothing leads to it': async (store) => {
      await store.apply('live', [op(MET, { event: 'e1', member: 'b' }), op(MET, { event: 'e2', member: 'c' })])
      await store.erase({ type: 'account', id: 'b' })
      const erased = await store.apply('live', [question(MET)])
      return same(
        [...erased, ...(await store.apply('live', [op(MET, { event: 'e3', member: 'b' })]))],
        [exactly(2, ['e2']), exactly(3, ['e2', 'e3'])],
      )
    },
    'erasing reaches what is in doubt, and no member of another kind with the same name': async (store) => {
      const LINKS: CounterSpec = { ...MET, id: 'sha256:links', member: 'link' }
      const doubt = op(MET, { event: 'e1', member: 'b', where: undefined })
      await store.apply('live', [doubt, op(LINKS, { event: 'e1', member: 'b' })])
      await store.erase({ type: 'account', id: 'b' })
      return same(await store.apply('live', [question(MET), question(LINKS)]), [
        { low: 0, high: 1, events: [], flags: ['maybe'] },
        exactly(1, ['e1']),
      ])
    },
    'what was swept leaves readings that reach so far open; what comes later still is not kept': async (store) => {
      await store.apply('live', [op(SENT, { event: 'e1' })])
      await store.sweep(NOON + 20 * MINUTE)
      const read = await store.apply('live', [
        op(SENT, { event: 'e2', at: NOON }),
        question(SENT, NOON + 5 * MINUTE),
        question(SENT, NOON + 20 * MINUTE),
      ])
      const late = { low: 0, high: OPEN, events: [], flags: ['late' as const] }
      return same(read, [late, late, exactly(0)])
    },
    'an estimate of an earlier moment proves nothing of a sub-window that went on': async (store) => {
      await store.apply('live', [
        op(ABOUT, { event: 'e1', member: 'b', at: NOON + 10_000 }),
        op(ABOUT, { event: 'e2', member: 'c', at: NOON + 50_000 }),
      ])
      return same(await store.apply('live', [question(ABOUT, NOON + 20_000)]), [
        { low: 0, high: 3, events: [], flags: ['late', 'approx'] },
      ])
    },
    'an estimate is open where its sub-windows are gone': async (store) => {
      const late = { low: 0, high: OPEN, events: [], flags: ['late' as const, 'approx' as const] }
      await store.apply('live', [op(ABOUT, { event: 'e1', member: 'b' })])
      await store.apply('live', [op(ABOUT, { event: 'e2', member: 'c', at: NOON + 30 * MINUTE })])
      const before = await store.apply('live', [
        question(ABOUT, NOON + 5 * MINUTE),
        question(ABOUT, NOON + 17 * MINUTE),
      ])
      const read = await store.apply('live', [op(ABOUT, { event: 'e3', member: 'd', at: NOON + 16 * MINUTE })])
      return same([...before, ...read], [late, { ...late, high: 0 }, late])
    },
    'each member that nobody knows may be one more, in an estimate too': async (store) =>
      same((await store.apply('live', [op(ABOUT, { event: 'e1' }), op(ABOUT, { event: 'e2' })])).slice(1), [
        { low: 0, high: 3, events: [], flags: ['maybe', 'approx'] },
      ]),
    'an approximate counter is right within 5 %, and counts an event once': approximate,
  }
  const named = Object.entries(cases).map(([name, run]) => ({
    name,
    run: async () => {
      const looked = await run(await make({ since: Number.NEGATIVE_INFINITY, mark: marks() }))
      return { readings: looked, exact: looked, decided: 0, restarts: 0 }
    },
  }))
  return [
    ...named,
    { name: 'until it has seen a whole window a counter is warming, and open', run: () => warming(make) },
  ]
}

async function warming(make: MakeStore): Promise<Figures> {
  const store = await make({ since: NOON, mark: marks() })
  const read = await store.apply('live', [op(SENT, { event: 'e1', at: NOON + 1 }), question(SENT, NOON + 10 * MINUTE)])
  const looked = same(read, [{ low: 1, high: OPEN, events: ['e1'], flags: ['warming'] }, exactly(1, ['e1'])])
  return { readings: looked, exact: looked, decided: 0, restarts: 0 }
}

/** Two standard errors are 3.3 %; the seed is fixed, so what passes once passes always. */
async function approximate(store: CounterStore): Promise<number> {
  const random = new Random(7)
  const seen: { at: number; member: string }[] = []
  let looked = 0
  for (let turn = 500; turn <= 6000; turn += 500) {
    const ops = Array.from({ length: 500 }, (_, back) => {
      const number = turn - 500 + back
      const given = { event: `e${number}`, at: NOON + number * 500, member: `m${random.int(0, 4000)}` }
      seen.push(given)
      return op(ABOUT, given)
    })
    const last = ops.at(-1) ?? question(ABOUT)
    const reading = (await store.apply('live', ops)).at(-1)
    const [again] = await store.apply('live', [last])
    const truth = new Set(seen.flatMap((one) => (one.at > last.at - ABOUT.over ? [one.member] : []))).size
    looked += same([again], [reading])
    if (reading === undefined || reading.low > truth || reading.high < truth || reading.flags.join() !== 'approx')
      throw new Error(`turn ${turn}: truth ${truth}, ${JSON.stringify(reading)}`)
    // The oldest sub-window is in the high bound alone, so the width is a twelfth and twice the tolerance.
    if (reading.high - reading.low > truth * 0.25) throw new Error(`turn ${turn}: too wide, ${JSON.stringify(reading)}`)
  }
  return looked
}

function exactly(number: number, events: readonly string[] = []): Reading {
  return { low: number, high: number, events, flags: [] }
}

function marks(): () => string {
  let number = 0
  return () => `mark-${number++}`
}

/** @throws Error that says both, where they differ */
function same(found: readonly (Reading | undefined)[], expected: readonly (Reading | undefined)[]): number {
  const [left, right] = [found, expected].map((readings) =>
    JSON.stringify(
      readings.map((one) => (one === undefined ? null : [one.low, String(one.high), one.events, one.flags])),
    ),
  )
  if (left !== right) throw new Error(`found ${left}, expected ${right}`)
  return expected.length
}
