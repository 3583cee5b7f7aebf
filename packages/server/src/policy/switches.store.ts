import type { RecordedJson } from '@lamplighter/api'
import { canonicalJson } from '@lamplighter/rules'
import { audit } from '../audit/index.ts'
import { sha256Hex } from '../http/crypto.ts'
import { AppError } from '../http/errors.ts'
import { allStaff, type Doer, labelOfDoer, staffById, staffLabel, whenAccessEnds } from '../people/index.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { PLATFORM, type RecordKeys, record } from '../transparency/index.ts'
import { alert } from './alerts.store.ts'
import type { SwitchChangesTable, SwitchesTable } from './rows.ts'
import { hasLapsed, SHIPPED_SWITCHES, type Switch, type SwitchSet, switchSet } from './switches.ts'
import { liveRow } from './versions.store.ts'

/** What a switch is asked to be. */
export type SwitchWish = Pick<Switch, 'on' | 'from' | 'until' | 'reviewBy' | 'law'> & { readonly reason: string }

const switchOf = (row: SwitchesTable): Switch => {
  const shipped = SHIPPED_SWITCHES.find(({ id }) => id === row.id)
  if (shipped === undefined) throw new AppError('internal', `There is no switch ${row.id}.`)
  return {
    ...{ id: row.id, jurisdiction: shipped.jurisdiction, on: row.is_on === 1, from: row.from_at, until: row.until_at },
    ...{ enabledBy: [row.asked_by, row.agreed_by], reason: row.reason, reviewBy: row.review_by, law: row.law },
  }
}

const newestFirst = async ({ db }: Pick<Tx | ReadDb, 'db'>): Promise<SwitchesTable[]> =>
  db.selectFrom('switches').selectAll().orderBy('version', 'desc').execute()

/** The newest row of each switch stands; what was never changed is as it was shipped. */
function setOf(rows: readonly SwitchesTable[]): SwitchSet {
  const standing = SHIPPED_SWITCHES.map((shipped) => {
    const row = rows.find(({ id }) => id === shipped.id)
    return row === undefined ? shipped : switchOf(row)
  })
  return switchSet(rows[0]?.version ?? 0, standing)
}

/** Every switch as it stands. */
export const presentSwitches = defineQuery(
  'policy.switches',
  async (from: ReadDb): Promise<SwitchSet> => setOf(await newestFirst(from)),
)

/** Every switch as it stands and stood, and what is asked for. */
export const switchBook = defineQuery('policy.switch-book', async (from: ReadDb) => {
  const rows = await newestFirst(from)
  const open = await from.db.selectFrom('switch_changes').selectAll().where('state', '=', 'open').execute()
  return { set: setOf(rows), rows, open }
})

/** Notes what somebody asks for. Nothing changes before somebody else has agreed. @throws AppError `conflict` */
export const proposeSwitch = defineWork(
  'policy.propose-switch',
  async (tx: Tx, input: { id: string; wish: SwitchWish; doer: Doer }): Promise<{ id: string; hash: string }> => {
    const { wish, doer } = input
    const waiting = await tx.db
      .selectFrom('switch_changes')
      .select('id')
      .where('switch', '=', input.id)
      .where('state', '=', 'open')
      .executeTakeFirst()
    if (waiting !== undefined)
      throw new AppError('conflict', 'A change of this switch waits for approval; approve or withdraw that one first.')
    const set = await presentSwitches.run(tx, undefined)
    const present = set.switches.find(({ id }) => id === input.id)
    if (!wish.on && present?.on === false) throw new AppError('conflict', 'This switch is off already.')
    const id = tx.fresh.id('sw')
    const hash = `sha256:${sha256Hex(canonicalJson({ switch: input.id, change: id, base: set.hash, ...wish }))}`
    await tx.db
      .insertInto('switch_changes')
      .values({
        ...{ id, switch: input.id, hash, base: set.hash, at: tx.now, asked_by: doer.staff ?? 'operator' },
        ...{ is_on: wish.on ? 1 : 0, from_at: wish.from, until_at: wish.until, review_by: wish.reviewBy },
        ...{ law: wish.law, reason: wish.reason, state: 'open', ended_at: null, ended_by: null },
      })
      .execute()
    await noteAct(tx, doer, 'switches.propose', input.id, wish.reason)
    tx.hint('switches')
    return { id, hash }
  },
)

/**
 * Agrees to what somebody else has asked for: a new version of the switches, with its ledger leaf. Of the two at least one holds the role
 * legal.
 *
 * @throws AppError `not_found` · `stale_revision` · `conflict` · `second_person_required` · `forbidden`
 */
export const approveSwitch = defineWork(
  'policy.approve-switch',
  async (
    tx: Tx,
    input: { id: string; hash: string; doer: Doer; keys: RecordKeys },
  ): Promise<{ set: SwitchSet; switch: string; recorded: RecordedJson }> => {
    const { doer } = input
    const change = await openChange(tx, input.id)
    if (change.hash !== input.hash)
      throw new AppError('stale_revision', 'The hash is that of another change; read it again and send this one’s.')
    if (doer.staff === null) throw new AppError('forbidden', 'A person approves, signed in by name.')
    if (doer.staff === change.asked_by)
      throw new AppError('second_person_required', 'Nobody approves what they have asked for; ask a colleague.')
    await assertLegal(tx, [change.asked_by, doer.staff])
    if (change.is_on === 1 && !(change.review_by !== null && change.review_by > tx.now))
      throw new AppError('conflict', 'The date of its review is over by now; withdraw it and ask anew.')
    if (change.until_at !== null && change.until_at <= tx.now)
      throw new AppError('conflict', 'It would have ended by now; withdraw it and ask anew.')
    const before = await newestFirst(tx)
    const from = change.is_on === 1 ? Math.max(tx.now, change.from_at ?? tx.now) : null
    const agreedBy = await labelOfDoer(tx, doer)
    const askedBy = await labelOf(tx, change.asked_by)
    const row: Omit<SwitchesTable, 'hash' | 'record'> = {
      ...{ id: change.switch, version: (before[0]?.version ?? 0) + 1, is_on: change.is_on, from_at: from },
      ...{ until_at: change.until_at, review_by: change.review_by, law: change.law, reason: change.reason },
      ...{ asked_by: askedBy ?? 'operator', agreed_by: agreedBy ?? '', at: tx.now, alarmed_at: null },
    }
    const set = setOf([{ ...row, hash: '', record: '' }, ...before])
    const standing = before.find(({ id }) => id === row.id)
    const recorded = await record(
      tx,
      {
        kind: 'setting',
        affected: PLATFORM,
        fields: {
          name: `switch.${row.id}`,
          from: standing === undefined ? 'off' : toldOf(standing),
          to: toldOf(row),
          by: askedBy,
          second: agreedBy,
          solo: false,
        },
      },
      input.keys,
    )
    await tx.db
      .insertInto('switches')
      .values({ ...row, hash: set.hash, record: recorded.record })
      .execute()
    await end(tx, change, 'approved', doer.staff)
    await noteAct(tx, doer, 'switches.approve', row.id, change.reason)
    tx.hint('switches')
    return { set, switch: row.id, recorded }
  },
)

/** Takes back or refuses what waits for approval. @throws AppError `not_found` · `conflict` */
export const withdrawSwitch = defineWork(
  'policy.withdraw-switch',
  async (tx: Tx, input: { id: string; reason: string; doer: Doer }): Promise<Record<string, never>> => {
    const change = await openChange(tx, input.id)
    await end(tx, change, 'withdrawn', input.doer.staff ?? 'operator')
    await noteAct(tx, input.doer, 'switches.withdraw', change.switch, input.reason)
    tx.hint('switches')
    return {}
  },
)

// Halves of acts by two people end with the access of whoever began them (security.md §3).
whenAccessEnds(async (tx, staff) => {
  await tx.db
    .updateTable('switch_changes')
    .set({ state: 'withdrawn', ended_at: tx.now, ended_by: 'access ended' })
    .where('asked_by', '=', staff)
    .where('state', '=', 'open')
    .execute()
  tx.hint('switches')
})

/** Tells leads and legal, once, of every switch that is on in the books and off by the clock; returns how many are new. */
export const tellLapsed = defineWork('policy.tell-lapsed', async (tx: Tx): Promise<number> => {
  const rows = await newestFirst(tx)
  const standing = SHIPPED_SWITCHES.flatMap(({ id }) => rows.find((row) => row.id === id) ?? [])
  const lapsed = standing.filter((row) => row.alarmed_at === null && hasLapsed(switchOf(row), tx.now))
  const live = await liveRow(tx)
  for (const row of lapsed) {
    await tx.db
      .updateTable('switches')
      .set({ alarmed_at: tx.now })
      .where('id', '=', row.id)
      .where('version', '=', row.version)
      .execute()
    if (live === undefined) continue
    const { name, version } = live
    const words = 'a switch is past its end or its review: it is off, and private content is not read'
    await alert(tx, { kind: 'switch', name, version, rule: row.id, roles: ['lead', 'legal'], words })
  }
  return lapsed.length
})

/** @throws AppError `not_found` · `conflict` it waits for nobody any more */
async function openChange(tx: Tx, id: string): Promise<SwitchChangesTable> {
  const row = await tx.db.selectFrom('switch_changes').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'There is no such change of a switch.')
  if (row.state !== 'open')
    throw new AppError('conflict', `It waits for nobody’s approval any more (${row.state}); read the switches again.`)
  return row
}

async function end(tx: Tx, { id }: SwitchChangesTable, state: 'approved' | 'withdrawn', by: string): Promise<void> {
  const over = { state, ended_at: tx.now, ended_by: by }
  await tx.db.updateTable('switch_changes').set(over).where('id', '=', id).execute()
}

async function assertLegal(tx: Tx, staff: readonly string[]): Promise<void> {
  const people = await allStaff.run(tx, undefined)
  if (people.some(({ id, roles }) => staff.includes(id) && roles.includes('legal'))) return
  throw new AppError('forbidden', 'At least one of the two must hold the role legal; ask such a person to approve.')
}

async function labelOf(tx: Tx, staff: string): Promise<string | null> {
  if (staff === 'operator') return null
  return staffLabel((await staffById(tx, staff)).number)
}

/** What the public log says of a switch. */
const toldOf = ({
  is_on,
  from_at,
  until_at,
  review_by,
  law,
  reason,
}: Omit<SwitchesTable, 'hash' | 'record'>): string =>
  is_on === 0 ? 'off' : canonicalJson({ on: true, from: from_at, until: until_at, reviewBy: review_by, law, reason })

async function noteAct(tx: Tx, doer: Doer, act: string, object: string, reason: string): Promise<void> {
  const { name: who, request, touch } = doer
  await audit(tx, { ...{ who, act, kind: 'switch', object, reason, request }, touch: touch ?? undefined })
}
