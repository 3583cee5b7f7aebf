import { audit } from '../../audit/index.ts'
import { AppError } from '../../http/errors.ts'
import type { Doer } from '../../people/index.ts'
import { labelOfDoer, staffById } from '../../people/index.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../../storage/index.ts'
import { PLATFORM, type RecordKeys, record } from '../../transparency/index.ts'
import { createList } from '../lists/publish.store.ts'
import { APPROVAL_MS, changeExchange, exchangeRow } from './pulls.store.ts'
import type { StartsAs } from './source.ts'
import { startingFacts } from './starts-as.ts'
import type { ExchangesTable, FedLists, PullsTable } from './tables.ts'

export interface ExchangeWish {
  readonly id: string
  readonly source: string
  /** Checked by the source's own schema. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The one origin that is called. */
  readonly origin: string
  /** Origin of the settings that stand; undefined where there are none that this version can read. */
  readonly originBefore: string | undefined
  readonly credentials: { readonly sealed: Uint8Array; readonly last4: string } | undefined
  readonly lists: FedLists
  readonly everyMs: number
  readonly on: boolean
  /** What a list starts as that is not there; undefined where the source does not say. */
  readonly startsAs: StartsAs | undefined
}

/** One exchange, or undefined. */
export const oneExchange = defineQuery(
  'exchanges.one',
  async ({ db }: ReadDb, id: string): Promise<ExchangesTable | undefined> =>
    db.selectFrom('exchanges').selectAll().where('id', '=', id).executeTakeFirst(),
)

/** Every exchange with its newest pull. */
export const allExchanges = defineQuery(
  'exchanges.all',
  async ({ db }: ReadDb): Promise<{ exchange: ExchangesTable; pull: PullsTable | undefined }[]> => {
    const rows = await db.selectFrom('exchanges').selectAll().orderBy('id').execute()
    return Promise.all(
      rows.map(async (exchange) => ({
        exchange,
        pull: await db
          .selectFrom('pulls')
          .selectAll()
          .where('exchange', '=', exchange.id)
          .orderBy('started_at', 'desc')
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirst(),
      })),
    )
  },
)

/**
 * Sets an exchange up, or changes it. What an approval was given to ends the approval where it changes, and the pull that runs.
 *
 * @throws AppError `invalid` a list is not there, of another kind, or credentials are missing · `conflict` another exchange feeds that list
 */
export const setExchange = defineWork(
  'exchanges.set',
  async (
    tx: Tx,
    input: { wish: ExchangeWish; doer: Doer; keys: RecordKeys },
  ): Promise<{ state: ExchangesTable['state']; revision: number; declared: string[] }> => {
    const { wish, doer, keys } = input
    const before = await tx.db.selectFrom('exchanges').selectAll().where('id', '=', wish.id).executeTakeFirst()
    const declared = await declareMissing(tx, wish, doer)
    await feedLists(tx, wish)
    const mayKeep = before?.credentials !== null && wish.originBefore === wish.origin
    if (wish.credentials === undefined && !mayKeep) {
      throw new AppError(
        'invalid',
        before === undefined
          ? 'Give what signs in, too; {} where the other side wants nothing.'
          : 'Credentials are kept for the host that they were given for; give those of this one.',
        {
          pointer: '/credentials',
        },
      )
    }
    const settings = JSON.stringify(wish.settings)
    const lists = JSON.stringify(wish.lists)
    const isSame = before?.source === wish.source && before.settings === settings
    const isApproved = isSame && before.lists === lists && before.approved_at !== null
    const state = !wish.on ? 'off' : isApproved ? 'on' : 'unapproved'
    const columns = {
      ...{
        source: wish.source,
        settings,
        lists,
        every_ms: wish.everyMs,
        state,
        why: null,
        set_by: doer.staff ?? 'operator',
      },
      ...(wish.credentials !== undefined && {
        credentials: wish.credentials.sealed,
        credentials_last4: wish.credentials.last4,
        credentials_at: tx.now,
      }),
      ...(!isApproved && { approved_by: null, approved_at: null }),
      // Another list has none of what earlier pulls brought.
      ...(!(isSame && before.lists === lists) && { cursor: null }),
      ...{ revision: (before?.revision ?? 0) + 1, next_at: tx.now },
    } satisfies Partial<ExchangesTable>
    if (before === undefined) {
      const none = { credentials: null, credentials_last4: null, credentials_at: null, cursor: null, pulled_at: null }
      await tx.db
        .insertInto('exchanges')
        .values({ id: wish.id, approved_by: null, approved_at: null, ...none, created_at: tx.now, ...columns })
        .execute()
    } else {
      await changeExchange(tx, wish.id, columns)
      if (!isApproved || !wish.on) await endPull(tx, wish.id)
    }
    await noteExchange(tx, {
      id: wish.id,
      act: 'exchanges.set',
      doer,
      keys,
      to: { source: wish.source, lists: wish.lists, state },
    })
    return { state, revision: columns.revision, declared }
  },
)

/**
 * Declares what is to be fed and is not there, as strictly as the source's contracts are; and a list of its harm to which nobody gave terms gets those.
 * @returns the lists that it declared
 */
async function declareMissing(tx: Tx, { id, lists, everyMs, startsAs }: ExchangeWish, doer: Doer): Promise<string[]> {
  if (startsAs === undefined) return []
  const declared: string[] = []
  for (const kind of ['pdq', 'digest'] as const) {
    const list = lists[kind]
    if (list === undefined) continue
    const facts = startingFacts(startsAs, { id: list, kind, exchange: id, everyMs })
    const there = await tx.db.selectFrom('lists').select(['terms', 'harm']).where('id', '=', list).executeTakeFirst()
    // Rules may have named it first: then all that is known of its terms is the harm, and the source knows them better.
    if (there !== undefined && (there.terms !== null || there.harm !== startsAs.harm)) continue
    if (there === undefined) await createList.run(tx, facts)
    else
      await tx.db
        .updateTable('lists')
        .set({ terms: JSON.stringify(facts.terms) })
        .where('id', '=', list)
        .execute()
    const { name: who, request, touch } = doer
    await audit(tx, {
      ...{ who, act: 'lists.declare', kind: 'list', object: list, request },
      touch: touch ?? undefined,
    })
    if (there === undefined) declared.push(list)
  }
  return declared
}

/** Notes at each list who feeds it. */
async function feedLists(tx: Tx, { id, lists }: ExchangeWish): Promise<void> {
  for (const [kind, list] of Object.entries(lists)) {
    const pointer = `/lists/${kind}`
    const row = await tx.db.selectFrom('lists').select(['kind', 'exchange']).where('id', '=', list).executeTakeFirst()
    if (row === undefined) throw new AppError('invalid', 'There is no list of this name; make it first.', { pointer })
    if (row.kind !== kind)
      throw new AppError('invalid', `This list holds entries of kind "${row.kind}", not "${kind}".`, { pointer })
    // Classes and terms of two sources differ, so no list is fed by both (matching.md §10.2).
    if (row.exchange !== null && row.exchange !== id)
      throw new AppError('conflict', 'Another exchange feeds this list; choose another list.', { pointer })
  }
  await tx.db.updateTable('lists').set({ exchange: null }).where('exchange', '=', id).execute()
  const fed = Object.values(lists)
  if (fed.length > 0) await tx.db.updateTable('lists').set({ exchange: id }).where('id', 'in', fed).execute()
}

async function endPull(tx: Tx, exchange: string): Promise<void> {
  await tx.db
    .updateTable('pulls')
    .set({ state: 'failed', at: null, why: 'the exchange was set up anew', ended_at: tx.now })
    .where('exchange', '=', exchange)
    .where('state', '=', 'running')
    .execute()
}

/**
 * Lets an exchange feed its lists for twelve months.
 *
 * @throws AppError `not_found` · `stale_revision` · `second_person_required` who set it up may not, and a sealed list needs child-safety
 */
export const approveExchange = defineWork(
  'exchanges.approve',
  async (tx: Tx, input: { id: string; revision: number; doer: Doer; keys: RecordKeys }): Promise<{ until: number }> => {
    const { id, doer, keys } = input
    const row = await exchangeRow(tx, id)
    if (row.revision !== input.revision)
      throw new AppError('stale_revision', 'The exchange was changed since; look at it again.')
    if (doer.staff !== null) await checkApprover(tx, row, doer.staff)
    const by = await labelOfDoer(tx, doer)
    const state = row.state === 'unapproved' ? 'on' : row.state
    await changeExchange(tx, id, { approved_by: by ?? 'operator', approved_at: tx.now, state, next_at: tx.now })
    await noteExchange(tx, {
      id,
      act: 'exchanges.approve',
      doer,
      keys,
      to: { source: row.source, lists: JSON.parse(row.lists), state },
    })
    return { until: tx.now + APPROVAL_MS }
  },
)

async function checkApprover(tx: Tx, row: ExchangesTable, staff: string): Promise<void> {
  if (row.set_by === staff)
    throw new AppError('second_person_required', 'You set this exchange up; another person approves it.')
  const fed = Object.values(JSON.parse(row.lists) as FedLists)
  const sealed =
    fed.length === 0
      ? []
      : await tx.db.selectFrom('lists').select('id').where('id', 'in', fed).where('sealed', '=', 1).execute()
  if (sealed.length === 0) return
  const person = await staffById(tx, staff)
  if (person.roles.includes('child-safety')) return
  throw new AppError('second_person_required', 'It feeds a sealed list; somebody of the duty child-safety approves it.')
}

/** Audit row and leaf of an act on an exchange: what it is and feeds, without its settings and credentials. */
async function noteExchange(
  tx: Tx,
  of: { id: string; act: string; doer: Doer; keys: RecordKeys; to: Readonly<Record<string, unknown>> },
): Promise<void> {
  const { id, act, doer } = of
  await audit(tx, {
    ...{ who: doer.name, act, kind: 'exchange', object: id, request: doer.request },
    touch: doer.touch ?? undefined,
  })
  const by = await labelOfDoer(tx, doer)
  await record(
    tx,
    {
      kind: 'setting',
      affected: PLATFORM,
      fields: {
        name: `${act}:${id}`,
        from: null,
        to: JSON.stringify(of.to),
        by,
        second: null,
        solo: doer.staff === null,
      },
    },
    of.keys,
  )
  tx.hint('exchanges')
}
