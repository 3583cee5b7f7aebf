import type { Term } from '@lamplighter/matching'

/** What a term file says of one entry besides its text (text.md §4). Entries of other files have none of it. */
export interface TermAbout extends Omit<Term, 'text'> {
  /** The text is a pattern of the linear subset, not a term. */
  readonly pattern?: true
}

/** One entry of a term file. */
export interface TermEntry {
  readonly value: string
  /** The instant in UTC from which on it no longer holds. */
  readonly expires?: string
  readonly term: TermAbout
}
