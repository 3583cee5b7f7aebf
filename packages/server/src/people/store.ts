import { Role } from '@lamplighter/api'
import { z } from 'zod'
import { audit } from '../audit/index.ts'
import { AppError } from '../http/errors.ts'
import { defineErrors, defineQuery, defineSchema, defineWork, type ReadDb, type Tx, table } from '../storage/index.ts'
import type { RecordKeys } from '../transparency/index.ts'
import { endAccess } from './hooks.ts'
import { recordRoles } from './ledger.ts'
import { assertAdminLeft, assertMayGive, type Doer, type Staff, type StaffState } from './staff.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    staff: StaffTable
  }
}

interface StaffTable {
  id: string
  number: number
  name: string
  roles: string
  state: StaffState
  created_at: number
  revoked_at: number | null
  last_seen_day: string | null
  revision: number
}

// Refusals of works reach the caller as what they are.
defineErrors(AppError)

export const schema = defineSchema({
  subject: 'people',
  steps: [
    {
      id: '0001-staff',
      up: (engine) => [
        table(engine, 'staff', {
          id: 'text primary key',
          number: 'bigint not null unique',
          name: 'text not null',
          roles: 'text not null',
          state: 'text not null',
          created_at: 'bigint not null',
          revoked_at: 'bigint',
          last_seen_day: 'text',
          revision: 'bigint not null default 1',
        }),
      ],
    },
  ],
  tables: { staff: { kept: { forever: 'numbers in records stay explained; a revoked person keeps theirs' } } },
})

const Roles = z.array(Role)

const staffOf = (row: StaffTable): Staff => ({
  id: row.id,
  number: row.number,
  name: row.name,
  roles: Roles.parse(JSON.parse(row.roles)),
  state: row.state,
  lastSeenDay: row.last_seen_day,
  revision: row.revision,
})

/** @throws AppError `not_found` */
export async function staffById(from: Pick<Tx | ReadDb, 'db'>, id: string): Promise<Staff> {
  const row = await from.db.selectFrom('staff').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'There is nobody with this id.')
  return staffOf(row)
}

async function activeAdmins(tx: Tx): Promise<number> {
  const rows = await tx.db.selectFrom('staff').selectAll().where('state', '=', 'active').execute()
  return rows.map(staffOf).filter((one) => one.roles.includes('admin')).length
}

/** All staff, oldest number first. */
export const allStaff = defineQuery('people.all', async ({ db }): Promise<Staff[]> => {
  const rows = await db.selectFrom('staff').selectAll().orderBy('number').execute()
  return rows.map(staffOf)
})

export const oneStaff = defineQuery('people.one', async (read, input: { id: string }) => staffById(read, input.id))

/** True before anybody has ever signed in: only then does the first link work (security.md §3). */
export async function nobodyActive(from: Pick<Tx | ReadDb, 'db'>): Promise<boolean> {
  const row = await from.db.selectFrom('staff').select('id').where('state', '!=', 'invited').limit(1).executeTakeFirst()
  return row === undefined
}

export interface Invitation {
  readonly id: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly doer: Doer
  readonly keys: RecordKeys
}

/** Adds a person who may be signed in by a link. The number is the next free one. */
export async function addStaff(tx: Tx, input: Invitation, state: StaffState = 'invited'): Promise<Staff> {
  assertMayGive(input.doer, { id: input.id, roles: [] }, input.roles)
  const last = await tx.db.selectFrom('staff').select('number').orderBy('number', 'desc').limit(1).executeTakeFirst()
  const row: StaffTable = {
    id: input.id,
    number: (last?.number ?? 0) + 1,
    name: input.name,
    roles: JSON.stringify([...new Set(input.roles)]),
    state,
    created_at: tx.now,
    revoked_at: null,
    last_seen_day: null,
    revision: 1,
  }
  await tx.db.insertInto('staff').values(row).execute()
  await audited(tx, input.doer, 'people.invite', input.id)
  await recordRoles(tx, { op: 'granted', number: row.number, roles: input.roles }, input.doer, input.keys)
  return staffOf(row)
}

export const revokeStaff = defineWork(
  'people.revoke',
  async (tx, input: { id: string; reason: string; doer: Doer; keys: RecordKeys }): Promise<void> => {
    const person = await staffById(tx, input.id)
    if (person.state === 'revoked') throw new AppError('conflict', 'This person’s access has ended already.')
    assertAdminLeft(person, await activeAdmins(tx))
    await changed(tx, person, { state: 'revoked', revoked_at: tx.now })
    await endAccess(tx, input.id)
    await audited(tx, input.doer, 'people.revoke', input.id, input.reason)
    await recordRoles(tx, { op: 'revoked', number: person.number, roles: [] }, input.doer, input.keys)
  },
  { urgent: true },
)

export const setRoles = defineWork(
  'people.roles',
  async (
    tx,
    input: { id: string; roles: readonly Role[]; reason: string; doer: Doer; keys: RecordKeys },
  ): Promise<void> => {
    const person = await staffById(tx, input.id)
    if (person.state === 'revoked') throw new AppError('conflict', 'This person’s access has ended.')
    assertMayGive(input.doer, person, input.roles)
    if (!input.roles.includes('admin')) assertAdminLeft(person, await activeAdmins(tx))
    await changed(tx, person, { roles: JSON.stringify([...new Set(input.roles)]) })
    await endAccess(tx, input.id)
    await audited(tx, input.doer, 'people.roles', input.id, input.reason)
    const granted = input.roles.filter((role) => !person.roles.includes(role))
    const removed = person.roles.filter((role) => !input.roles.includes(role))
    const note = (op: 'granted' | 'removed', roles: readonly Role[]) =>
      roles.length === 0 ? undefined : recordRoles(tx, { op, number: person.number, roles }, input.doer, input.keys)
    await note('granted', granted)
    await note('removed', removed)
  },
  { urgent: true },
)

/** A person who signs in for the first time becomes active; the day is all that is kept of each later time. */
export async function markSeen(tx: Tx, person: Staff): Promise<void> {
  const day = new Date(tx.now).toISOString().slice(0, 10)
  if (person.state === 'active' && person.lastSeenDay === day) return
  await changed(tx, person, { state: 'active', last_seen_day: day })
}

async function changed(tx: Tx, person: Staff, values: Partial<StaffTable>): Promise<void> {
  const done = await tx.db
    .updateTable('staff')
    .set({ ...values, revision: person.revision + 1 })
    .where('id', '=', person.id)
    .where('revision', '=', person.revision)
    .executeTakeFirst()
  tx.affect(done.numUpdatedRows, 1)
}

export async function audited(tx: Tx, doer: Doer, act: string, object: string, reason?: string): Promise<void> {
  await audit(tx, {
    who: doer.name,
    act,
    kind: 'staff',
    object,
    reason,
    request: doer.request,
    touch: doer.touch ?? undefined,
  })
}
