import { sql } from 'kysely'
import { defineWork, type Tx } from '../../storage/index.ts'
import { fingerprintOf, isNameBefore } from './fingerprints.ts'
import { OTHERS, stageOpinions, type TellingRow } from './others.store.ts'
import { CANARY, type NewRow, type RowStep, type Staging } from './row-reads.store.ts'
import { extendExpiries, noteExpiries, stand } from './standing.store.ts'

/** After twelve months somebody has to say it again (matching.md §9.2). */
const ASIDE_MS = 365 * 86_400_000
// An engine takes only so many values in one statement.
const AT_ONCE = 1_000

/** Rows of versions above one and up to another. */
interface RowsBetween {
  readonly list: string
  readonly above: number
  readonly upTo: number
  readonly max: number
}

const numbersBetween = async (
  tx: Tx,
  column: 'since' | 'gone' | 'changed_by',
  { list, above, upTo, max }: RowsBetween,
): Promise<{ n: number; fingerprint: string }[]> =>
  tx.db
    .selectFrom('list_entries')
    .select(['n', 'fingerprint'])
    .where('list', '=', list)
    .where(column, '>', above)
    .where(column, '<=', upTo)
    .limit(max)
    .execute()

/** Deletes rows that came with versions which are none. @returns how many; done when fewer than `max` */
export const deleteRows = defineWork('signals.delete-rows', async (tx: Tx, of: RowsBetween): Promise<number> => {
  const never = (await numbersBetween(tx, 'since', of)).map(({ n }) => n)
  if (never.length > 0)
    await tx.db.deleteFrom('list_entries').where('list', '=', of.list).where('n', 'in', never).execute()
  return never.length
})

/** Puts rows right that a change which was never published treated otherwise than the version that waits. @returns as `deleteRows` */
export const putRight = defineWork('signals.put-right', async (tx: Tx, of: RowsBetween): Promise<number> => {
  const marked = (await numbersBetween(tx, 'changed_by', of)).map(({ n }) => n)
  if (marked.length > 0)
    await tx.db
      .updateTable('list_entries')
      .set((row) => ({ gone: row.ref('gone_before'), gone_before: null, changed_by: null }))
      .where('list', '=', of.list)
      .where('n', 'in', marked)
      .execute()
  return marked.length
})

/** Takes back that rows went with versions which are none. @returns as `deleteRows` */
export const takeBackGone = defineWork('signals.take-back-gone', async (tx: Tx, of: RowsBetween): Promise<number> => {
  const back = await numbersBetween(tx, 'gone', of)
  if (back.length === 0) return 0
  for (const row of back.filter(({ fingerprint }) => isNameBefore(fingerprint))) {
    const fingerprint = fingerprintOf(row)
    // The row that came later is of no version any more either.
    await tx.db.deleteFrom('list_entries').where('list', '=', of.list).where('fingerprint', '=', fingerprint).execute()
    await tx.db
      .updateTable('list_entries')
      .set({ fingerprint })
      .where('list', '=', of.list)
      .where('n', '=', row.n)
      .execute()
  }
  await tx.db
    .updateTable('list_entries')
    .set({ gone: null })
    .where('list', '=', of.list)
    .where(
      'n',
      'in',
      back.map(({ n }) => n),
    )
    .execute()
  return back.length
})

/** Rows are as the version that waits has them again. */
export const endMove = defineWork('signals.end-move', async (tx: Tx, list: string): Promise<void> => {
  await tx.db.updateTable('lists').set({ moving: null }).where('id', '=', list).execute()
})

/** Notes how rows stand in the version that waits, before a change says otherwise: a change that is cut off takes that back. */
async function noteBefore(tx: Tx, { list, version }: Staging, numbers: readonly number[]): Promise<void> {
  if (numbers.length === 0) return
  await tx.db
    .updateTable('list_entries')
    .set((row) => ({ gone_before: row.ref('gone'), changed_by: version }))
    .where('list', '=', list)
    .where('n', 'in', [...numbers])
    .where('gone', '<', version)
    .execute()
}

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
  staging: Staging,
  rows: readonly NewRow[],
  from: number,
): Promise<{ put: number[]; next: number }> {
  const { list, version, live } = staging
  const wanted = new Map(rows.map((row) => [row.fingerprint, row]))
  const there = await tx.db
    .selectFrom('list_entries')
    .select(['n', 'fingerprint', 'since', 'gone'])
    .where('list', '=', list)
    .where('fingerprint', 'in', [...wanted.keys()])
    .execute()
  const gone = there.filter((row) => row.gone !== null && row.gone <= live)
  if (gone.length > 0)
    await tx.db
      .updateTable('list_entries')
      .set({ fingerprint: sql<string>`'was:' || n || ':' || fingerprint` })
      .where('list', '=', list)
      .where(
        'n',
        'in',
        gone.map(({ n }) => n),
      )
      .execute()
  const kept = there.filter((row) => row.gone === null || row.gone > live)
  const back = kept.filter((row) => row.gone !== null).map(({ n }) => n)
  if (back.length > 0) {
    await noteBefore(tx, staging, back)
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
        added.map(({ fingerprint, body, sealed, sourceKey }, place) => ({
          ...{ list, n: from + place, fingerprint, body, sealed, since: version, gone: null, source_key: sourceKey },
        })),
      )
      .execute()
  }
  const numbered = {
    added: added.map((row, place) => ({ row, n: from + place, isLive: false })),
    kept: kept.flatMap(({ n, fingerprint, since }) => {
      const row = wanted.get(fingerprint)
      return row === undefined ? [] : [{ row, n, isLive: since <= live }]
    }),
  }
  await noteStanding(tx, list, numbered)
  await stageOpinions(tx, staging, [...numbered.added, ...numbered.kept].flatMap(tellingOf))
  return {
    put: [...kept.map(({ n }) => n), ...added.map((_, place) => from + place)],
    next: from + added.length,
  }
}

interface NumberedRow {
  readonly row: NewRow
  readonly n: number
}

const tellingOf = ({ row, n, isLive }: NumberedRow & { readonly isLive: boolean }): readonly TellingRow[] =>
  row.opinions === null ? [] : [{ n, isLive, opinions: row.opinions }]

/** Until when entries hold, as their source says; and which of them hit something harmless. */
async function noteStanding(
  tx: Tx,
  list: string,
  { added, kept }: { readonly added: readonly NumberedRow[]; readonly kept: readonly NumberedRow[] },
): Promise<void> {
  const expiryOf = ({ row, n }: NumberedRow) => ({ n, expiresAt: row.expiresAt })
  const harmless = [...added, ...kept].filter(({ row }) => row.canary !== null)
  // What people have said of it before stays.
  const held = await standingNumbers(
    tx,
    list,
    harmless.map(({ n }) => n),
  )
  await noteExpiries(tx, list, added.map(expiryOf))
  await extendExpiries(tx, list, kept.map(expiryOf))
  for (const { row, n } of harmless) {
    if (held.has(n)) continue
    const until_at = tx.now + ASIDE_MS
    await stand(tx, { list, n }, { state: 'aside', until_at, reason: row.canary, by: CANARY, second: null })
  }
}

async function standingNumbers(tx: Tx, list: string, numbers: readonly number[]): Promise<ReadonlySet<number>> {
  if (numbers.length === 0) return new Set()
  const rows = await tx.db
    .selectFrom('entry_standing')
    .select(['n', 'by'])
    .where('list', '=', list)
    .where('n', 'in', [...numbers])
    .execute()
  // When it ends, and what others elsewhere say of it, is no word of people here.
  return new Set(rows.flatMap(({ n, by }) => (by === null || by === OTHERS ? [] : [n])))
}

async function drop(
  tx: Tx,
  staging: Staging,
  rows: readonly { readonly sourceKey: string; readonly fingerprint: string | null }[],
): Promise<void> {
  const { list, version, live } = staging
  const whole = rows.filter((row) => row.fingerprint === null).map((row) => row.sourceKey)
  const single = rows.flatMap((row) => row.fingerprint ?? [])
  // Also what a version that waits would take away later: now its source has said so itself.
  const held = async (column: 'source_key' | 'fingerprint', values: readonly string[]) =>
    values.length === 0
      ? []
      : tx.db
          .selectFrom('list_entries')
          .select('n')
          .where('list', '=', list)
          .where(column, 'in', [...values])
          .where((row) => row.or([row('gone', 'is', null), row('gone', '>', live)]))
          .execute()
  const going = [...(await held('source_key', whole)), ...(await held('fingerprint', single))].map(({ n }) => n)
  for (let first = 0; first < going.length; first += AT_ONCE)
    await goWith(tx, { list, version, live }, going.slice(first, first + AT_ONCE))
}

async function goWith(tx: Tx, staging: Staging, numbers: readonly number[]): Promise<void> {
  if (numbers.length === 0) return
  await noteBefore(tx, staging, numbers)
  await tx.db
    .updateTable('list_entries')
    .set({ gone: staging.version })
    .where('list', '=', staging.list)
    .where('n', 'in', [...numbers])
    .execute()
}

/** Marks entries that a whole file no longer names, and takes away rows of an earlier try that it does not name either. */
export const sweepRows = defineWork(
  'signals.sweep-rows',
  async (tx: Tx, input: Staging & { readonly gone: readonly number[]; readonly never: readonly number[] }) => {
    await goWith(tx, input, input.gone)
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
