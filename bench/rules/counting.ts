import { type Child, startChild } from '../lib/child.ts'
import { median } from '../lib/machine.ts'
import { demand, type Row, type Scale } from '../lib/row.ts'
import { bruteForce, COUNTERS, type Counter } from './counters.ts'
import { differences } from './differences.ts'
import { redisMissing } from './engines/sqrl-counting.ts'
import { eventsOf } from './generate.ts'
import { installPeers, versionOf } from './install.ts'
import { ask, COMPARED, type Pair, pairOf, room, SIDE, speedsOf, whole } from './speeds.ts'

const PEER = 'sqrl-redis-functions'
/** One after another, and as a platform with many callers. */
const IN_FLIGHT = [1, 64] as const

/** six counters, each event a new one. R-9 needs a checkout of Osprey. */
export async function counting(scale: Scale): Promise<Row[]> {
  const missing = installPeers()
  return [
    await inMemory(missing, scale),
    await onDisk(missing ?? redisMissing(), scale),
    {
      id: 'R-9',
      measure: "events/s ÷ Osprey's executor",
      needed: '≥ 300; ≥ 300',
      found: `not run: ${process.env.OSPREY === undefined ? 'OSPREY names no checkout' : 'no side drives Osprey yet'}`,
      met: undefined,
    },
  ]
}

/** One event at a time, by processor time. */
async function inMemory(missing: string | undefined, scale: Scale): Promise<Row> {
  const row = { id: 'R-7', measure: measureOf('in memory'), needed: '≥ 25' }
  const ours = await startChild(SIDE, ['wickCounting'])
  const theirs = missing === undefined ? await startChild(SIDE, ['sqrlCounting'], room) : undefined
  try {
    const otherwise = await compared('R-7', { ours, theirs, inFlight: 1 })
    if (theirs === undefined) return { ...row, found: `peer missing: ${missing}`, met: undefined }
    const { ratio, ours: own, theirs: other } = pairOf(await speedsOf([ours, theirs], 0, scale), ours, theirs)
    const found = `${said(ratio)} (${whole(own)}/s ÷ ${whole(other)}/s; ${differing(otherwise)})`
    return { ...row, found, met: ratio >= 25 }
  } finally {
    await Promise.all([ours.stop(), theirs?.stop()])
  }
}

interface Sides {
  readonly inFlight: number
  readonly ours: Child
  readonly theirs: Child | undefined
}

/** By the clock, for waiting for a disk costs no processor time. What counts is what a side does at its best number of events in flight. */
async function onDisk(missing: string | undefined, { rounds, ms }: Scale): Promise<Row> {
  const row = { id: 'R-8', measure: measureOf('on disk before the answer, by the clock'), needed: '≥ 10' }
  const all: Sides[] = []
  try {
    const otherwise: number[] = []
    for (const inFlight of IN_FLIGHT) {
      const ours = await startChild(SIDE, ['wickDurable'])
      const theirs = missing === undefined ? await startChild(SIDE, ['sqrlRedis'], room) : undefined
      const sides = { inFlight, ours, theirs }
      all.push(sides)
      otherwise.push(await compared('R-8', sides))
    }
    if (missing !== undefined) return { ...row, found: `peer missing: ${missing}`, met: undefined }
    const pairs: Pair[][] = []
    for (let round = 0; round < rounds; round += 1) pairs.push(await inTurn(all, ms))
    const best = (of: 'ours' | 'theirs') => pairs.map((round) => Math.max(...round.map((pair) => pair[of])))
    const theirs = best('theirs')
    const ratio = median(best('ours').map((own, round) => own / (theirs[round] ?? Number.NaN)))
    const each = IN_FLIGHT.map((inFlight, place) => {
      const at = (of: 'ours' | 'theirs') => whole(median(pairs.flatMap((round) => round[place]?.[of] ?? [])))
      return `${inFlight} in flight: ${at('ours')}/s ÷ ${at('theirs')}/s`
    })
    return { ...row, found: `${said(ratio)} (${each.join('; ')}; ${differing(...otherwise)})`, met: ratio >= 10 }
  } finally {
    await Promise.all(all.flatMap(({ ours, theirs }) => [ours.stop(), theirs?.stop()]))
  }
}

async function inTurn(all: readonly Sides[], ms: number): Promise<Pair[]> {
  const pairs: Pair[] = []
  for (const { inFlight, ours, theirs } of all) {
    const question = { ask: 'perSecondByClock', rules: 0, ms, inFlight } as const
    const own = Number(await ask(ours, question))
    const other = theirs === undefined ? Number.NaN : Number(await ask(theirs, question))
    pairs.push({ ours: own, theirs: other, ratio: own / other })
  }
  return pairs
}

/** Wick must decide as counting everything again does, in the order in which events were handed in. On how many events SQRL decides otherwise. */
async function compared(id: string, { ours, theirs, inFlight }: Sides): Promise<number> {
  const question = { ask: 'decisions', rules: 0, events: COMPARED, inFlight } as const
  const own = (await ask(ours, question)) as string[]
  const wrong = differences(own, meant())
  demand(
    wrong.length === 0,
    `${id}: Wick and counting again differ on ${wrong.length} events: ${wrong.slice(0, 3).join('; ')}`,
  )
  return theirs === undefined ? 0 : differences(own, (await ask(theirs, question)) as string[]).length
}

/** What the counters' rules say of each event, by counting all that came before it again. */
export function meant(counters: readonly Counter[] = COUNTERS): string[] {
  const events = eventsOf(COMPARED)
  return events.map((_, index) =>
    counters
      .filter((counter) => bruteForce(counter, events, index) >= counter.atLeast)
      .map(({ name }) => name)
      .sort()
      .join(' '),
  )
}

const measureOf = (where: string): string =>
  `events/s ÷ ${PEER} ${versionOf(PEER)}, ${COUNTERS.length} counters, ${where}`
const said = (ratio: number): string => ratio.toFixed(ratio < 10 ? 2 : 0)
const differing = (...events: readonly number[]): string =>
  `SQRL decides ${events.join(' and ')} of ${COMPARED} events otherwise`
