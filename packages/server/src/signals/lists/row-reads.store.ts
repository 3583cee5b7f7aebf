import { defineQuery, type ReadDb } from '../../storage/index.ts'

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

/** Fingerprints of one version in their order, in slices: what its digest is taken over. */
export const versionFingerprints = defineQuery(
  'signals.fingerprints',
  async ({ db }: ReadDb, input: { list: string; version: number; after: string; max: number }): Promise<string[]> => {
    const rows = await db
      .selectFrom('list_entries')
      .select('fingerprint')
      .where('list', '=', input.list)
      .where('fingerprint', '>', input.after)
      .where('since', '<=', input.version)
      .where((row) => row.or([row('gone', 'is', null), row('gone', '>', input.version)]))
      .orderBy('fingerprint')
      .limit(input.max)
      .execute()
    return rows.map(({ fingerprint }) => fingerprint)
  },
)

/** How much is added and taken away by all that came after a version; with `goneBy`, what that one alone takes from it. */
export const stagedCounts = defineQuery(
  'signals.staged-counts',
  async (
    { db }: ReadDb,
    { list, from, goneBy }: { list: string; from: number; goneBy?: number },
  ): Promise<{ added: number; removed: number }> => {
    const added = await db
      .selectFrom('list_entries')
      .select((at) => at.fn.countAll().as('count'))
      .where('list', '=', list)
      .where('since', '>', from)
      .where('gone', 'is', null)
      .executeTakeFirstOrThrow()
    const removed = await db
      .selectFrom('list_entries')
      .select((at) => at.fn.countAll().as('count'))
      .where('list', '=', list)
      .where('gone', '>', from)
      .where('since', '<=', from)
      .$if(goneBy !== undefined, (query) => query.where('gone', '=', goneBy ?? 0))
      .executeTakeFirstOrThrow()
    return { added: Number(added.count), removed: Number(removed.count) }
  },
)

/** How many entries that came after a version hit something harmless. */
export const asideCount = defineQuery(
  'signals.aside-count',
  async ({ db }: ReadDb, { list, from }: { list: string; from: number }): Promise<number> => {
    const row = await db
      .selectFrom('list_entries')
      .innerJoin('entry_standing', (join) =>
        join.onRef('entry_standing.list', '=', 'list_entries.list').onRef('entry_standing.n', '=', 'list_entries.n'),
      )
      .select((at) => at.fn.countAll().as('count'))
      .where('list_entries.list', '=', list)
      .where('since', '>', from)
      .where('gone', 'is', null)
      .where('state', '=', 'aside')
      .where('entry_standing.by', '=', CANARY)
      .executeTakeFirstOrThrow()
    return Number(row.count)
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
