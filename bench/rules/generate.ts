import { type Random, randomOf } from '../lib/random.ts'
import {
  type Clause,
  type Event,
  FLAGS,
  HASH_LISTS,
  KINDS,
  PATTERNS,
  REGIONS,
  type Rule,
  SCORES,
  SURFACES,
} from './neutral.ts'

export const SEED = 20_260_101
export const EVENTS = 5_000

const WORDS =
  'bomb attack school tonight free cheap tickets prize send me us secret alone meet click link offer now today password account code boat harbour net market bread the a and we when rope lamp tide'.split(
    ' ',
  )
/** Texts that many people send, as in waves of spam: one event in ten has one of them. */
const COPIES = 5
const STARTS_AT = Date.UTC(2026, 0, 1)

/** @returns the same events for the same seed; a longer run begins with the shorter one */
export function eventsOf(count: number, seed: number = SEED): Event[] {
  const random = randomOf(seed)
  const copies = Array.from({ length: COPIES }, () => textOf(random))
  let at = STARTS_AT
  return Array.from({ length: count }, (_, index) => {
    at += random.below(2_000)
    return { id: `e-${index}`, at, text: random.chance(0.1) ? random.pick(copies) : textOf(random), ...factsOf(random) }
  })
}

const textOf = (random: Random): string =>
  Array.from({ length: 12 + random.below(20) }, () => random.pick(WORDS)).join(' ')

function factsOf(random: Random): Omit<Event, 'id' | 'at' | 'text'> {
  return {
    kind: random.pick(KINDS),
    surface: random.pick(SURFACES),
    region: random.pick(REGIONS),
    sender: `a-${random.below(300)}`,
    recipient: `a-${random.below(300)}`,
    // Most accounts are young, as most trouble is: two in five are below 30 days.
    ageDays: Math.floor(random.share() ** 3 * 400),
    senderAdult: random.chance(0.7),
    recipientMinor: random.chance(0.3),
    links: Math.floor(random.share() ** 2 * 5),
    reports: Math.floor(random.share() ** 3 * 8),
    threat: scoreOf(random),
    fraud: scoreOf(random),
    insult: scoreOf(random),
    ...(random.chance(0.05) && { hashList: random.pick(HASH_LISTS) }),
    encrypted: random.chance(0.3),
  }
}

/** In hundredths, so that some scores are just what a rule asks to be above. */
const scoreOf = (random: Random): number => random.below(100) / 100

/** @returns the same rules for the same seed; a longer set begins with the shorter one */
export function rulesOf(count: number, seed: number = SEED): Rule[] {
  const random = randomOf(seed)
  return Array.from({ length: count }, (_, index) => {
    const clauses = random.some(CLAUSES, 5).map((make) => make(random))
    return { name: `r${index + 1}`, all: clauses.slice(0, 3), either: random.chance(0.4) ? clauses.slice(3) : [] }
  })
}

/** One of each kind. A rule takes different ones, so no two of its clauses exclude each other. */
const CLAUSES: readonly ((random: Random) => Clause)[] = [
  (random) => ({ ask: 'below', of: 'ageDays', value: random.pick([1, 3, 7, 30]) }),
  (random) => ({ ask: 'atLeast', of: 'links', value: random.pick([1, 2, 3]) }),
  (random) => ({ ask: 'atLeast', of: 'reports', value: random.pick([1, 3, 5]) }),
  (random) => ({ ask: 'above', of: random.pick(SCORES), value: random.pick([0.5, 0.6, 0.7, 0.8, 0.9, 0.95]) }),
  (random) => ({ ask: 'is', of: 'surface', value: random.pick(SURFACES) }),
  (random) => ({ ask: 'in', of: 'region', values: random.some(REGIONS, 1 + random.below(3)) }),
  (random) => ({ ask: 'true', of: random.pick(FLAGS) }),
  (random) => ({ ask: 'is', of: 'hashList', value: random.pick(HASH_LISTS) }),
  (random) => ({ ask: 'is', of: 'kind', value: random.pick(KINDS) }),
  (random) => ({ ask: 'matches', of: 'text', pattern: random.pick(PATTERNS) }),
]
