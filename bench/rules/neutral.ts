// The rule set and the events of the comparison, in the words of no engine. `print/` says them in each engine's own.

export const KINDS = ['message', 'post', 'profile'] as const
export const SURFACES = ['feed', 'direct', 'group', 'search'] as const
export const REGIONS = ['north', 'south', 'east', 'west', 'coast', 'hills', 'isles', 'delta'] as const
export const HASH_LISTS = ['known_pictures', 'known_videos'] as const
export const SCORES = ['threat', 'fraud', 'insult'] as const
export const FLAGS = ['senderAdult', 'recipientMinor', 'encrypted'] as const

/** What every engine must be able to ask of a text: no more than a linear matcher can answer. */
export const PATTERNS = [
  '\\b(bomb|attack)\\b.*\\b(school|tonight)\\b',
  '\\b(free|cheap)\\b.*\\b(tickets|prize)\\b',
  '\\bsend (me|us)\\b',
  '\\b(secret|alone)\\b.*\\bmeet\\b',
  '\\bclick\\b.*\\b(link|offer)\\b.*\\bnow\\b',
  '\\b(password|account) .*\\bcode\\b',
] as const

export interface Event {
  readonly id: string
  /** Milliseconds since 1970; never earlier than the event before. */
  readonly at: number
  readonly kind: (typeof KINDS)[number]
  readonly surface: (typeof SURFACES)[number]
  readonly region: (typeof REGIONS)[number]
  readonly sender: string
  readonly recipient: string
  readonly ageDays: number
  readonly senderAdult: boolean
  readonly recipientMinor: boolean
  readonly text: string
  readonly links: number
  readonly reports: number
  readonly threat: number
  readonly fraud: number
  readonly insult: number
  /** The list that has a file of this event; not there if nobody said so. */
  readonly hashList?: (typeof HASH_LISTS)[number]
  readonly encrypted: boolean
}

export type Clause =
  | { readonly ask: 'below'; readonly of: 'ageDays'; readonly value: number }
  | { readonly ask: 'atLeast'; readonly of: 'links' | 'reports'; readonly value: number }
  | { readonly ask: 'above'; readonly of: (typeof SCORES)[number]; readonly value: number }
  | { readonly ask: 'is'; readonly of: 'kind' | 'surface' | 'hashList'; readonly value: string }
  | { readonly ask: 'in'; readonly of: 'region'; readonly values: readonly string[] }
  | { readonly ask: 'matches'; readonly of: 'text'; readonly pattern: (typeof PATTERNS)[number] }
  | { readonly ask: 'true'; readonly of: (typeof FLAGS)[number] }

/** Fires where every clause of `all` holds and, unless `either` is empty, one of `either`. Its effect is a label of its own name. */
export interface Rule {
  readonly name: string
  readonly all: readonly Clause[]
  readonly either: readonly Clause[]
}
