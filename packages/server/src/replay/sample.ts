import { countsOthers } from '@lamplighter/rules'
import { sha256 } from '../http/crypto.ts'
import type { Compared } from './backtest.ts'
import type { Version } from './side.ts'

/** A share of the accounts: all events that one of them does, or none of them. */
export interface Sample {
  readonly percent: number
  readonly seed: string
}

/** Whether an account is in: drawn by nothing but the seed and its name. */
export function isIn({ percent, seed }: Sample, account: string | undefined): boolean {
  if (account === undefined) return false
  const [a = 0, b = 0, c = 0, d = 0] = sha256(`${seed}\n${account}`)
  return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % 10_000 < percent * 100
}

/** Who acts in an event; undefined where nobody is named. */
export function actorOf(event: object): string | undefined {
  const actor: unknown = Reflect.get(event, 'actor')
  const id: unknown = typeof actor === 'object' && actor !== null ? Reflect.get(actor, 'id') : undefined
  return typeof id === 'string' ? id : undefined
}

export interface NotMeasured {
  readonly rule: string
  /** Counters that it reads, and kinds of events in which nobody acts. */
  readonly because: readonly string[]
}

/**
 * The rules of which a sample says nothing: they count what others do, and most of the others are not there. Of a number that is too low
 * nobody could tell that it is; so there is none.
 */
export function notMeasuredIn({ mine, theirs }: Compared): NotMeasured[] {
  const found = new Map<string, Set<string>>()
  for (const { rule, because } of [...beyond(mine), ...beyond(theirs)])
    found.set(rule, new Set([...(found.get(rule) ?? []), ...because]))
  return [...found]
    .map(([rule, because]) => ({ rule, because: [...because].toSorted() }))
    .toSorted((a, b) => (a.rule < b.rule ? -1 : 1))
}

function beyond({ program: { ruleset }, schema }: Version): NotMeasured[] {
  return ruleset.rules.flatMap((rule) => {
    const actorless = rule.on.filter(
      (kind) => schema.events.get(kind)?.members.get('actor')?.record.entity !== 'account',
    )
    const because = [...countsOthers(rule, ruleset, 'actor.id'), ...actorless]
    return because.length === 0 ? [] : [{ rule: rule.name, because }]
  })
}
