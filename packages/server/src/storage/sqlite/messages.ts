import type { Call } from '../carry-out.ts'
import type { WireError } from '../wire.ts'

/** The message that opens a database in the writer thread, which has got the `file:` URLs of all `store.ts` modules as its data. */
export interface WriterStart {
  readonly file: string
  readonly limits: WriterLimits
  /** Name of this version, for the record of migrations. */
  readonly by: string
  readonly faults?: Faulty
}

export interface WriterLimits {
  readonly groupWorks: number
  readonly groupMs: number
  readonly groupBytes: number
  /** A work may take this long, looked at between its statements. */
  readonly workMs: number
}

/** What tests let go wrong. */
export interface Faulty {
  readonly errors?: readonly Fault[]
  /** The file may have so many pages more than at the start; then the engine itself reports a full disk. */
  readonly morePages?: number
  /** Commits do not wait for the disk: what a power cut then loses proves that the test of power cuts can see a loss. */
  readonly unsynced?: true
}

/** Raises the error with this SQLite code instead of (or, `after`, once it has run) statement number `at`, counted from the start. */
export interface Fault {
  readonly on: 'statement' | 'commit'
  readonly at: number
  readonly errcode: number
  readonly after?: boolean
}

export interface WorkMessage {
  readonly id: number
  readonly name: string
  readonly urgent: boolean
  readonly call: Call
}

export type ToWriter =
  | { readonly kind: 'works'; readonly works: readonly WorkMessage[] }
  | { readonly kind: 'facts'; readonly id: number }
  | { readonly kind: 'shrink'; readonly id: number }
  | { readonly kind: 'checkpoint'; readonly id: number }
  /** `again`: the thread then waits for the message that opens another database. */
  | { readonly kind: 'close'; readonly again: boolean }

export type Answer =
  /** What is not there is empty: most works answer nothing, and each thing in a message costs. */
  | { readonly id: number; readonly output?: Uint8Array; readonly hints?: readonly string[] }
  | { readonly id: number; readonly error: WireError }

export interface WriterFacts {
  readonly settings: Record<string, string | number>
  readonly commits: number
  readonly works: number
  readonly slowWorks: Readonly<Record<string, number>>
  readonly migrated: number
  readonly freePages: number
  readonly pages: number
}

export type FromWriter =
  | { readonly kind: 'ready'; readonly migrated: number }
  | { readonly kind: 'failed'; readonly error: WireError }
  /** `fatal`: the engine's state is unknown and the process must end. */
  | { readonly kind: 'answers'; readonly answers: readonly Answer[]; readonly fatal?: string }
  | { readonly kind: 'facts'; readonly id: number; readonly facts: WriterFacts }
  | { readonly kind: 'slow'; readonly name: string; readonly ms: number }
  | { readonly kind: 'closed' }
