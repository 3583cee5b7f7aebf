import { flags } from '../../packages/server/bin/flags.mjs'
import type { Child } from '../lib/child.ts'
import { median } from '../lib/machine.ts'
import type { Scale } from '../lib/row.ts'
import type { Question } from './question.ts'

export const SIDE = new URL('./side.ts', import.meta.url)

/** Every engine decides the same on each of so many events, or nothing is measured. */
export const COMPARED = 1_000

/** The peers get the same room for the young, but not the product's bans: SQRL makes code from strings. */
export const room = flags.filter((flag) => !/^--(disallow|disable-proto)/.test(flag))

export const ask = (side: Child, question: Question): Promise<unknown> => side.ask(question)

export type Speeds = ReadonlyMap<Child, readonly number[]>

/** Events per second of processor time. Every side in turn, round by round, so that what the machine does besides meets all. */
export async function speedsOf(sides: readonly Child[], size: number, { rounds, ms }: Scale): Promise<Speeds> {
  const found = new Map<Child, number[]>(sides.map((side) => [side, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [side, speeds] of found) speeds.push(Number(await ask(side, { ask: 'perSecond', rules: size, ms })))
  }
  return found
}

export interface Pair {
  readonly ours: number
  readonly theirs: number
  readonly ratio: number
}

export function pairOf(speeds: Speeds, ours: Child, theirs: Child): Pair {
  const own = speeds.get(ours) ?? []
  const other = speeds.get(theirs) ?? []
  return {
    ours: median(own),
    theirs: median(other),
    ratio: median(own.map((speed, round) => speed / (other[round] ?? Number.NaN))),
  }
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en')
