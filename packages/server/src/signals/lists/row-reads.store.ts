import { defineQuery, type ReadDb } from '../../storage/index.ts'
import type { OthersOpinion } from './changes.ts'

/** Who has put an entry aside, where it was no person. */
export const CANARY = 'canary'

export interface EntryRow {
  readonly n: number
  readonly fingerprint: string
  readonly body: Uint8Array
  readonly sealed: number
}

export interface NewRow extends Omit<EntryRow, 'n'> {
  readonly sourceKey: string | null
  readonly expiresAt: number | null
  /** The harmless picture that it hits: it is kept and passed over. */
  readonly canary: string | null
  /** All that others say of it now; null where its source tells no opinions. */
  readonly opinions: readonly OthersOpinion[] | null
}

/** Rows that come or go together, in the order in which the source told them. */
export type RowStep =
  | { readonly put: readonly NewRow[] }
  | { readonly drop: readonly { readonly sourceKey: string; readonly fingerprint: string | null }[] }

/** Where a change puts its rows. None of them is in any version before it is published. */
export interface Staging {
  readonly list: string
  /** The version that is being made. */
  readonly version: number
  /** The live version; 0 where there is none. */
  readonly live: number
}

/** Entries of one version, in slices by number: a list may hold millions. */
export const listEntries = defineQuery(
  'signals.list-entries',
  async ({ db }: ReadDb, input: { list: string; version: number; after: number; max: number }): Promise<EntryRow[]> =>
    db
      .selectFrom('list_entries')
      .select(['n', 'fingerprint', 'body', 'sealed'])
      .where('list', '=', input.list)
      .where('n', '>', input.after)
      .where('since', '<=', input.version)
      .where((row) => row.or([row('gone', 'is', null), row('gone', '>', input.version)]))
      .orderBy('n')
      .limit(input.max)
      .execute(),
)

export type ChangedRow = EntryRow & { readonly since: number; readonly gone: number | null }

/** Entries that one version brought (`since`), or that it no longer has (`gone`), in slices by number. */
export const listChanges = defineQuery(
  'signals.list-changes',
  async (
    { db }: ReadDb,
    input: { list: string; by: 'since' | 'gone'; version: number; after: number; max: number },
  ): Promise<ChangedRow[]> =>
    db
      .selectFrom('list_entries')
      .select(['n', 'fingerprint', 'body', 'sealed', 'since', 'gone'])
      .where('list', '=', input.list)
      .where(input.by, '=', input.version)
      .where('n', '>', input.after)
      .orderBy('n')
      .limit(input.max)
      .execute(),
)

/** The lowest number among entries that came after a version: where it is not above all others they cannot be added beside what runs. */
export const firstAdded = defineQuery(
  'signals.first-added',
  async ({ db }: ReadDb, input: { list: string; from: number; to: number }): Promise<number | null> => {
    const row = await db
      .selectFrom('list_entries')
      .select((at) => at.fn.min('n').as('n'))
      .where('list', '=', input.list)
      .where('since', '>', input.from)
      .where('since', '<=', input.to)
      .executeTakeFirst()
    return row?.n === null || row?.n === undefined ? null : Number(row.n)
  },
)

/** Fingerprints of one version, in slices by number. */
export const versionFingerprints = defineQuery(
  'signals.fingerprints',
  async (
    { db }: ReadDb,
    input: { list: string; version: number; after: number; max: number },
  ): Promise<{ n: number; fingerprint: string }[]> =>
    db
      .selectFrom('list_entries')
      .select(['n', 'fingerprint'])
      .where('list', '=', input.list)
      .where('n', '>', input.after)
      .where('since', '<=', input.version)
      .where((row) => row.or([row('gone', 'is', null), row('gone', '>', input.version)]))
      .orderBy('n')
      .limit(input.max)
      .execute(),
)

/** How many entries of a version all that came after it takes away. */
export const goneSince = defineQuery(
  'signals.gone-since',
  async ({ db }: ReadDb, { list, from }: { list: string; from: number }): Promise<number> => {
    const removed = await db
      .selectFrom('list_entries')
      .select((at) => at.fn.countAll().as('count'))
      .where('list', '=', list)
      .where('gone', '>', from)
      .where('since', '<=', from)
      .executeTakeFirstOrThrow()
    return Number(removed.count)
  },
)

/** How many entries that a version brings hit something harmless. */
export const asideCount = defineQuery(
  'signals.aside-count',
  async ({ db }: ReadDb, { list, version }: { list: string; version: number }): Promise<number> => {
    // From what stands aside, which is little: a version may bring millions.
    const row = await db
      .selectFrom('entry_standing')
      .crossJoin('list_entries')
      .select((at) => at.fn.countAll().as('count'))
      .where('entry_standing.list', '=', list)
      .where('entry_standing.state', '=', 'aside')
      .where('entry_standing.by', '=', CANARY)
      .whereRef('list_entries.list', '=', 'entry_standing.list')
      .whereRef('list_entries.n', '=', 'entry_standing.n')
      .where('list_entries.since', '=', version)
      .where('list_entries.gone', 'is', null)
      .executeTakeFirstOrThrow()
    return Number(row.count)
  },
)

/** Whether any row is of a version that is none, or stands otherwise than the version that waits has it. */
export const hasStrays = defineQuery(
  'signals.has-strays',
  async ({ db }: ReadDb, of: { list: string; version: number; last: number }): Promise<boolean> => {
    const beyond = (column: 'since' | 'gone' | 'changed_by', above: number) =>
      db
        .selectFrom('list_entries')
        .select('n')
        .where('list', '=', of.list)
        .where(column, '>', above)
        .limit(1)
        .executeTakeFirst()
    const found = [
      await beyond('since', of.version),
      await beyond('gone', of.version),
      await beyond('changed_by', of.last),
    ]
    return found.some((row) => row !== undefined)
  },
)

/** The highest number that any row of a list has. */
export const highestNumber = defineQuery(
  'signals.highest-number',
  async ({ db }: ReadDb, list: string): Promise<number> => {
    const row = await db
      .selectFrom('list_entries')
      .select((at) => at.fn.max('n').as('n'))
      .where('list', '=', list)
      .executeTakeFirst()
    return Number(row?.n ?? 0)
  },
)

/** All rows of a list in slices, without their content: what a whole file is compared with. */
export const rowPlaces = defineQuery(
  'signals.row-places',
  async (
    { db }: ReadDb,
    input: { list: string; after: number; max: number },
  ): Promise<{ n: number; since: number; gone: number | null }[]> =>
    db
      .selectFrom('list_entries')
      .select(['n', 'since', 'gone'])
      .where('list', '=', input.list)
      .where('n', '>', input.after)
      .orderBy('n')
      .limit(input.max)
      .execute(),
)
