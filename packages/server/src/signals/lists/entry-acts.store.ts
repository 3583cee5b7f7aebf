import type { RecordedJson } from '@lamplighter/api'
import { AppError } from '../../http/errors.ts'
import { allStaff, type Doer, labelOfDoer, staffById, staffLabel, whenAccessEnds } from '../../people/index.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../../storage/index.ts'
import type { RecordKeys } from '../../transparency/index.ts'
import type { ListsTable } from '../tables.ts'
import { type EntryAct, entryOf, isStandingAct, type StandingAct } from './entry-acts.ts'
import { stateAt } from './entry-book.ts'
import { standAgain } from './opinions.store.ts'
import { assertHeld, listOf, noteEntryAct, type Stood, stand, standingOf } from './standing.store.ts'
import type { EntryActsTable } from './tables.ts'

/** What an act has done, or the id under which it waits for somebody else. */
export interface ActDone {
  readonly waits: string | null
  /** Of the exception that was made. */
  readonly exception: string | null
  readonly recorded: RecordedJson | null
}

const OPERATOR = 'operator'
const EMPTY = new Uint8Array()

/**
 * Says something of an entry. On a sealed list nothing changes yet: it waits for somebody else.
 *
 * @param sealed the act under the id that it has while it waits
 * @throws AppError `not_found` · `conflict` · `sealed` · `invalid`
 */
export const actOnEntry = defineWork(
  'entries.act',
  async (
    tx: Tx,
    input: { id: string; act: EntryAct; sealed: Uint8Array; doer: Doer; keys: RecordKeys },
  ): Promise<ActDone> => {
    const { act, doer } = input
    const list = await listOf(tx, act.list)
    const n = entryOf(act)
    if (n !== null) await assertHeld(tx, list, n)
    await assertSensible(tx, act, list)
    // Taking an exception back makes nothing silent: one person is enough.
    if (list.sealed === 0 || act.op === 'unexcept') {
      if (!isStandingAct(act)) throw new AppError('internal', 'What a list holds is changed by its library.')
      return carryOut(tx, act, { doer, by: await labelOfDoer(tx, doer), second: null }, input.keys)
    }
    await tx.db
      .insertInto('entry_acts')
      .values({
        ...{ id: input.id, list: act.list, n, op: act.op, body: input.sealed, reason: act.reason },
        ...{ asked_by: doer.staff ?? OPERATOR, at: tx.now, state: 'open', agreed_by: null, ended_at: null },
      })
      .execute()
    tx.hint('entries')
    return { waits: input.id, exception: null, recorded: null }
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
    const list = await listOf(tx, act.list)
    const n = entryOf(act)
    if (n !== null) await assertHeld(tx, list, n)
    await assertSensible(tx, act, list)
    const standing = isStandingAct(act)
    await tx.db
      .updateTable('entry_acts')
      .set({
        ...{ state: standing ? 'done' : 'agreed', agreed_by: doer.staff },
        ...(standing && { ended_at: tx.now, body: EMPTY }),
      })
      .where('id', '=', row.id)
      .execute()
    tx.hint('entries')
    if (!standing) return { waits: row.id, exception: null, recorded: null }
    const who = { doer, by: await labelOf(tx, row.asked_by), second: await labelOfDoer(tx, doer) }
    return carryOut(tx, act, who, input.keys)
  },
)

/** Takes back or refuses what waits for approval. @throws AppError `not_found` · `conflict` */
export const withdrawAct = defineWork(
  'entries.withdraw-act',
  async (tx: Tx, input: { id: string; doer: Doer }): Promise<Record<string, never>> => {
    const row = await openAct(tx, input.id)
    await endAct(tx, row.id, 'withdrawn')
    return {}
  },
)

/** Notes that what two people agreed to has been carried out. */
export const actCarriedOut = defineWork('entries.act-done', async (tx: Tx, input: { id: string }): Promise<void> => {
  await endAct(tx, input.id, 'done')
})

/** What waits for a second person, and what two have agreed to and a crash kept from being carried out. */
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

async function endAct(tx: Tx, id: string, state: 'done' | 'withdrawn'): Promise<void> {
  // What it was about goes with it: on a sealed list nothing else keeps a value.
  await tx.db.updateTable('entry_acts').set({ state, ended_at: tx.now, body: EMPTY }).where('id', '=', id).execute()
  tx.hint('entries')
}

interface Whose {
  readonly doer: Doer
  readonly by: string | null
  readonly second: string | null
}

/** Refuses what would change nothing, and what the list does not allow. */
async function assertSensible(tx: Tx, act: EntryAct, list: Pick<ListsTable, 'kind' | 'sealed'>): Promise<void> {
  switch (act.op) {
    case 'aside':
    case 'restore': {
      const row = await standingOf(tx, act.list, act.n)
      const state = row === undefined ? 'active' : stateAt({ ...row, untilAt: row.until_at, expiresAt: null }, tx.now)
      if ((state === 'aside') === (act.op === 'aside'))
        throw new AppError('conflict', `The entry is ${state} already; read the list again.`)
      return
    }
    case 'except':
      if (list.kind !== 'pdq' && (list.kind !== 'digest' || act.pdq !== null))
        throw new AppError(
          'invalid',
          'Only lists of hashes have exceptions, and what a picture looks like only lists of pictures.',
          {
            pointer: '/list',
          },
        )
      if (act.pdq !== null && list.sealed === 1)
        throw new AppError(
          'sealed',
          'On a sealed list an exception names a file by its SHA-256, not what it looks like.',
        )
      return
    case 'unexcept': {
      const found = await tx.db
        .selectFrom('exceptions')
        .select(['ended_at', 'ends_at'])
        .where('id', '=', act.exception)
        .executeTakeFirst()
      if (found === undefined) throw new AppError('not_found', 'There is no such exception.')
      if (found.ended_at !== null || found.ends_at <= tx.now)
        throw new AppError('conflict', 'The exception has ended already.')
      return
    }
    case 'add':
    case 'drop':
  }
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
      return { waits: null, exception: null, recorded: await note('active', `aside until ${until}: ${reason}`) }
    }
    case 'restore': {
      await put({ state: await standAgain(tx, list, n), until_at: null })
      return { waits: null, exception: null, recorded: await note('aside', `active: ${reason}`) }
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
      return { waits: null, exception: id, recorded: await note('a hit', `exception ${id} until ${until}: ${reason}`) }
    }
    case 'unexcept': {
      await tx.db.updateTable('exceptions').set({ ended_at: tx.now }).where('id', '=', act.exception).execute()
      tx.hint('entries')
      return { waits: null, exception: null, recorded: await note(`exception ${act.exception}`, `a hit: ${reason}`) }
    }
  }
}

async function assertChildSafety(tx: Tx, staff: readonly string[]): Promise<void> {
  const people = await allStaff.run(tx, undefined)
  if (people.some(({ id, roles }) => staff.includes(id) && roles.includes('child-safety'))) return
  throw new AppError(
    'forbidden',
    'At least one of the two must hold the role child-safety; ask such a person to approve.',
  )
}

async function labelOf(tx: Tx, staff: string): Promise<string | null> {
  return staff === OPERATOR ? null : staffLabel((await staffById(tx, staff)).number)
}
