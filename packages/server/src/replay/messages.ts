import type { Span } from './backtest.ts'
import type { Decided } from './counting.ts'
import type { Difference } from './difference.ts'
import type { Part } from './result.ts'
import type { Counted, Hit, Sought } from './search.ts'

/** A rule set and its schema, as texts: a program cannot cross to another thread. */
export interface Texts {
  readonly text: string
  readonly schemaText: string
}

/** What the thread of a backtest begins with. */
export interface Errand {
  readonly mine: Texts
  readonly theirs: Texts
  readonly span: Span
}

export type ToThread =
  /** A segment begins, with what people decided of its events, and when its first event came where not all of them are sent. */
  | { readonly do: 'begin'; readonly decided?: Decided; readonly first?: number }
  | { readonly do: 'chunks'; readonly chunks: readonly { readonly body: Uint8Array; readonly until: number }[] }
  | { readonly do: 'end' }

export type FromThread =
  | { readonly did: 'begin' }
  | { readonly did: 'chunks' }
  | { readonly did: 'end'; readonly part: Part; readonly differences: readonly Difference[] }

/** What the thread of a retro begins with. */
export interface RetroErrand {
  readonly version: Texts
  readonly sought: Sought
}

export type ToRetro =
  | { readonly do: 'chunks'; readonly chunks: readonly { readonly body: Uint8Array; readonly until: number }[] }
  | { readonly do: 'end' }

export type FromRetro =
  | { readonly did: 'chunks'; readonly hits: readonly Hit[] }
  | { readonly did: 'end'; readonly counted: Counted }
