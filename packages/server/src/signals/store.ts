import type { RecordedJson } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { type RecordKeys, record } from '../transparency/index.ts'
import type { ListsTable } from './tables.ts'

export { allModels, liveModels, oneModel, publishModel } from './models.store.ts'
export { schema } from './tables.ts'

export interface EntryRow {
  readonly n: number
  readonly fingerprint: string
  readonly body: Uint8Array
  readonly sealed: number
}

export const allLists = defineQuery(
  'signals.lists',
  async ({ db }: ReadDb): Promise<ListsTable[]> => db.selectFrom('lists').selectAll().orderBy('id').execute(),
)

/**
 * The harms of rules that may ask a list (matching.md §9.6). Without terms it is its own harm alone: whoever handed a list in here has said
 * what it is for, and nothing else was allowed.
 */
export const allowedHarms = ({ harm, terms_harms }: Pick<ListsTable, 'harm' | 'terms_harms'>): string[] =>
  terms_harms === null ? [harm] : (JSON.parse(terms_harms) as string[])

/** Entries of one version of a list, in slices by number: a list may hold millions. */
/** When each list was last replaced, how old it may become, and how much it holds. */
export const listAges = defineQuery(
  'signals.list-ages',
  async ({ db }): Promise<{ id: string; updatedAt: number | null; staleAfterMs: number | null; entries: number }[]> =>
    db
      .selectFrom('lists')
      .select(['id', 'updated_at as updatedAt', 'stale_after_ms as staleAfterMs', 'entries'])
      .orderBy('id')
      .execute(),
)

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

/** What one version added and removed, in slices by number. Removed entries are kept until the next import begins. */
export const listChanges = defineQuery(
  'signals.list-changes',
  async (
    { db }: ReadDb,
    input: { list: string; version: number; after: number; max: number },
  ): Promise<(EntryRow & { readonly gone: number | null })[]> =>
    db
      .selectFrom('list_entries')
      .select(['n', 'fingerprint', 'body', 'sealed', 'gone'])
      .where('list', '=', input.list)
      .where('n', '>', input.after)
      .where((row) => row.or([row('since', '=', input.version), row('gone', '=', input.version)]))
      .orderBy('n')
      .limit(input.max)
      .execute(),
)

export interface ListFacts {
  readonly id: string
  readonly kind: ListsTable['kind']
  readonly harm: string
  readonly sealed: boolean
  readonly context: boolean
  readonly source: string
  readonly staleAfterMs: number | null
  readonly within?: number | undefined
  readonly variants?: 'as_is' | 'eight' | undefined
  /** Harms that the terms of the list allow; what stood before, where they are left out. */
  readonly harms?: readonly string[]
}

/** Takes back what an import staged that was cut off. The running version is untouched. */
export const unstage = defineWork(
  'signals.unstage',
  async (tx: Tx, input: { list: string; version: number }): Promise<void> => {
    await tx.db
      .deleteFrom('list_entries')
      .where('list', '=', input.list)
      .where((row) => row.or([row('since', '>', input.version), row('gone', '<=', input.version)]))
      .execute()
    await tx.db
      .updateTable('list_entries')
      .set({ gone: null })
      .where('list', '=', input.list)
      .where('gone', '>', input.version)
      .execute()
  },
)

/** Adds or removes a slice of entries of a version that is not live yet, so that no transaction is long and a torn import changes nothing. */
export const stageEntries = defineWork(
  'signals.stage-entries',
  async (
    tx: Tx,
    input: {
      list: string
      version: number
      add: readonly Omit<EntryRow, 'n'>[]
      remove: readonly string[]
      from: number
    },
  ): Promise<void> => {
    if (input.remove.length > 0) {
      await tx.db
        .updateTable('list_entries')
        .set({ gone: input.version })
        .where('list', '=', input.list)
        .where('fingerprint', 'in', [...input.remove])
        .execute()
    }
    if (input.add.length > 0) {
      await tx.db
        .insertInto('list_entries')
        .values(
          input.add.map((entry, index) => ({
            ...entry,
            list: input.list,
            n: input.from + index,
            since: input.version,
            gone: null,
          })),
        )
        .execute()
    }
  },
)

/** Makes a version the running one: its row, its place in the history and its leaf in the log. */
export const publishList = defineWork(
  'signals.publish-list',
  async (
    tx: Tx,
    input: {
      facts: ListFacts
      before: number
      digest: string
      entries: number
      added: number
      removed: number
      lastN: number
      by: string
      keys: RecordKeys
    },
  ): Promise<{ version: number; recorded: RecordedJson }> => {
    const row = await tx.db.selectFrom('lists').selectAll().where('id', '=', input.facts.id).executeTakeFirst()
    if ((row?.version ?? 0) !== input.before)
      throw new AppError('conflict', 'Another import of this list was faster; import again.')
    const version = input.before + 1
    const recorded = await record(
      tx,
      {
        kind: 'list',
        affected: { kind: 'platform' },
        fields: {
          op: 'published',
          list: input.facts.id,
          version: `v${version}`,
          digest: input.digest,
          entries: input.entries,
          added: input.added,
          removed: input.removed,
          source: input.facts.source,
          by: input.by,
          second: null,
          device: false,
        },
      },
      input.keys,
    )
    const columns = {
      kind: input.facts.kind,
      harm: input.facts.harm,
      sealed: input.facts.sealed ? 1 : 0,
      context: input.facts.context ? 1 : 0,
      source: input.facts.source,
      version,
      entries: input.entries,
      digest: input.digest,
      stale_after_ms: input.facts.staleAfterMs,
      updated_at: tx.now,
      last_n: input.lastN,
      within: input.facts.within ?? null,
      variants: input.facts.variants ?? null,
      terms_harms: input.facts.harms === undefined ? (row?.terms_harms ?? null) : JSON.stringify(input.facts.harms),
    }
    await tx.db
      .insertInto('lists')
      .values({ id: input.facts.id, ...columns })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
      .execute()
    await tx.db
      .insertInto('list_versions')
      .values({
        list: input.facts.id,
        version,
        at: tx.now,
        digest: input.digest,
        entries: input.entries,
        added: input.added,
        removed: input.removed,
        by: input.by,
        record: recorded.record,
      })
      .execute()
    tx.hint('lists')
    return { version, recorded }
  },
)
