import { type CaseSeed, type EvidenceSeed, openCase, putEvidence } from '../review/index.ts'
import { type NotedHit, noteListHits } from '../signals/lists/store.ts'
import { allLists } from '../signals/store.ts'
import { type Claimed, defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { type Affected, type LedgerAct, type RecordKeys, record } from '../transparency/index.ts'
import { hoursNow, itemsAfter, startOf } from './items.store.ts'
import type { LookBackListsTable } from './tables.ts'

/** Queue of the jobs that look back, one for each list. */
export const LOOK_BACK_QUEUE = 'lookback'

const KINDS: ReadonlySet<string> = new Set(['pdq', 'vpdq', 'digest'])

/**
 * Looks which lists have become newer, and asks for a job for each of them; a list that went back is followed, one that is gone forgotten.
 * While look-back is off nothing is noted of any. Gives how many jobs there are.
 */
export const beginLookBacks = defineWork('lookback.begin', async (tx: Tx): Promise<number> => {
  if ((await hoursNow(tx)) === 0) {
    await tx.db.deleteFrom('lookback_lists').execute()
    return 0
  }
  const live = new Map(
    (await allLists.run(tx as ReadDb, undefined))
      .filter(({ kind, state, version }) => KINDS.has(kind) && state === 'live' && version > 0)
      .map(({ id, version }) => [id, version] as const),
  )
  const noted = new Map((await listsNoted.run(tx as ReadDb, undefined)).map((row) => [row.list, row] as const))
  for (const list of noted.keys())
    if (!live.has(list)) await tx.db.deleteFrom('lookback_lists').where('list', '=', list).execute()
  // Where nothing is kept yet, nothing is new to it.
  const isEmpty = (await itemsAfter.run(tx as ReadDb, { after: '', hour: 0, most: 1 })).length === 0
  let jobs = 0
  for (const [list, version] of live) {
    const at = noted.get(list)
    const first = startOf(list, isEmpty ? version : 0)
    if (at === undefined) await tx.db.insertInto('lookback_lists').values(first).execute()
    if (at === undefined && isEmpty) continue
    if (at !== undefined && version < at.version)
      await tx.db.updateTable('lookback_lists').set(startOf(list, version)).where('list', '=', list).execute()
    if (at !== undefined && at.target === null && version <= at.version) continue
    await tx.jobs.enqueue({ queue: LOOK_BACK_QUEUE, once: list, runAt: tx.now, payload: { list } })
    jobs += 1
  }
  return jobs
})

export const listsNoted = defineQuery(
  'lookback.lists',
  async ({ db }: ReadDb): Promise<LookBackListsTable[]> => db.selectFrom('lookback_lists').selectAll().execute(),
)

/** Takes a list in hand up to its live version, or goes on where it was left; undefined where nothing is to be done. */
export const takeList = defineWork(
  'lookback.take',
  async (tx: Tx, list: string): Promise<(LookBackListsTable & { readonly target: number }) | undefined> => {
    const [at, row] = await Promise.all([
      tx.db.selectFrom('lookback_lists').selectAll().where('list', '=', list).executeTakeFirst(),
      tx.db.selectFrom('lists').select(['version', 'state']).where('id', '=', list).executeTakeFirst(),
    ])
    if (at === undefined || row === undefined || row.state !== 'live' || (await hoursNow(tx)) === 0) return undefined
    if (at.target !== null) return { ...at, target: at.target }
    if (row.version <= at.version) return undefined
    const taken = { ...at, target: row.version, done_version: at.version, done_n: 0, item: '', again: 0 }
    await tx.db.updateTable('lookback_lists').set(taken).where('list', '=', list).execute()
    return taken
  },
)

/** How far a run is, as it is noted. */
export type Reached = Pick<LookBackListsTable, 'list' | 'done_version' | 'done_n' | 'item'>

/** Notes how far a run is. False where nobody wants it any more. */
export const noteReached = defineWork(
  'lookback.reached',
  async (tx: Tx, { list, ...at }: Reached): Promise<boolean> => {
    const noted = await tx.db
      .updateTable('lookback_lists')
      .set(at)
      .where('list', '=', list)
      .where('target', 'is not', null)
      .executeTakeFirst()
    return noted.numUpdatedRows === 1n
  },
)

/** Ends a run with its job. Where something came meanwhile that an older version had judged, the next one does it again. */
export const endLookBack = defineWork(
  'lookback.end',
  async (tx: Tx, { list, job }: { list: string; job: Claimed }): Promise<void> => {
    const at = await tx.db.selectFrom('lookback_lists').selectAll().where('list', '=', list).executeTakeFirst()
    if (at !== undefined && at.target !== null)
      await tx.db
        .updateTable('lookback_lists')
        .set(startOf(list, at.again === 1 ? at.version : at.target))
        .where('list', '=', list)
        .execute()
    await tx.jobs.complete(job)
  },
)

/** All that follows from an item that stands on a list. */
export interface FoundInput {
  readonly item: string
  readonly list: string
  readonly cases: readonly CaseSeed[]
  readonly evidence: EvidenceSeed
  /** What the ledger says of it, but for the case. */
  readonly fields: Omit<Extract<LedgerAct, { kind: 'verdict' }>['fields'], 'case'>
  readonly affected: Affected
  readonly hits: { readonly key: string; readonly hits: readonly NotedHit[] }
  readonly keys: RecordKeys
}

/**
 * Makes a case of what was found, or joins the open one: case, evidence and ledger record, all of it or nothing. The same item and list
 * again change nothing, and an item that was erased meanwhile is none.
 */
export const keepFound = defineWork('lookback.found', async (tx: Tx, input: FoundInput): Promise<'kept' | 'known'> => {
  const row = await tx.db.selectFrom('lookback_items').select('told').where('id', '=', input.item).executeTakeFirst()
  const told: string[] = row === undefined ? [input.list] : JSON.parse(row.told)
  if (told.includes(input.list)) return 'known'
  let number: number | undefined
  for (const seed of input.cases) number = (await openCase(tx, seed)).case
  if (number === undefined) return 'known'
  const fields = { ...input.fields, case: `C-${number}` }
  await record(tx, { kind: 'verdict', affected: input.affected, fields }, input.keys)
  await putEvidence(tx, number, input.evidence)
  await noteListHits(tx, input.hits)
  await tx.db
    .updateTable('lookback_items')
    .set({ told: JSON.stringify([...told, input.list]) })
    .where('id', '=', input.item)
    .execute()
  return 'kept'
})
