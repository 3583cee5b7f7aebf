import type { RecordedJson } from '@lamplighter/api'
import { AppError } from '../../http/errors.ts'
import { type Doer, labelOfDoer, staffById, staffLabel, whenAccessEnds } from '../../people/index.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../../storage/index.ts'
import type { RecordKeys } from '../../transparency/index.ts'
import { type EntryAct, entryOf, isStandingAct, type ListedEntry, type StandingAct } from './entry-acts.ts'
import { assertChildSafety, assertFits } from './entry-checks.store.ts'
import { standAgain } from './opinions.store.ts'
import { listOf, noteEntryAct, type Stood, stand } from './standing.store.ts'
import type { EntryActsTable } from './tables.ts'

/** What an act has done, and what is still to be done. */
export interface ActDone {
  /** Id under which it waits for somebody else. */
  readonly waits: string | null
  /** Id under which the list is to be changed now: no transaction holds so much. */
  readonly agreed: string | null
  /** Of the exception that was made. */
  readonly exception: string | null
  readonly recorded: RecordedJson | null
}

const OPERATOR = 'operator'
const EMPTY = new Uint8Array()
const NOTHING_DONE = { waits: null, agreed: null, exception: null, recorded: null }

/**
 * Does something with an entry. On a sealed list nothing changes yet: it waits for somebody else.
 *
 * @param input.sealed the act under the id that it has while it waits
 * @throws AppError `not_found` · `conflict` · `sealed` · `invalid`
 */
export const actOnEntry = defineWork(
  'entries.act',
  async (
    tx: Tx,
    input: { id: string; act: EntryAct; sealed: Uint8Array; doer: Doer; keys: RecordKeys },
  ): Promise<ActDone> => {
    const { act, doer, id } = input
    const list = await listOf(tx, act.list)
    await assertFits(tx, act, list)
    // Taking an exception back makes nothing silent: one person is enough.
    const alone = list.sealed === 0 || act.op === 'unexcept'
    const standing = isStandingAct(act)
    if (!alone || !standing) {
      await tx.db
        .insertInto('entry_acts')
        .values({
          ...{ id, list: act.list, n: entryOf(act), op: act.op, body: input.sealed, reason: act.reason },
          ...{ asked_by: doer.staff ?? doer.name, at: tx.now, state: alone ? 'agreed' : 'open' },
          ...{ agreed_by: null, ended_at: null, result: null },
        })
        .execute()
      tx.hint('entries')
    }
    if (!alone) return { ...NOTHING_DONE, waits: id }
    const whose = { doer, by: await labelOfDoer(tx, doer), second: null }
    return standing ? carryOut(tx, act, whose, input.keys) : begin(tx, { id, act }, whose, input.keys)
  },
)

/**
 * Agrees to what somebody else has asked for. Of the two at least one holds the role child-safety (matching.md §9.2).
 *
 * @param input.act as the row holds it; undefined where there was none to read
 * @throws AppError `not_found` · `conflict` · `second_person_required` · `forbidden`
 */
export const agreeToAct = defineWork(
  'entries.agree',
  async (tx: Tx, input: { id: string; act: EntryAct | undefined; doer: Doer; keys: RecordKeys }): Promise<ActDone> => {
    const { doer, act } = input
    const row = await openAct(tx, input.id)
    if (act === undefined) throw new AppError('conflict', 'It has changed meanwhile; read again what waits.')
    if (doer.staff === null) throw new AppError('forbidden', 'A person approves, signed in by name.')
    if (doer.staff === row.asked_by)
      throw new AppError('second_person_required', 'Nobody approves what they have asked for; ask a colleague.')
    await assertChildSafety(tx, [row.asked_by, doer.staff])
    await assertFits(tx, act, await listOf(tx, act.list))
    const whose = { doer, by: await labelOf(tx, row.asked_by), second: await labelOfDoer(tx, doer) }
    const { staff: agreed_by } = doer
    if (!isStandingAct(act)) {
      await tx.db.updateTable('entry_acts').set({ state: 'agreed', agreed_by }).where('id', '=', row.id).execute()
      return begin(tx, { id: row.id, act }, whose, input.keys)
    }
    await tx.db.updateTable('entry_acts').set({ agreed_by }).where('id', '=', row.id).execute()
    await endAct(tx, row.id, { state: 'done', result: null })
    return carryOut(tx, act, whose, input.keys)
  },
)

/** Takes back or refuses what waits for approval. @throws AppError `not_found` · `conflict` */
export const withdrawAct = defineWork(
  'entries.withdraw-act',
  async (tx: Tx, input: { id: string; doer: Doer }): Promise<Record<string, never>> => {
    const row = await openAct(tx, input.id)
    await endAct(tx, row.id, { state: 'withdrawn', result: null })
    return {}
  },
)

/** Notes what became of an act that changed a list; without a result it could not be done. */
export const actEnded = defineWork(
  'entries.act-ended',
  async (tx: Tx, { id, result }: { id: string; result: ListedEntry | null }): Promise<void> => {
    const state = result === null ? 'withdrawn' : 'done'
    await endAct(tx, id, { state, result: result === null ? null : JSON.stringify(result) })
  },
)

/** @throws AppError `not_found` */
export const oneAct = defineQuery('entries.one-act', async ({ db }: ReadDb, id: string): Promise<EntryActsTable> => {
  const row = await db.selectFrom('entry_acts').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'There is no such act.')
  return row
})

/** The entry of a list with this fingerprint; null where its running version does not hold it. */
export const entryNamed = defineQuery(
  'entries.named',
  async ({ db }: ReadDb, of: { list: string; fingerprint: string }): Promise<number | null> => {
    const row = await db
      .selectFrom('list_entries')
      .innerJoin('lists', 'lists.id', 'list_entries.list')
      .select('list_entries.n')
      .where('list_entries.list', '=', of.list)
      .where('list_entries.fingerprint', '=', of.fingerprint)
      .whereRef('list_entries.since', '<=', 'lists.version')
      .where((is) =>
        is.or([is('list_entries.gone', 'is', null), is('list_entries.gone', '>', is.ref('lists.version'))]),
      )
      .executeTakeFirst()
    return row?.n ?? null
  },
)

/** What waits for a second person, and what is agreed to and a crash kept from being carried out. */
export const waitingActs = defineQuery(
  'entries.waiting',
  async ({ db }: ReadDb): Promise<EntryActsTable[]> =>
    db.selectFrom('entry_acts').selectAll().where('ended_at', 'is', null).orderBy('at').execute(),
)

// Halves of acts by two people end with the access of whoever began them (security.md §3).
whenAccessEnds(async (tx, staff) => {
  await tx.db
    .updateTable('entry_acts')
    .set({ state: 'withdrawn', ended_at: tx.now, body: EMPTY })
    .where('asked_by', '=', staff)
    .where('state', '=', 'open')
    .execute()
})

async function openAct(tx: Tx, id: string): Promise<EntryActsTable> {
  const row = await tx.db.selectFrom('entry_acts').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'Nothing of this id waits for approval.')
  if (row.state !== 'open') throw new AppError('conflict', `It waits for nobody’s approval any more (${row.state}).`)
  return row
}

async function endAct(
  tx: Tx,
  id: string,
  end: { readonly state: 'done' | 'withdrawn'; readonly result: string | null },
): Promise<void> {
  // What it was about goes with it: on a sealed list nothing else keeps a value.
  await tx.db
    .updateTable('entry_acts')
    .set({ ...end, ended_at: tx.now, body: EMPTY })
    .where('id', '=', id)
    .execute()
  tx.hint('entries')
}

interface Whose {
  readonly doer: Doer
  readonly by: string | null
  readonly second: string | null
}

/** What a change of the list itself begins with: an entry that is dropped is silent from this moment on, however long the list takes. */
async function begin(
  tx: Tx,
  { id, act }: { readonly id: string; readonly act: Exclude<EntryAct, StandingAct> },
  { doer, by, second }: Whose,
  keys: RecordKeys,
): Promise<ActDone> {
  const { list, reason } = act
  if (act.op === 'add') return { ...NOTHING_DONE, agreed: id }
  const { n } = act
  await stand(tx, { list, n }, { state: 'withdrawn', until_at: null, reason, by: by ?? OPERATOR, second })
  const recorded = await noteEntryAct(
    tx,
    { list, n, from: 'active', to: `withdrawn: ${reason}`, reason, doer, by, second },
    keys,
  )
  return { ...NOTHING_DONE, agreed: id, recorded }
}

async function carryOut(tx: Tx, act: StandingAct, whose: Whose, keys: RecordKeys): Promise<ActDone> {
  const { list, n, reason } = act
  const { doer, by, second } = whose
  const note = (from: string, to: string) => noteEntryAct(tx, { list, n, from, to, reason, doer, by, second }, keys)
  const put = (stood: Pick<Stood, 'state' | 'until_at'>) =>
    stand(tx, { list, n }, { ...stood, reason, by: by ?? OPERATOR, second })
  switch (act.op) {
    case 'aside': {
      await put({ state: 'aside', until_at: act.until })
      const until = new Date(act.until).toISOString()
      return { ...NOTHING_DONE, recorded: await note('active', `aside until ${until}: ${reason}`) }
    }
    case 'restore': {
      await put({ state: await standAgain(tx, list, n), until_at: null })
      return { ...NOTHING_DONE, recorded: await note('aside', `active: ${reason}`) }
    }
    case 'except': {
      const id = tx.fresh.id('xc')
      await tx.db
        .insertInto('exceptions')
        .values({
          ...{ id, list, n, file_key: act.fileKey, pdq: act.pdq, reason, by: by ?? OPERATOR, second, at: tx.now },
          ...{ ends_at: act.endsAt, ended_at: null, used: 0, used_at: null },
        })
        .execute()
      tx.hint('entries')
      const until = new Date(act.endsAt).toISOString()
      return {
        ...NOTHING_DONE,
        exception: id,
        recorded: await note('a hit', `exception ${id} until ${until}: ${reason}`),
      }
    }
    case 'unexcept': {
      await tx.db.updateTable('exceptions').set({ ended_at: tx.now }).where('id', '=', act.exception).execute()
      tx.hint('entries')
      return { ...NOTHING_DONE, recorded: await note(`exception ${act.exception}`, `a hit: ${reason}`) }
    }
  }
}

async function labelOf(tx: Tx, staff: string): Promise<string | null> {
  return staff === OPERATOR ? null : staffLabel((await staffById(tx, staff)).number)
}
