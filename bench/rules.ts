import { flags } from '../packages/server/bin/flags.mjs'
import { type Child, startChild } from './lib/child.ts'
import { median } from './lib/machine.ts'
import { demand, type Row, type Scale } from './lib/row.ts'
import { bruteForce, COUNTERS } from './rules/counters.ts'
import { differences } from './rules/differences.ts'
import { redisMissing } from './rules/engines/sqrl-counting.ts'
import { eventsOf } from './rules/generate.ts'
import { installPeers, versionOf } from './rules/install.ts'
import type { EngineName, Question } from './rules/question.ts'

const SIDE = new URL('./rules/side.ts', import.meta.url)
const SMALL = 20
const LARGE = 100
const CHECKED = 300
/** Every engine decides the same on each of so many events, or nothing is measured. */
const COMPARED = 1_000

interface Peer {
  readonly id: string
  readonly engine: EngineName
  readonly module: string
  /** Our events per second ÷ theirs. Undefined: nothing is asked for. */
  readonly atLeast: number | undefined
}

const PEERS: readonly Peer[] = [
  { id: 'R-1', engine: 'sqrl', module: 'sqrl', atLeast: 50 },
  { id: 'R-2', engine: 'celJs', module: '@marcbachmann/cel-js', atLeast: 1 },
  { id: 'R-3', engine: 'jsonRules', module: 'json-rules-engine', atLeast: undefined },
  { id: 'R-4', engine: 'jsonLogic', module: 'json-logic-js', atLeast: undefined },
]

/** The peers get the same room for the young, but not the product's bans: SQRL makes code from strings. */
const room = flags.filter((flag) => !/^--(disallow|disable-proto)/.test(flag))

/** The benchmarks of the rule engine (docs/BENCHMARKS.md). */
export const rules: readonly ((scale: Scale) => Promise<Row[]>)[] = [engines, counting]

/** R-1 to R-6: the same rules on the same events, one event at a time, ours with full explanations. */
async function engines(scale: Scale): Promise<Row[]> {
  const missing = installPeers()
  if (missing !== undefined && process.env.CI === 'true') throw new Error(`the peers cannot be installed: ${missing}`)
  const ours = await startChild(SIDE, ['wick'])
  const theirs = new Map<Peer, Child>()
  try {
    for (const peer of missing === undefined ? PEERS : []) theirs.set(peer, await startChild(SIDE, [peer.engine], room))
    const sides = [ours, ...theirs.values()]
    for (const size of [SMALL, LARGE]) await sameDecisions(ours, theirs, size)
    const small = await speedsOf(sides, SMALL, scale)
    const large = await speedsOf(sides, LARGE, scale)
    return [
      ...PEERS.map((peer) => {
        const side = theirs.get(peer)
        const row = { id: peer.id, measure: measureOf(peer), needed: neededOf(peer) }
        if (side === undefined) return { ...row, found: `not run: ${missing}`, met: undefined }
        return {
          ...row,
          ...ratios(
            peer,
            [small, large].map((speeds) => pairOf(speeds, ours, side)),
          ),
        }
      }),
      await oneEvent(ours, scale),
      await checking(ours, [...theirs].find(([peer]) => peer.engine === 'sqrl')?.[1], scale),
    ]
  } finally {
    await Promise.all([ours, ...theirs.values()].map((side) => side.stop()))
  }
}

/** R-7 and R-8: the six counters, one event at a time, each event a new one. R-9 needs a checkout of Osprey. */
async function counting(scale: Scale): Promise<Row[]> {
  const missing = installPeers()
  return [
    await counted(
      { id: 'R-7', ours: 'wickCounting', theirs: 'sqrlCounting', atLeast: 25, in: 'in memory' },
      missing,
      scale,
    ),
    await counted(
      { id: 'R-8', ours: 'wickDurable', theirs: 'sqrlRedis', atLeast: 10, in: 'on disk before the answer' },
      missing ?? redisMissing(),
      scale,
    ),
    {
      id: 'R-9',
      measure: "events/s ÷ Osprey's executor",
      needed: '≥ 300; ≥ 300',
      found: `not run: ${process.env.OSPREY === undefined ? 'OSPREY names no checkout' : 'no side drives Osprey yet'}`,
      met: undefined,
    },
  ]
}

interface Counted {
  readonly id: string
  readonly ours: EngineName
  readonly theirs: EngineName
  readonly atLeast: number
  readonly in: string
}

/** Wick must decide as counting everything again does. Where SQRL counts otherwise is told, and no reason to stop. */
async function counted(row: Counted, missing: string | undefined, scale: Scale): Promise<Row> {
  const { id, atLeast } = row
  const measure = `events/s ÷ sqrl-redis-functions ${versionOf('sqrl-redis-functions')}, ${COUNTERS.length} counters, ${row.in}`
  const needed = `≥ ${atLeast}`
  const ours = await startChild(SIDE, [row.ours])
  try {
    const own = (await ask(ours, { ask: 'decisions', rules: 0, events: COMPARED })) as string[]
    const wrong = differences(own, meant())
    demand(
      wrong.length === 0,
      `${id}: Wick and counting again differ on ${wrong.length} events: ${wrong.slice(0, 3).join('; ')}`,
    )
    if (missing !== undefined) return { id, measure, needed, found: `peer missing: ${missing}`, met: undefined }
    const theirs = await startChild(SIDE, [row.theirs], room)
    try {
      const other = differences(own, (await ask(theirs, { ask: 'decisions', rules: 0, events: COMPARED })) as string[])
      const pair = pairOf(await speedsOf([ours, theirs], 0, scale), ours, theirs)
      const found = `${pair.ratio.toFixed(pair.ratio < 10 ? 2 : 0)} (${whole(pair.ours)}/s ÷ ${whole(pair.theirs)}/s; SQRL decides ${other.length} of ${COMPARED} events otherwise)`
      return { id, measure, needed, found, met: pair.ratio >= atLeast }
    } finally {
      await theirs.stop()
    }
  } finally {
    await ours.stop()
  }
}

/** What the counters' rules say of each event, by counting all that came before it again. */
function meant(): string[] {
  const events = eventsOf(COMPARED)
  return events.map((_, index) =>
    COUNTERS.filter((counter) => bruteForce(counter, events, index) >= counter.atLeast)
      .map(({ name }) => name)
      .sort()
      .join(' '),
  )
}

const ask = (side: Child, question: Question): Promise<unknown> => side.ask(question)

async function sameDecisions(ours: Child, theirs: ReadonlyMap<Peer, Child>, size: number): Promise<void> {
  const question = { ask: 'decisions', rules: size, events: COMPARED } as const
  const own = (await ask(ours, question)) as string[]
  demand(
    own.some((fired) => fired !== ''),
    `of ${size} rules at least one fires`,
  )
  for (const [{ module }, side] of theirs) {
    const found = differences(own, (await ask(side, question)) as string[])
    demand(
      found.length === 0,
      `with ${size} rules, Wick and ${module} differ on ${found.length} events: ${found.slice(0, 3).join('; ')}`,
    )
  }
}

type Speeds = ReadonlyMap<Child, readonly number[]>

/** Every side in turn, round by round, so that what the machine does besides meets all. */
async function speedsOf(sides: readonly Child[], size: number, { rounds, ms }: Scale): Promise<Speeds> {
  const found = new Map<Child, number[]>(sides.map((side) => [side, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [side, speeds] of found) speeds.push(Number(await ask(side, { ask: 'perSecond', rules: size, ms })))
  }
  return found
}

interface Pair {
  readonly ours: number
  readonly theirs: number
  readonly ratio: number
}

function pairOf(speeds: Speeds, ours: Child, theirs: Child): Pair {
  const own = speeds.get(ours) ?? []
  const other = speeds.get(theirs) ?? []
  return {
    ours: median(own),
    theirs: median(other),
    ratio: median(own.map((speed, round) => speed / (other[round] ?? Number.NaN))),
  }
}

const measureOf = ({ module }: Peer): string =>
  `events/s ÷ ${module} ${versionOf(module)}, ${SMALL} rules; ${LARGE} rules`

const neededOf = ({ atLeast }: Peer): string => (atLeast === undefined ? '–' : `≥ ${atLeast}; ≥ ${atLeast}`)

function ratios({ atLeast }: Peer, pairs: readonly Pair[]): Pick<Row, 'found' | 'met'> {
  const speeds = pairs.map(({ ours, theirs }) => `${whole(ours)}/s ÷ ${whole(theirs)}/s`).join('; ')
  return {
    found: `${pairs.map(({ ratio }) => ratio.toFixed(ratio < 10 ? 2 : 0)).join('; ')} (${speeds})`,
    met: atLeast === undefined ? undefined : pairs.every(({ ratio }) => ratio >= atLeast),
  }
}

async function oneEvent(ours: Child, { ms }: Scale): Promise<Row> {
  const p99Ms = Number(await ask(ours, { ask: 'p99Ms', rules: LARGE, ms }))
  return {
    id: 'R-5',
    measure: `p99 of one event, ${LARGE} rules`,
    needed: '< 1 ms',
    found: `${p99Ms.toFixed(2)} ms`,
    met: p99Ms < 1,
  }
}

async function checking(ours: Child, sqrl: Child | undefined, { rounds }: Scale): Promise<Row> {
  const own: number[] = []
  const other: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    own.push(Number(await ask(ours, { ask: 'loadMs', rules: CHECKED })))
    if (sqrl !== undefined) other.push(Number(await ask(sqrl, { ask: 'loadMs', rules: CHECKED })))
  }
  return {
    id: 'R-6',
    measure: `check and compile ${CHECKED} rules`,
    needed: '< 1 s',
    found: `${median(own).toFixed(0)} ms${sqrl === undefined ? '' : ` (sqrl: ${median(other).toFixed(0)} ms)`}`,
    met: median(own) < 1_000,
  }
}

const whole = (value: number): string => Math.round(value).toLocaleString('en')
