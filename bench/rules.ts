import { type Child, startChild } from './lib/child.ts'
import { median } from './lib/machine.ts'
import { demand, type Row, type Scale } from './lib/row.ts'
import { TEN_COUNTERS } from './rules/counters.ts'
import { counting, meant } from './rules/counting.ts'
import { differences } from './rules/differences.ts'
import { installPeers, versionOf } from './rules/install.ts'
import type { EngineName } from './rules/question.ts'
import { ask, COMPARED, type Pair, pairOf, room, SIDE, speedsOf, whole } from './rules/speeds.ts'

const SMALL = 20
const LARGE = 100
const CHECKED = 300

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
      await oneEvent(scale),
      await checking(ours, [...theirs].find(([peer]) => peer.engine === 'sqrl')?.[1], scale),
    ]
  } finally {
    await Promise.all([ours, ...theirs.values()].map((side) => side.stop()))
  }
}

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

/** R-5: the rules and ten counters in memory. They fire as the rules do without counters, and as counting everything again says. */
async function oneEvent(scale: Scale): Promise<Row> {
  const plain = await startChild(SIDE, ['wick'])
  const large = await startChild(SIDE, ['wickLarge'])
  try {
    const question = { ask: 'decisions', rules: LARGE, events: COMPARED } as const
    const fired = (await ask(plain, question)) as string[]
    const counted = meant(TEN_COUNTERS)
    const wrong = differences(
      (await ask(large, question)) as string[],
      fired.map((rules, event) =>
        [...rules.split(' '), ...(counted[event] ?? '').split(' ')].filter(Boolean).sort().join(' '),
      ),
    )
    demand(wrong.length === 0, `R-5: with counters Wick decides otherwise: ${wrong.slice(0, 3).join('; ')}`)
    const p99Ms = Number(await ask(large, { ask: 'p99Ms', rules: LARGE, ms: scale.ms }))
    return {
      id: 'R-5',
      measure: `p99 of one event, ${LARGE} rules and ${TEN_COUNTERS.length} counters in memory`,
      needed: '< 1 ms',
      found: `${p99Ms.toFixed(2)} ms`,
      met: p99Ms < 1,
    }
  } finally {
    await Promise.all([plain.stop(), large.stop()])
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
