import { defineQuery, defineWork, type ReadDb, type Tx } from '../../storage/index.ts'

export interface EntryRow {
  readonly n: number
  readonly fingerprint: string
  readonly body: Uint8Array
  readonly sealed: number
}

export interface NewRow extends Omit<EntryRow, 'n'> {
  readonly sourceKey: string | null
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

/** Takes back what a change staged that was cut off. Versions up to `version` are untouched. */
export const unstage = defineWork(
  'signals.unstage',
  async (tx: Tx, input: { list: string; version: number }): Promise<void> => {
    await tx.db.deleteFrom('list_entries').where('list', '=', input.list).where('since', '>', input.version).execute()
    await tx.db
      .updateTable('list_entries')
      .set({ gone: null })
      .where('list', '=', input.list)
      .where('gone', '>', input.version)
      .execute()
  },
)

/**
 * Stages a slice of a change, so that no transaction is long and a torn one changes nothing. Doing it again gives the same rows.
 *
 * @param from number of the next new entry
 * @returns the numbers of all entries that were put, new and old, and the next free one
 */
export const stageRows = defineWork(
  'signals.stage-rows',
  async (
    tx: Tx,
    input: Staging & { readonly steps: readonly RowStep[]; readonly from: number },
  ): Promise<{ put: number[]; next: number }> => {
    const put: number[] = []
    let next = input.from
    for (const step of input.steps) {
      if ('drop' in step) {
        await drop(tx, input, step.drop)
        continue
      }
      const done = await putAll(tx, input, step.put, next)
      put.push(...done.put)
      next = done.next
    }
    return { put, next }
  },
)

async function putAll(
  tx: Tx,
  { list, version, live }: Staging,
  rows: readonly NewRow[],
  from: number,
): Promise<{ put: number[]; next: number }> {
  const wanted = new Map(rows.map((row) => [row.fingerprint, row]))
  const there = await tx.db
    .selectFrom('list_entries')
    .select(['n', 'fingerprint', 'gone'])
    .where('list', '=', list)
    .where('fingerprint', 'in', [...wanted.keys()])
    .execute()
  const gone = there.filter((row) => row.gone !== null && row.gone <= live)
  await erase(
    tx,
    list,
    gone.map(({ n }) => n),
  )
  const kept = there.filter((row) => row.gone === null || row.gone > live)
  const back = kept.filter((row) => row.gone !== null).map(({ n }) => n)
  if (back.length > 0) {
    await tx.db
      .updateTable('list_entries')
      .set({ gone: null })
      .where('list', '=', list)
      .where('n', 'in', back)
      .execute()
  }
  const known = new Set(kept.map(({ fingerprint }) => fingerprint))
  const added = [...wanted.values()].filter(({ fingerprint }) => !known.has(fingerprint))
  if (added.length > 0) {
    await tx.db
      .insertInto('list_entries')
      .values(
        added.map(({ sourceKey, ...row }, place) => ({
          ...{ ...row, list, n: from + place, since: version, gone: null, source_key: sourceKey },
        })),
      )
      .execute()
  }
  return {
    put: [...kept.map(({ n }) => n), ...added.map((_, place) => from + place)],
    next: from + added.length,
  }
}

async function drop(
  tx: Tx,
  { list, version, live }: Staging,
  rows: readonly { readonly sourceKey: string; readonly fingerprint: string | null }[],
): Promise<void> {
  const whole = rows.filter((row) => row.fingerprint === null).map((row) => row.sourceKey)
  const single = rows.flatMap((row) => row.fingerprint ?? [])
  // Also what a version that waits would take away later: now its source has said so itself.
  const mark = () =>
    tx.db
      .updateTable('list_entries')
      .set({ gone: version })
      .where('list', '=', list)
      .where((row) => row.or([row('gone', 'is', null), row('gone', '>', live)]))
  if (whole.length > 0) await mark().where('source_key', 'in', whole).execute()
  if (single.length > 0) await mark().where('fingerprint', 'in', single).execute()
}

/** Marks entries that a whole file no longer names, and takes away rows of an earlier try that it does not name either. */
export const sweepRows = defineWork(
  'signals.sweep-rows',
  async (tx: Tx, input: Staging & { readonly gone: readonly number[]; readonly never: readonly number[] }) => {
    if (input.gone.length > 0) {
      await tx.db
        .updateTable('list_entries')
        .set({ gone: input.version })
        .where('list', '=', input.list)
        .where('n', 'in', [...input.gone])
        .execute()
    }
    if (input.never.length > 0) {
      await tx.db
        .deleteFrom('list_entries')
        .where('list', '=', input.list)
        .where('n', 'in', [...input.never])
        .execute()
    }
  },
)

/**
 * Moves rows that are not live to a higher version, a slice at a time, so that a version below it can be made without them.
 *
 * @param from rows of versions above this one
 * @returns how many were moved; done when fewer than `max`
 */
export const moveRows = defineWork(
  'signals.move-rows',
  async (
    tx: Tx,
    input: { list: string; column: 'since' | 'gone'; from: number; below: number; to: number; max: number },
  ): Promise<number> => {
    const { list, column, from, below, to, max } = input
    const rows = await tx.db
      .selectFrom('list_entries')
      .select('n')
      .where('list', '=', list)
      .where(column, '>', from)
      .where(column, '<=', below)
      .limit(max)
      .execute()
    if (rows.length === 0) return 0
    await tx.db
      .updateTable('list_entries')
      .set({ [column]: to })
      .where('list', '=', list)
      .where(
        'n',
        'in',
        rows.map(({ n }) => n),
      )
      .execute()
    return rows.length
  },
)

/** Erases values of entries that no version has any more. The number stays, so that it is never used again. */
export async function erase(tx: Tx, list: string, numbers: readonly number[]): Promise<void> {
  for (const n of numbers) {
    await tx.db
      .updateTable('list_entries')
      .set({ fingerprint: `gone:${n}`, body: new Uint8Array(), source_key: null })
      .where('list', '=', list)
      .where('n', '=', n)
      .execute()
  }
}
