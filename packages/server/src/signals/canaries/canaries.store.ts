import type { RecordedJson } from '@lamplighter/api'
import { audit } from '../../audit/index.ts'
import { AppError } from '../../http/errors.ts'
import { type Doer, labelOfDoer } from '../../people/index.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../../storage/index.ts'
import { PLATFORM, type RecordKeys, record } from '../../transparency/index.ts'
import { assertChildSafety } from '../lists/entry-checks.store.ts'
import type { CanariesTable } from './tables.ts'

/** The pictures that count, in the order in which they were added. */
export const ownCanaries = defineQuery(
  'canaries.all',
  async ({ db }: ReadDb): Promise<CanariesTable[]> =>
    db.selectFrom('canaries').selectAll().where('ended_at', 'is', null).orderBy('at').orderBy('id').execute(),
)

/** Adds a picture. The same file again is the one that is there. */
export const addCanary = defineWork(
  'canaries.add',
  async (
    tx: Tx,
    input: Pick<CanariesTable, 'id' | 'name' | 'file_key' | 'hashes' | 'readings'> & {
      readonly doer: Doer
      readonly keys: RecordKeys
    },
  ): Promise<{ id: string; recorded: RecordedJson | null }> => {
    const { doer, keys, ...columns } = input
    const there = await tx.db
      .selectFrom('canaries')
      .select('id')
      .where('file_key', '=', input.file_key)
      .where('ended_at', 'is', null)
      .executeTakeFirst()
    if (there !== undefined) return { id: there.id, recorded: null }
    const asked_by = doer.staff ?? doer.name
    await tx.db
      .insertInto('canaries')
      .values({ ...columns, asked_by, at: tx.now, agreed_by: null, ended_at: null })
      .execute()
    return { id: input.id, recorded: await note(tx, { id: input.id, from: 'none', to: 'added', doer, keys }) }
  },
)

/** @throws AppError `not_found` · `conflict` · `second_person_required` · `forbidden` */
export const approveCanary = defineWork(
  'canaries.approve',
  async (
    tx: Tx,
    { id, doer, keys }: { readonly id: string; readonly doer: Doer; readonly keys: RecordKeys },
  ): Promise<RecordedJson> => {
    const row = await standing(tx, id)
    if (row.agreed_by !== null) throw new AppError('conflict', 'Somebody has agreed to it already.')
    if (doer.staff === null) throw new AppError('forbidden', 'A person approves, signed in by name.')
    if (doer.staff === row.asked_by)
      throw new AppError('second_person_required', 'Nobody approves what they have added; ask a colleague.')
    await assertChildSafety(tx, [row.asked_by, doer.staff])
    await tx.db.updateTable('canaries').set({ agreed_by: doer.staff }).where('id', '=', id).execute()
    return note(tx, { id, from: 'added', to: 'for_sealed_lists', doer, keys })
  },
)

/** One person is enough: it makes nothing silent. @throws AppError `not_found` · `conflict` */
export const removeCanary = defineWork(
  'canaries.remove',
  async (
    tx: Tx,
    input: { readonly id: string; readonly reason: string; readonly doer: Doer; readonly keys: RecordKeys },
  ): Promise<RecordedJson> => {
    const { id, reason, doer, keys } = input
    const row = await standing(tx, id)
    await tx.db
      .updateTable('canaries')
      .set({ ended_at: tx.now, hashes: new Uint8Array() })
      .where('id', '=', id)
      .execute()
    const from = row.agreed_by === null ? 'added' : 'for_sealed_lists'
    return note(tx, { id, from, to: 'removed', reason, doer, keys })
  },
)

async function standing({ db }: Pick<Tx, 'db'>, id: string): Promise<CanariesTable> {
  const row = await db.selectFrom('canaries').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'There is no such picture; see GET /v1/canaries.')
  if (row.ended_at !== null) throw new AppError('conflict', 'The picture was taken out already.')
  return row
}

/** Leaf and line of what was done with a picture: never its hash. */
async function note(
  tx: Tx,
  act: {
    readonly id: string
    readonly from: string
    readonly to: string
    readonly reason?: string
    readonly doer: Doer
    readonly keys: RecordKeys
  },
): Promise<RecordedJson> {
  const { id, from, to, doer, keys } = act
  const by = await labelOfDoer(tx, doer)
  const fields = { name: `canary.${id}`, from, to, by, second: null, solo: false }
  const recorded = await record(tx, { kind: 'setting', affected: PLATFORM, fields }, keys)
  const { name: who, request, touch } = doer
  const line = { who, act: 'lists.canary', kind: 'canary', object: id, reason: act.reason ?? to, request }
  await audit(tx, { ...line, touch: touch ?? undefined })
  return recorded
}
