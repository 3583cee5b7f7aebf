/*
 * Harbour, a made-up town chat. All of it is invented, mild and made by a seed, so that two machines show the same; names of people,
 * places and domains do not exist outside `.example`.
 */

import { seeded } from '@lamplighter/text'

export interface Account {
  readonly id: string
  readonly ageBand: 'adult' | 'minor'
  readonly ageDays: number
}

export interface Said {
  readonly kind: 'message' | 'post'
  readonly id: string
  readonly actor: Account
  readonly target?: Account
  /** On the board and in the open chat everybody reads along; a direct message is private, and nobody measures what it says. */
  readonly where: 'square' | 'quay' | 'direct'
  readonly text: string
  /** How long before now it was said. */
  readonly agoMs: number
  readonly connected: boolean
}

export interface Complaint {
  readonly id: string
  readonly by: Account
  readonly about: Said
  readonly harm: string
  readonly agoMs: number
}

export interface Town {
  readonly accounts: readonly Account[]
  readonly chatter: readonly Said[]
  readonly trouble: readonly Said[]
  readonly complaints: readonly Complaint[]
}

export const ACCOUNTS = 120
export const MESSAGES = 2_000
export const REPORTS = 58

const BIRDS = [
  'kestrel',
  'plover',
  'dunlin',
  'avocet',
  'turnstone',
  'curlew',
  'shag',
  'gannet',
  'tern',
  'puffin',
  'eider',
  'knot',
]
const TOPICS = [
  'the ferry',
  'the market',
  'the lighthouse',
  'the regatta',
  'the bakery',
  'the choir',
  'the new pier',
  'the library',
  'the tide',
  'the fog',
]
const OPENERS = [
  'Has anybody seen',
  'I love',
  'Who knows more about',
  'Today I walked past',
  'Nobody talks about',
  'We should meet at',
  'Thank you for',
  'A question about',
]
const CLOSERS = [
  'this year',
  'again',
  'with the children',
  'before lunch',
  'in the rain',
  'with a thermos of tea',
  'next week',
  'for once',
]
const HOUR = 3_600_000

/** The town as seed 1 makes it. */
export function makeTown(seed = 1): Town {
  const random = seeded(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const accounts = Array.from(
    { length: ACCOUNTS },
    (_, index): Account => ({
      id: `${BIRDS[index % BIRDS.length]}${index < BIRDS.length ? '' : Math.floor(index / BIRDS.length) + 1}`,
      ageBand: index % 6 === 5 ? 'minor' : 'adult',
      ageDays: 3 + Math.floor(random() * 900),
    }),
  )
  const adults = accounts.filter(({ ageBand }) => ageBand === 'adult')
  const minors = accounts.filter(({ ageBand }) => ageBand === 'minor')
  const chatter = Array.from({ length: MESSAGES }, (_, index): Said => {
    const actor = pick(accounts)
    return {
      kind: index % 5 === 0 ? 'post' : 'message',
      id: `h-${index + 1}`,
      actor,
      target: pick(accounts),
      where: index % 5 === 0 ? 'square' : index % 5 < 3 ? 'quay' : 'direct',
      text: `${pick(OPENERS)} ${pick(TOPICS)} ${pick(CLOSERS)}?`,
      agoMs: Math.floor(random() * 6 * HOUR),
      connected: true,
    }
  })
  const trouble = TROUBLE.map(
    ({ text, to, kind, agoMs }, index): Said => ({
      kind,
      id: `t-${index + 1}`,
      actor: adults[(index * 7) % adults.length] as Account,
      target:
        to === 'minor'
          ? (minors[(index * 3) % minors.length] as Account)
          : (adults[(index * 11 + 5) % adults.length] as Account),
      where: kind === 'post' ? 'square' : 'quay',
      text,
      agoMs,
      connected: to !== 'minor',
    }),
  )
  trouble.push(...approachesOf(adults, minors, trouble.length))
  return { accounts, chatter, trouble, complaints: complaintsOf(accounts, chatter, trouble) }
}

const APPROACHES = 10

/** One adult who begins to write to many children, each in private: only that it happens is known. */
function approachesOf(adults: readonly Account[], minors: readonly Account[], before: number): Said[] {
  const actor = adults.at(-1) as Account
  return minors.slice(0, APPROACHES).map(
    (target, index): Said => ({
      kind: 'message',
      id: `t-${before + index + 1}`,
      ...{ actor, target, where: 'direct', connected: false },
      text: 'see you at the regatta',
      agoMs: 50_000 - index * 4_000,
    }),
  )
}

/** Mild stand-ins for what the shipped rules look for, said where everybody reads along. */
const TROUBLE: readonly {
  readonly text: string
  readonly to: 'minor' | 'adult'
  readonly kind: 'message' | 'post'
  readonly agoMs: number
}[] = [
  { text: 'meet me behind the boathouse, bring nobody', to: 'minor', kind: 'message', agoMs: 0.4 * HOUR },
  { text: 'you can come alone, nobody has to know', to: 'minor', kind: 'message', agoMs: 1.1 * HOUR },
  { text: 'do not tell your parents that we talk', to: 'minor', kind: 'message', agoMs: 2.2 * HOUR },
  { text: 'I will hurt you at the station tonight at 21:30', to: 'adult', kind: 'message', agoMs: 4 * 60_000 },
  {
    text: 'tomorrow at noon, in front of the school: I will hurt you all',
    to: 'adult',
    kind: 'post',
    agoMs: 12 * 60_000,
  },
  { text: 'send me 50 or else everybody sees it', to: 'adult', kind: 'message', agoMs: 0.5 * HOUR },
  { text: 'send me  5 0  or  e l s e', to: 'adult', kind: 'message', agoMs: 1.3 * HOUR },
  { text: 'pay me or I show your pictures to the choir', to: 'adult', kind: 'message', agoMs: 4.6 * HOUR },
  { text: 'free tickets here https://win.bad-prizes.example/claim', to: 'adult', kind: 'message', agoMs: 0.8 * HOUR },
  { text: 'log in again at https://harbour-login.example/now', to: 'adult', kind: 'post', agoMs: 1.7 * HOUR },
  { text: 'Join EXAMPLE FRONT today https://front.example/join', to: 'adult', kind: 'post', agoMs: 0.7 * HOUR },
  { text: 'Example Front needs you, see https://front.example', to: 'adult', kind: 'post', agoMs: 1.6 * HOUR },
]

const HARMS = ['harassment', 'spam', 'hate', 'self_harm', 'fraud', 'other'] as const

/** Reports of users: several about the same items, some about nothing much. */
function complaintsOf(accounts: readonly Account[], chatter: readonly Said[], trouble: readonly Said[]): Complaint[] {
  const subjects = [...trouble.slice(5, 8), ...chatter.slice(100, 108)]
  return Array.from({ length: REPORTS }, (_, index): Complaint => {
    const about = subjects[index % subjects.length] as Said
    return {
      id: `r-${index + 1}`,
      by: accounts[(index * 13 + 2) % accounts.length] as Account,
      about,
      harm: HARMS[(index % subjects.length) % HARMS.length] as string,
      agoMs: Math.max(60_000, about.agoMs - 60_000 * (1 + (index % 7))),
    }
  })
}

/** Lists that the demo is seeded with: terms in mild stand-ins, made-up organisations and domains. */
export const TERM_LISTS: readonly {
  readonly id: string
  readonly kind: 'text' | 'domain'
  readonly harm: string
  readonly context: boolean
  readonly values: readonly string[]
}[] = [
  {
    id: 'blackmail_terms',
    kind: 'text',
    harm: 'intimate_images',
    context: false,
    values: ['send me 50 or else', 'pay me or i show'],
  },
  {
    id: 'meeting_terms',
    kind: 'text',
    harm: 'csea',
    context: false,
    values: ['bring nobody', 'come alone', 'do not tell your parents'],
  },
  {
    id: 'proscribed_orgs',
    kind: 'text',
    harm: 'terrorism',
    context: true,
    values: ['Example Front', 'Sample Brigade'],
  },
  {
    id: 'bad_domains',
    kind: 'domain',
    harm: 'malware',
    context: false,
    values: ['bad-prizes.example', 'harbour-login.example'],
  },
]
