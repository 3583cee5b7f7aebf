import type { ListKind, ParsedEntry } from './parse.ts'

/** What somebody does with one entry of a list. The reason is for the log: no name, no content. */
export type EntryAct = { readonly list: string; readonly reason: string } & (
  | {
      readonly op: 'add'
      readonly kind: ListKind
      readonly entry: ParsedEntry
      /** The decision that it rests on, which is its id in the list. */
      readonly decision: string | null
    }
  | { readonly op: 'drop'; readonly n: number }
  | { readonly op: 'aside'; readonly n: number; readonly until: number }
  | { readonly op: 'restore'; readonly n: number }
  | {
      readonly op: 'except'
      readonly n: number
      readonly fileKey: string | null
      readonly pdq: string | null
      readonly endsAt: number
    }
  | { readonly op: 'unexcept'; readonly n: number; readonly exception: string }
)

/** What became of an entry that was added or dropped. `entry` is null where the list does not hold it yet. */
export interface ListedEntry {
  readonly entry: number | null
  readonly version: number
  readonly state: 'live' | 'trial' | 'staged'
}

/** Acts that say something of an entry; the others change what the list holds. */
export type StandingAct = Exclude<EntryAct, { readonly op: 'add' | 'drop' }>

/** Nothing is silent for longer without a person who says so again (matching.md §9.2). */
export const MOST_SILENT_MS = 366 * 86_400_000

export const entryOf = (act: EntryAct): number | null => (act.op === 'add' ? null : act.n)
export const isStandingAct = (act: EntryAct): act is StandingAct => act.op !== 'add' && act.op !== 'drop'
