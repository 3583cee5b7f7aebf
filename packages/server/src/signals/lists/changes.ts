import type { ListKind, ParsedEntry } from './parse.ts'

/** What somebody elsewhere says of an entry, as its source tells it. */
export interface OthersOpinion {
  /** Who says it, in words that may be shown. */
  readonly who: string
  readonly says: 'affirm' | 'doubt' | 'deny'
}

/** One row of what a source says: here it is, or it is gone. */
export type EntryChange =
  | {
      readonly op: 'put'
      /** The source's own id of the content. One content may have several hashes: each is an entry with this id. */
      readonly sourceId: string
      readonly kind: 'pdq' | 'digest' | 'vpdq'
      readonly entry: ParsedEntry
      /** All that others say of it now; absent where the source tells no opinions: then what it told before stays. */
      readonly opinions?: readonly OthersOpinion[]
    }
  /** All entries with this id, or the one with this value, are gone. */
  | { readonly op: 'drop'; readonly sourceId: string; readonly value?: string }

/** One row of anything that changes a list: files and single entries need no id of a source, and lists of words and domains change in the same way. */
export type ListChange =
  | {
      readonly op: 'put'
      readonly sourceId?: string
      readonly kind: ListKind
      readonly entry: ParsedEntry
      readonly opinions?: readonly OthersOpinion[]
    }
  | { readonly op: 'drop'; readonly sourceId: string; readonly value?: string }
  /** The one entry with this value that no source has named. */
  | { readonly op: 'drop'; readonly sourceId?: undefined; readonly value: string }
