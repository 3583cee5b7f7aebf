import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { type CounterSpec, GRACE, type Hash } from '@lamplighter/rules/counters'
import type { Keyring } from '../storage/keyring/index.ts'

/** Keyed hashes of accounts, rooms and events in counters, under keys that change (rules.md §6.4, Privacy). */
export interface CounterNames {
  /** Makes what `hash` needs at this time; durable before it returns. */
  ready(specs: readonly CounterSpec[], now: number): Promise<void>
  /** For the counters and the time that `ready` was last told of. */
  readonly hash: Hash
  /** From when on everything can be found under one of the two names that `hash` gives. Milliseconds since 1970. */
  findable(spec: CounterSpec): number
  /** Destroys keys that hash nothing any more: what was kept under them cannot be asked "was it this person?". */
  forget(now: number): Promise<void>
}

/** A key serves for a window and its grace, then as long again as the last one. */
const lengthOf = ({ over }: Pick<CounterSpec, 'over'>): number => over + GRACE
const periodOf = (spec: Pick<CounterSpec, 'over'>, now: number): number => Math.floor(now / lengthOf(spec))

/** An event may be this much later than the moment at which it was counted (rules.md §6.2). */
const AHEAD_MS = 120_000

/** Keys of what begins within the next hour are made with the one of now: a commit for each hour, not for each window. */
const AHEAD_KEYS_MS = 3_600_000

export function counterNames(keyring: Keyring): CounterNames {
  const keys = new Map<string, KeyObject>()
  const turns = new Map<string, number>()
  const recent = new Map<string, RecentNames>()
  const refOf = (over: number, period: number): string => `${over}:${period}`
  const loads = new Map<string, Promise<void>>()
  const load = async (over: number, period: number): Promise<void> => {
    const ref = refOf(over, period)
    const ahead = Array.from({ length: Math.floor(AHEAD_KEYS_MS / lengthOf({ over })) }, (_, n) => period + 1 + n)
    const there = keyring.live('counter').find((key) => key.ref === ref)?.id
    const [id = ''] =
      there === undefined ? await keyring.makeAll('counter', [ref, ...ahead.map((one) => refOf(over, one))]) : [there]
    keys.set(ref, await keyring.use(id, (key) => createSecretKey(key.derive('counter names'))))
  }
  // Whoever comes while a key is made waits for the same: callers go on in the order in which they came.
  const loaded = (over: number, period: number): Promise<void> => {
    const ref = refOf(over, period)
    const begun = loads.get(ref)
    if (begun !== undefined) return begun
    const loading = load(over, period)
    loads.set(ref, loading)
    // One that failed is tried again by the next; who waits for it hears of it.
    loading.catch(() => loads.delete(ref))
    return loading
  }
  const keyOf = (over: number, period: number): KeyObject => {
    const key = keys.get(refOf(over, period))
    if (key === undefined) throw new TypeError('a counter was moved before its keys were made')
    return key
  }
  return {
    async ready(specs, now) {
      for (const spec of specs) {
        const period = periodOf(spec, now)
        if (turns.get(spec.id) === period) continue
        await loaded(spec.over, period)
        await loaded(spec.over, period - 1)
        turns.set(spec.id, period)
      }
    },
    hash(counter, id) {
      const period = turns.get(counter.id) ?? 0
      const before = recent.get(counter.id)
      const known = before?.period === period ? before : new RecentNames(counter.over, period, before)
      if (known !== before) recent.set(counter.id, known)
      return known.of(id, (of) => nameUnder(keyOf(counter.over, of), counter, id))
    },
    findable(spec) {
      // What was last touched in the period before the last one stands under a name that nobody can make any more.
      return ((turns.get(spec.id) ?? 0) - 1) * lengthOf(spec) + AHEAD_MS
    },
    async forget(now) {
      const old = keyring.live('counter').filter(({ ref }) => {
        const [over = 0, period = 0] = ref.split(':').map(Number)
        return period < Math.floor(now / lengthOf({ over })) - 1
      })
      for (const { ref } of old) {
        keys.delete(ref)
        loads.delete(ref)
      }
      for (const [counter, names] of recent) {
        names.forgetBefore()
        if (names.period < periodOf(names, now)) recent.delete(counter)
      }
      await keyring.destroy(
        old.map(({ id }) => id),
        'counter_window_over',
      )
    },
  }
}

type Names = readonly [now: string, last: string]

/** Names of one counter, twice at most. */
const RECENT = 2_000

/** Names that were made lately, of one counter in one period: who is active is met again and again, and making a name costs more than counting. */
class RecentNames {
  readonly over: number
  readonly period: number
  #young = new Map<string, Names>()
  #old = new Map<string, Names>()
  /** Of the period before: what was the name of now is the last one now. */
  #before: RecentNames | undefined

  constructor(over: number, period: number, before: RecentNames | undefined) {
    this.over = over
    this.period = period
    this.#before = before?.period === period - 1 ? before : undefined
    before?.forgetBefore()
  }

  /** @param make the name under a period's key */
  of(id: string, make: (period: number) => string): Names {
    const young = this.#young.get(id)
    if (young !== undefined) return young
    const names = this.#old.get(id) ?? [make(this.period), this.#before?.nowOf(id) ?? make(this.period - 1)]
    this.#young.set(id, names)
    if (this.#young.size >= RECENT) {
      this.#old = this.#young
      this.#young = new Map()
      this.forgetBefore()
    }
    return names
  }

  nowOf(id: string): string | undefined {
    return (this.#young.get(id) ?? this.#old.get(id))?.[0]
  }

  forgetBefore(): void {
    this.#before = undefined
  }
}

// The counter is part of it: two counters do not tell that they met the same person.
function nameUnder(key: KeyObject, counter: CounterSpec, id: string): string {
  return first16(createHmac('sha256', key).update(`${counter.id} ${id}`).digest('base64url'))
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The first 16 bytes of what this text says, in the same digits. Cutting the text takes half the time of cutting the bytes. */
function first16(base64url: string): string {
  const last = DIGITS.indexOf(base64url.charAt(21)) & 0b110000
  return base64url.slice(0, 21) + DIGITS.charAt(last)
}
