import type { RecordedJson } from '@lamplighter/api'
import { audit } from '../../audit/index.ts'
import { AppError } from '../../http/errors.ts'
import type { Doer } from '../../people/index.ts'
import { defineWork, type Tx } from '../../storage/index.ts'
import { type RecordKeys, record } from '../../transparency/index.ts'
import type { ListsTable, ListVersionsTable } from '../tables.ts'
import { type CarriedFacts, columnsOf, type ListFacts } from './declaration.ts'
import { moveOpinions } from './others.store.ts'
import { movePull, type PullMove } from './pulls.ts'
import type { Reason } from './rails.ts'
import { keepSum, moveSum } from './sums.store.ts'

/** One version as it is first kept. Its rows are there already. */
export interface NewVersion {
  readonly version: number
  readonly state: 'live' | 'trial' | 'staged'
  readonly digest: string
  /** What the digest is of. */
  readonly sum: Uint8Array
  readonly entries: number
  readonly added: number
  readonly removed: number
  readonly rows: number
  readonly bad: number
  readonly reason: readonly Reason[]
  readonly facts: CarriedFacts | null
  readonly lastN: number
}

/** Who answers for a version, as the ledger names them. */
export interface By {
  readonly by: string
  readonly second?: string | undefined
  /** Live without the trial that it would need: the operator's way (decisions.md 20). */
  readonly withoutTrial?: boolean | undefined
  /** It ran before, and runs again. */
  readonly back?: boolean | undefined
}

/** What a change was made on: another one that was faster makes it void. */
export interface Seen {
  readonly live: number
  readonly last: number
}

/** Declares a list that no version of is live yet: whoever asks it hears "unknown". @throws AppError `conflict` there is one of this name */
export const createList = defineWork(
  'signals.create-list',
  async (tx: Tx, facts: ListFacts): Promise<{ revision: number }> => {
    const there = await tx.db.selectFrom('lists').select('id').where('id', '=', facts.id).executeTakeFirst()
    if (there !== undefined)
      throw new AppError('conflict', 'There is a list of this name; change that one, or choose another name.')
    await tx.db
      .insertInto('lists')
      .values({
        ...{ id: facts.id, kind: facts.kind, ...columnsOf(facts, undefined) },
        ...{ version: 0, entries: 0, digest: '', updated_at: null, last_n: 0, live_n: 0, last_version: 0 },
        ...{ revision: 1, state: 'declared' as const, moving: null },
      })
      .execute()
    tx.hint('lists')
    return { revision: 1 }
  },
)

/** Changes what is said of a list, at once. @throws AppError `stale_revision` */
export const declareAnew = defineWork(
  'signals.declare-list',
  async (
    tx: Tx,
    input: { list: string; revision: number; facts: CarriedFacts; reason: string; doer: Doer },
  ): Promise<{ revision: number }> => {
    const row = await listRow(tx, input.list)
    if (row.revision !== input.revision)
      throw new AppError('stale_revision', 'The list was changed meanwhile; read it again and send its revision.')
    const revision = row.revision + 1
    await tx.db
      .updateTable('lists')
      .set({ ...columnsOf(input.facts, row), revision })
      .where('id', '=', row.id)
      .execute()
    const { name: who, request, touch } = input.doer
    const act = { who, act: 'lists.declare', kind: 'list', object: row.id, reason: input.reason, request }
    await audit(tx, { ...act, touch: touch ?? undefined })
    tx.hint('lists')
    return { revision }
  },
)

/**
 * Keeps what a change made: a live version, one that waits beside it, or both. Moves the cursor of the pull that brought it.
 *
 * @throws AppError `conflict` another change was faster
 */
export const publishVersions = defineWork(
  'signals.publish-versions',
  async (
    tx: Tx,
    input: {
      list: string
      seen: Seen
      versions: readonly NewVersion[]
      by: By
      keys: RecordKeys
      pull?: PullMove | undefined
      /** The import that brought it: it has made its version in the moment in which the version is there. */
      imported?: string | undefined
    },
  ): Promise<RecordedJson | null> => {
    const row = await listRow(tx, input.list)
    if (row.version !== input.seen.live || row.last_version !== input.seen.last)
      throw new AppError('conflict', 'Another change of this list was faster; try again.')
    const beside = await besideRow(tx, input.list)
    if (beside !== undefined) await endVersion(tx, beside, 'dropped')
    let recorded: RecordedJson | null = null
    for (const made of input.versions) {
      const kept = { ...rowOf(tx, input, made), ...inherited(beside, made) }
      if (made.state === 'live') recorded = await goLive(tx, kept, input)
      else await tx.db.insertInto('list_versions').values(kept).execute()
      await keepSum(tx, { list: input.list, version: made.version, sum: made.sum })
    }
    // Beside a version that only removes, opinions wait with the one above it.
    const waits = input.versions.find(({ state }) => state !== 'live')
    if (waits !== undefined) await moveOpinions(tx, { list: input.list, above: row.version, to: waits.version })
    const highest = input.versions.reduce((most, { version }) => Math.max(most, version), row.last_version)
    const lastN = input.versions.reduce((most, one) => Math.max(most, one.lastN), row.last_n)
    await tx.db
      .updateTable('lists')
      .set({ last_version: highest, last_n: lastN, moving: null })
      .where('id', '=', input.list)
      .execute()
    await movePull(tx, input.pull)
    if (input.imported !== undefined)
      await tx.db.updateTable('list_imports').set({ version: highest }).where('id', '=', input.imported).execute()
    tx.hint('lists')
    return recorded
  },
)

/**
 * Gives the version that waits another number, above one that is about to be made. Its rows follow in slices; until that one is published the list
 * says which it is, so that a crash in between is put right.
 */
export const renumber = defineWork(
  'signals.renumber',
  async (tx: Tx, input: { list: string; seen: Seen; to: number }): Promise<void> => {
    const row = await listRow(tx, input.list)
    const beside = await besideRow(tx, input.list)
    if (row.version !== input.seen.live || row.last_version !== input.seen.last || beside === undefined)
      throw new AppError('conflict', 'Another change of this list was faster; try again.')
    await endVersion(tx, beside, 'dropped')
    await tx.db
      .insertInto('list_versions')
      .values({ ...beside, version: input.to })
      .execute()
    await moveSum(tx, { list: input.list, version: beside.version, to: input.to })
    await tx.db
      .updateTable('lists')
      .set({ last_version: input.to, moving: input.to - 1 })
      .where('id', '=', input.list)
      .execute()
    tx.hint('lists')
  },
)

/** A whole pull that changed nothing: the list is as young as it, unless a version still waits. */
export const keepUnchanged = defineWork(
  'signals.keep-unchanged',
  async (tx: Tx, input: { list: string; pull?: PullMove | undefined }): Promise<void> => {
    const waits = await besideRow(tx, input.list)
    if (waits === undefined)
      await tx.db.updateTable('lists').set({ updated_at: tx.now }).where('id', '=', input.list).execute()
    await movePull(tx, input.pull)
    tx.hint('lists')
  },
)

/** @throws AppError `not_found` */
export async function listRow({ db }: Pick<Tx, 'db'>, list: string): Promise<ListsTable> {
  const row = await db.selectFrom('lists').selectAll().where('id', '=', list).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'There is no list of this name; see GET /v1/lists.')
  return row
}

/** The version that is staged or in trial. */
export const besideRow = ({ db }: Pick<Tx, 'db'>, list: string): Promise<ListVersionsTable | undefined> =>
  db
    .selectFrom('list_versions')
    .selectAll()
    .where('list', '=', list)
    .where('state', 'in', ['staged', 'trial'])
    .executeTakeFirst()

/** Ends a version that waits or runs. */
export async function endVersion(
  tx: Tx,
  { list, version }: ListVersionsTable,
  state: 'dropped' | 'retired',
): Promise<void> {
  await tx.db
    .updateTable('list_versions')
    .set({ state, ended_at: tx.now })
    .where('list', '=', list)
    .where('version', '=', version)
    .execute()
}

/** Makes a version the live one: its row, its facts, and its leaf in the log. The one before is retired. */
export async function goLive(
  tx: Tx,
  kept: ListVersionsTable,
  { by, keys }: { by: By; keys: RecordKeys },
): Promise<RecordedJson> {
  const row = await listRow(tx, kept.list)
  const before = await tx.db
    .selectFrom('list_versions')
    .selectAll()
    .where('list', '=', kept.list)
    .where('state', '=', 'live')
    .executeTakeFirst()
  if (before !== undefined) await endVersion(tx, before, 'retired')
  const facts = kept.facts === null ? undefined : columnsOf(JSON.parse(kept.facts) as CarriedFacts, row)
  const recorded = await record(
    tx,
    {
      kind: 'list',
      affected: { kind: 'platform' },
      fields: {
        op: by.back === true ? 'back' : by.withoutTrial === true ? 'published_without_trial' : 'published',
        list: kept.list,
        version: `v${kept.version}`,
        digest: kept.digest,
        entries: kept.entries,
        added: kept.added,
        removed: kept.removed,
        source: facts?.source ?? row.source,
        by: by.by,
        second: by.second ?? null,
        device: false,
      },
    },
    keys,
  )
  const live = { state: 'live' as const, live_at: tx.now, ended_at: null, record: recorded.record }
  await tx.db
    .insertInto('list_versions')
    .values({ ...kept, ...live })
    .onConflict((conflict) => conflict.columns(['list', 'version']).doUpdateSet({ ...live, approvals: kept.approvals }))
    .execute()
  await tx.db
    .updateTable('lists')
    .set({
      ...facts,
      revision: facts === undefined ? row.revision : row.revision + 1,
      ...{ version: kept.version, entries: kept.entries, digest: kept.digest, live_n: kept.last_n },
      ...{ updated_at: tx.now, state: 'live' },
    })
    .where('id', '=', kept.list)
    .execute()
  return recorded
}

const rowOf = (tx: Tx, input: { list: string; by: By }, made: NewVersion): ListVersionsTable => ({
  ...{ list: input.list, version: made.version, at: tx.now, digest: made.digest, entries: made.entries },
  ...{ added: made.added, removed: made.removed, by: input.by.by, record: '', state: made.state, last_n: made.lastN },
  ...{ trial_at: made.state === 'trial' ? tx.now : null, live_at: null, ended_at: null, purged_at: null },
  ...{ reason: JSON.stringify(made.reason), rows: made.rows, bad: made.bad, approvals: '[]', looked_up: 0, hits: 0 },
  facts: made.facts === null ? null : JSON.stringify(made.facts),
})

/** A trial goes on through small changes: a source that sends some every hour would otherwise never end one. */
function inherited(beside: ListVersionsTable | undefined, made: NewVersion): Partial<ListVersionsTable> {
  if (beside === undefined || made.state === 'live') return {}
  const facts = made.facts === null ? { facts: beside.facts } : {}
  if (beside.state !== 'trial' || made.state !== 'trial') return facts
  return { ...facts, trial_at: beside.trial_at, looked_up: beside.looked_up, hits: beside.hits }
}
