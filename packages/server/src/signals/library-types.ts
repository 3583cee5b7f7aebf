import type { RecordedJson } from '@lamplighter/api'
import type { Doer } from '../people/index.ts'
import type { TxOptions } from '../storage/index.ts'
import type { ListBook } from './book.ts'
import type { ListChange } from './lists/changes.ts'
import type { FactsWish, ListFacts } from './lists/declaration.ts'
import type { ListFile } from './lists/file.ts'
import type { ParsedFile } from './lists/parse.ts'
import type { PullMove } from './lists/pulls.ts'
import type { Reason } from './lists/rails.ts'
import type { Trials } from './lists/trials.ts'
import type { News, NewsWish } from './news.ts'
import type { PictureLists } from './pictures/lists.ts'
import type { Changed } from './stage.ts'
import type { ListStepInput, ListStepped } from './store.ts'

/** The lists of this process: kept in the database, held in memory for matching, swapped as a whole. */
export interface ListLibrary {
  readonly book: ListBook
  /** Versions that are looked up beside what runs, and only counted. */
  readonly trials: Trials
  /** What the lists of pictures share. */
  readonly pictures: PictureLists
  /** Loads every list, the long ones when it has returned. Rules read *unknown* from a list until it is loaded. */
  load(): Promise<void>
  /** Waits until nothing is being loaded. */
  idle(): Promise<void>
  /** Loads the lists of which another process has made a new version. */
  refresh(): Promise<void>
  close(): Promise<void>
  /** True once every list of the database is in memory. */
  readonly loaded: boolean
  /** How far each import that runs now is, by list. */
  readonly importing: ReadonlyMap<string, Importing>
  /** Makes lists that are not there yet, empty and live: a rule that asks them is decided, and hears "no hit". */
  declare(lists: readonly ListFacts[], by: string): Promise<void>
  /** @throws AppError `invalid` a list of this kind has no distance, or not such a one */
  check(facts: Pick<ListFacts, 'kind' | 'sealed' | 'within' | 'variants' | 'listShare' | 'queryShare'>): void
  /** Makes a list of which no version is live: a rule that asks it is *unknown*. @throws AppError `conflict` · `invalid` */
  create(facts: ListFacts): Promise<{ readonly revision: number }>
  /**
   * Changes the entries of a list: what exchanges and single entries go through. Inside its rails a change of a list that runs is live at once;
   * else it is staged, or in trial where the list is new. Removals take effect at once also then.
   *
   * @throws AppError `not_found` · `conflict`
   */
  change(input: ListInput): Promise<Changed>
  /**
   * Replaces the entries of a list by those of a file, and makes the list where there is none. A file with too many bad rows, or with another
   * digest than promised, changes nothing.
   *
   * @throws AppError `invalid` · `conflict`
   */
  import(
    input: ListFile & {
      readonly facts: ListFacts
      readonly by: string
      /** At once, without trial: the operator's way, unless too many rows cannot be used. Else the version is staged. */
      readonly live?: boolean
      /** The import that it is: with its version it is done. */
      readonly imported?: string
      onProgress?(step: ImportStep, done: number, total: number): void
    },
  ): Promise<Imported>
  /**
   * Takes a step with a version: into trial, live, back, or out.
   *
   * @throws AppError `needs_unmet` · `not_found`
   */
  step(input: StepWish, once?: TxOptions): Promise<ListStepped>
  /**
   * Changes what is said of a list. Of a sealed list that runs, and where it would match more, it becomes a version that people put live.
   *
   * @throws AppError `stale_revision` · `conflict` · `invalid`
   */
  redeclare(input: {
    readonly list: string
    readonly revision: number
    readonly facts: FactsWish
    readonly reason: string
    readonly by: string
    readonly doer: Doer
  }): Promise<{ readonly revision: number; readonly waits: number | null }>
  /** Some of what versions have brought, apart from all else; undefined where the list does not run. */
  news(wish: NewsWish): Promise<News | undefined>
  /** Takes out of force what is no longer licensed, and erases what was removed. Says what it did, in numbers. */
  tend(): Promise<string>
  /** Keeps what the trials counted. */
  countTrials(): Promise<void>
}

/** A step as a caller asks for it. */
export type StepWish = Omit<ListStepInput, 'keys'>

/** All changes of one pull, or of one act. */
export interface ListInput {
  readonly list: string
  readonly by: string
  /** Where the change comes from; left out: from where the list always came. Another source is tried first. */
  readonly source?: string
  /** True where it names everything: what it does not name is gone. */
  readonly full: boolean
  readonly changes: AsyncIterable<readonly ListChange[]> | Iterable<readonly ListChange[]>
  /** Rows that were read for it, and how many of them could not be used. */
  readonly rows: number
  readonly bad: number
  /** One entry that people answer for: rails are for what nobody has looked at. Where a version waits, it joins that one. */
  readonly entry?: { readonly second: string | null }
  /** The pull that brought it: its cursor moves in the transaction that makes the version. */
  readonly pull?: PullMove
}

/** Rows are written, what changed is summed, what runs is loaded for matching. */
export type ImportStep = 'write' | 'sum' | 'load'

/** Entries written to disk or loaded into memory, of all that the new version changes and holds. */
export interface Importing {
  readonly done: number
  readonly total: number
}

export interface Imported {
  readonly version: number
  readonly state: Changed['state']
  readonly why: readonly Reason[]
  readonly entries: number
  readonly added: number
  readonly removed: number
  readonly bad: ParsedFile['bad']
  /** Leaf of what went live; null where nothing did. */
  readonly recorded: RecordedJson | null
}
