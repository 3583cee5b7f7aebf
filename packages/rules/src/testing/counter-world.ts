import type { CounterOp, CounterSpec } from '../counters/index.ts'
import type { Random } from './random.ts'

/** What may go wrong in one world, as shares from 0 to 1. */
export interface Trouble {
  /** Questions and members that nobody can tell at first. */
  readonly unknown: number
  /** Events that come after newer ones. */
  readonly disorder: number
  /** Events that come again, or are judged again and better. */
  readonly again: number
  readonly erase: number
  readonly sweep: number
}

/** One event as it truly was, and what has been told of it. */
export interface Sent {
  readonly event: string
  readonly at: number
  readonly counts: boolean
  readonly member: string
  readonly value: number
  readonly encrypted: boolean
  whereKnown: boolean
  memberKnown: boolean
  /** Its person was erased: nobody knows the event's id any more. */
  readonly gone: boolean
}

interface Past {
  readonly sent: Map<string, Sent>
  newest: number
  /** Nothing here was ever told as unknown. */
  plain: boolean
}

/** The full history of one counter, and the truth of every window: what no store may contradict. */
export class World {
  readonly spec: CounterSpec
  readonly #random: Random
  readonly #trouble: Trouble
  readonly #past = new Map<string, Past>()
  readonly #ids: readonly string[]
  readonly #step: number
  #numbers = 0
  now: number
  swept = Number.NEGATIVE_INFINITY

  constructor(spec: CounterSpec, random: Random, { trouble, start }: { trouble: Trouble; start: number }) {
    this.spec = spec
    this.#random = random
    this.#trouble = trouble
    this.now = start
    this.#ids = Array.from({ length: random.int(2, 3 * (spec.upTo ?? 40) + 2) }, (_, index) => `u${index}`)
    this.#step = Math.max(1, Math.floor((2 * spec.over) / random.int(1, 4 * (spec.upTo ?? 40))))
  }

  /** The next delivery: mostly a new event, sometimes one again. */
  next(): { op: CounterOp; key: string } {
    const key = this.#random.pick(this.#ids.slice(0, 3))
    const past = this.#past.get(key)
    const known = [...(past?.sent.values() ?? [])].filter((one) => !one.gone).slice(-20)
    if (known.length > 0 && this.#random.chance(this.#trouble.again)) {
      const sent = this.#random.pick(known)
      if (this.#random.chance(0.5)) sent.whereKnown = true
      if (this.#random.chance(0.5)) sent.memberKnown = true
      return { op: this.#opOf(key, sent), key }
    }
    this.now += this.#random.int(0, this.#step)
    const late = this.#random.chance(this.#trouble.disorder)
    const sent: Sent = {
      event: `e${this.#numbers++}`,
      at: late ? this.now - this.#random.int(0, Math.ceil(this.spec.over * 1.2)) : this.now,
      counts: this.#random.chance(0.8),
      member: this.#random.pick(this.#ids),
      value: this.#random.int(0, 8) / 4,
      encrypted: this.#random.chance(0.2),
      whereKnown: !this.#random.chance(this.#trouble.unknown),
      memberKnown: !this.#random.chance(this.#trouble.unknown),
      gone: false,
    }
    return { op: this.#opOf(key, sent), key }
  }

  /** A question about a key at some moment of late; moves nothing. */
  question(): { op: CounterOp; key: string } {
    const key = this.#random.pick(this.#ids.slice(0, 3))
    const at = this.now - (this.#random.chance(this.#trouble.disorder) ? this.#random.int(0, this.spec.over) : 0)
    const op = { counter: this.spec, key: [key], at, event: 'asks', where: undefined, readOnly: true }
    return { op, key }
  }

  #opOf(key: string, sent: Sent): CounterOp {
    const past = this.#past.get(key) ?? { sent: new Map<string, Sent>(), newest: Number.NEGATIVE_INFINITY, plain: true }
    this.#past.set(key, past)
    past.sent.set(sent.event, sent)
    past.newest = Math.max(past.newest, sent.at)
    if (!sent.whereKnown || (!sent.memberKnown && this.spec.what !== 'count')) past.plain = false
    const { event, at, counts, member, value, encrypted, whereKnown, memberKnown } = sent
    return {
      counter: this.spec,
      key: [key],
      at,
      event,
      encrypted,
      where: whereKnown ? counts : undefined,
      ...(this.spec.what === 'distinct' && memberKnown ? { member } : {}),
      ...(this.spec.what === 'sum' && memberKnown ? { value } : {}),
    }
  }

  /** What truly stands in the window of a reading. */
  truth(key: string, at: number): { truth: number; events: number } {
    const inside = this.#inside(key, at).filter((one) => one.counts)
    const distinct = new Set(inside.map((one) => one.member)).size
    const sum = inside.reduce((total, one) => total + one.value, 0)
    return { truth: { count: inside.length, distinct, sum }[this.spec.what], events: inside.length }
  }

  /** What has been told for sure, and what is the most that it leaves possible; for `distinct` the latter is not exact. */
  told(key: string, at: number): { low: number; high: number; events: number } {
    const inside = this.#inside(key, at)
    const needsMember = this.spec.what !== 'count'
    const sure = inside.filter((one) => one.counts && one.whereKnown && (one.memberKnown || !needsMember))
    const doubt = inside.filter((one) => !sure.includes(one) && (one.counts || !one.whereKnown))
    const sum = (of: readonly Sent[]) => of.reduce((total, one) => total + one.value, 0)
    const open = doubt.some((one) => !one.memberKnown)
    const low = { count: sure.length, distinct: new Set(sure.map((one) => one.member)).size, sum: sum(sure) }
    const high = {
      count: sure.length + doubt.length,
      distinct: low.distinct + doubt.length,
      sum: open ? Number.POSITIVE_INFINITY : sum(sure) + sum(doubt),
    }
    return { low: low[this.spec.what], high: high[this.spec.what], events: inside.length }
  }

  /** The ids that may stand as evidence of a reading. */
  evidence(key: string, at: number): ReadonlySet<string> {
    return new Set(
      this.#inside(key, at)
        .filter((one) => !one.encrypted)
        .map((one) => one.event),
    )
  }

  #inside(key: string, at: number): Sent[] {
    const past = this.#past.get(key)
    return past === undefined
      ? []
      : [...past.sent.values()].filter((one) => one.at > at - this.spec.over && one.at <= at)
  }

  /** Whether the reading must be as tight as what was told: nothing newer came first, nothing is swept or erased. */
  isTight(key: string, at: number): boolean {
    const past = this.#past.get(key)
    if (this.swept > at - this.spec.over || (past !== undefined && at < past.newest)) return false
    return [...(past?.sent.values() ?? [])].every((one) => !one.gone)
  }

  /** Whether it must be exact: nothing was ever unknown, either. */
  isPlain(key: string, at: number): boolean {
    return this.isTight(key, at) && (this.#past.get(key)?.plain ?? true)
  }

  /** Whether to erase somebody now. */
  erases(): boolean {
    return this.#random.chance(this.#trouble.erase)
  }

  /** The entity to erase: from then on its traces are nobody's. */
  erased(): string {
    const id = this.#random.pick(this.#ids)
    this.#past.delete(id)
    if (this.spec.what !== 'distinct') return id
    const nobody = `nobody${this.#numbers++}`
    for (const { sent } of this.#past.values()) {
      for (const one of [...sent.values()]) {
        if (one.member !== id) continue
        sent.delete(one.event)
        const mark = `gone${this.#numbers++}`
        sent.set(mark, { ...one, event: mark, member: nobody, gone: true })
      }
    }
    return id
  }

  /** Whether to sweep now. */
  sweeps(): boolean {
    return this.#random.chance(this.#trouble.sweep)
  }
}
