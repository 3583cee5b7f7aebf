import type { Act } from '@lamplighter/api'
import { AppError, jitter } from './errors.ts'
import type { Principal } from './principal.ts'

/** A rate: `perSecond` tokens flow in, at most `burst` are held. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

const MAX_BUCKETS = 100_000

/** Token buckets by name, in this process's memory. */
export class Buckets {
  readonly #held = new Map<string, { tokens: number; at: number }>()

  /** Takes `count` tokens, or says in how many seconds they will be there. Never takes a part. */
  take(name: string, rate: Rate, count: number, now: number): { ok: true } | { ok: false; retryAfterS: number } {
    const before = this.#held.get(name)
    const tokens = before === undefined ? rate.burst : refilled(before, rate, now)
    // A batch larger than a full bucket passes when the bucket is full, and leaves it in debt.
    const wanted = Math.min(count, rate.burst)
    if (tokens < wanted) return { ok: false, retryAfterS: (wanted - tokens) / rate.perSecond }
    this.#held.delete(name)
    this.#held.set(name, { tokens: tokens - count, at: now })
    if (this.#held.size > MAX_BUCKETS) this.#forgetOldest()
    return { ok: true }
  }

  // The map is in order of last use, so the first is the one that had most time to fill up again.
  #forgetOldest(): void {
    for (const name of this.#held.keys()) {
      this.#held.delete(name)
      return
    }
  }
}

const refilled = (held: { tokens: number; at: number }, rate: Rate, now: number): number =>
  Math.min(rate.burst, held.tokens + (Math.max(0, now - held.at) / 1000) * rate.perSecond)

/** Burst of two seconds (platform.md §10). */
const perSecond = (count: number): Rate => ({ perSecond: count, burst: count * 2 })
const perMinute = (count: number): Rate => ({ perSecond: count / 60, burst: count })

/** Defaults of platform.md §10 and security.md §11. */
export const rates = {
  screen: perSecond(500),
  events: perSecond(20_000),
  reports: perSecond(50),
  // A lookup takes some 10 µs to 30 µs of the thread that answers everybody.
  lookups: perSecond(4_000),
  keyOther: perSecond(100),
  staff: perMinute(600),
  signIn: perMinute(10),
  links: perMinute(60),
  wrongLinks: { perSecond: 5 / 900, burst: 5 },
  linkForms: { perSecond: 5 / 3600, burst: 5 },
  pages: perMinute(120),
} as const satisfies Record<string, Rate>

export type RateName = keyof typeof rates

/** Which of a key's rates an act draws from. */
export function keyRateOf(act: Act): RateName {
  switch (act) {
    case 'screen.send':
    case 'media.put':
    case 'media.get':
    case 'media.delete':
      return 'screen'
    case 'match.ask':
    case 'hma.use':
    case 'hma.write':
      return 'lookups'
    case 'events.send':
      return 'events'
    case 'reports.send':
    case 'appeals.send':
      return 'reports'
    default:
      return 'keyOther'
  }
}

/** A v4 address, or the /64 of a v6 one: whoever has one address of a /64 has them all. */
export function addressGroup(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  if (!plain.includes(':')) return plain
  const [head = '', tail = ''] = plain.split('::', 2)
  const left = head.split(':').filter(Boolean)
  const right = tail.split(':').filter(Boolean)
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}

export interface Limits {
  /** Takes `count` from the principal's rate for this act. @throws AppError `rate_limited` */
  spend(who: Principal, act: Act, address: string, count: number, now: number): void
  /** Takes one of a named rate of an address. @throws AppError `rate_limited` */
  spendAt(rate: RateName, address: string, now: number): void
}

export function createLimits(): Limits {
  const buckets = new Buckets()
  const spend = (name: string, rate: RateName, count: number, now: number) => {
    const taken = buckets.take(`${rate}|${name}`, rates[rate], count, now)
    if (taken.ok) return
    const retryAfterS = Math.max(1, Math.ceil(taken.retryAfterS))
    throw new AppError('rate_limited', `Too many calls. Wait ${retryAfterS} s.`, { retryAfterS })
  }
  return {
    spend(who, act, address, count, now) {
      if (who.kind === 'operator') return
      if (who.kind === 'key') spend(who.id, keyRateOf(act), count, now)
      else if (who.kind === 'staff') spend(who.id, 'staff', count, now)
      else spend(addressGroup(address), act === 'link.open' ? 'links' : 'pages', count, now)
    },
    spendAt: (rate, address, now) => spend(addressGroup(address), rate, 1, now),
  }
}

export type SlotClass = 'people' | 'screen' | 'events'

/** Calls of machines that judge or hand in events have slots of their own; all else is people's (platform.md §10). */
export function slotClassOf(act: Act): SlotClass {
  switch (act) {
    case 'events.send':
      return 'events'
    case 'screen.send':
    case 'media.put':
    case 'media.get':
    case 'media.delete':
    case 'hash.make':
    case 'match.ask':
    case 'hma.use':
    case 'hma.write':
    case 'actions.read':
    case 'actions.ack':
      return 'screen'
    default:
      return 'people'
  }
}

/** Requests in work at once, per class: a quarter is people's and never taken by others. */
export class Slots {
  readonly #free: Record<SlotClass, number>

  constructor(total = 1024) {
    const people = Math.ceil(total / 4)
    const screen = Math.ceil((total - people) / 2)
    this.#free = { people, screen, events: total - people - screen }
  }

  /** @throws AppError `overloaded`; call the returned function once, when the answer is made */
  enter(kind: SlotClass): () => void {
    if (this.#free[kind] <= 0) {
      throw new AppError('overloaded', 'Too many calls at once. Send it again.', { retryAfterS: jitter(1, 5) })
    }
    this.#free[kind]--
    return () => {
      this.#free[kind]++
    }
  }
}
