import type { Role } from '@lamplighter/api'
import { coldAmong, LIVE } from '../counters/index.ts'
import { AppError } from '../http/errors.ts'
import { allStaff } from '../people/index.ts'
import { defineQuery, type ReadDb, type Tx } from '../storage/index.ts'
import { type Compared, LEARNER } from './compare.ts'
import type { HistoryTable, HoursTable, PausesTable, VersionsTable } from './rows.ts'
import type { Approval, Standing } from './states.ts'

type From = Pick<Tx | ReadDb, 'db'>

/** @throws AppError `not_found` */
export async function versionRow({ db }: From, name: string, version: number): Promise<VersionsTable> {
  const row = await db
    .selectFrom('ruleset_versions')
    .selectAll()
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', `There is no version ${version} of this rule set.`)
  return row
}

export async function liveRow({ db }: From): Promise<VersionsTable | undefined> {
  return db.selectFrom('ruleset_versions').selectAll().where('state', '=', 'live').executeTakeFirst()
}

/** The version that runs beside the live one. */
export async function besideRow({ db }: From): Promise<VersionsTable | undefined> {
  return db.selectFrom('ruleset_versions').selectAll().where('state', 'in', ['shadow', 'trial']).executeTakeFirst()
}

/** The version that a rollback leads to. */
async function beforeRow(from: From): Promise<VersionsTable | undefined> {
  const hash = (await liveRow(from))?.before_hash
  if (hash == null) return undefined
  return from.db.selectFrom('ruleset_versions').selectAll().where('hash', '=', hash).executeTakeFirst()
}

async function openBreakers(from: From): Promise<string[]> {
  const live = await liveRow(from)
  if (live === undefined) return []
  const rows = await from.db
    .selectFrom('rule_breakers')
    .select('rule')
    .where('name', '=', live.name)
    .where('version', '=', live.version)
    .where('tripped_at', 'is not', null)
    .execute()
  return rows.map(({ rule }) => rule)
}

/** Everything that is known of a version when a step is asked for; `compared` was worked out from the texts before. */
export async function standingOf(from: ReadDb | Tx, row: VersionsTable, compared: Compared): Promise<Standing> {
  const beside = await besideRow(from)
  const isSelf = beside?.name === row.name && beside.version === row.version
  const people = (await allStaff.run(from, undefined)).filter(({ state }) => state === 'active')
  const events = await eventsOf(from, row)
  const cold = await coldAmong(from, LIVE, compared.counters)
  const models = await from.db.selectFrom('models').select('policy').where('state', '=', 'live').execute()
  const taught = new Set(models.map(({ policy }) => `${LEARNER}${policy}`))
  return {
    hash: row.hash,
    state: row.state,
    author: row.author,
    changes: compared.changes.map((change) => ({ ...change, events: events.get(change.rule) ?? 0 })),
    uncovered: compared.uncovered,
    besideSince: row.beside_since,
    // Whoever left agrees to nothing any more (security.md §3).
    approvals: (await approvalsOf(from, row.hash)).filter(({ staff }) => people.some(({ id }) => id === staff)),
    coldCounters: compared.counters.filter(({ id }) => cold.has(id)).map(({ name }) => name),
    untaught: compared.learners.filter((learner) => !taught.has(learner)),
    beside: beside === undefined || isSelf ? null : `${beside.name} ${beside.version}`,
    sameSchema: compared.sameSchema,
    oneStaff: people.length === 1,
  }
}

async function approvalsOf({ db }: From, hash: string): Promise<Approval[]> {
  const rows = await db.selectFrom('ruleset_approvals').selectAll().where('hash', '=', hash).orderBy('at').execute()
  return rows.map((row) => ({ staff: row.staff, hash: row.hash, roles: JSON.parse(row.roles) as Role[] }))
}

/** Events of its kinds that each rule was asked beside the live version. */
async function eventsOf({ db }: From, row: VersionsTable): Promise<Map<string, number>> {
  if (row.beside_since === null) return new Map()
  const rows = await db
    .selectFrom('rule_hours')
    .select(({ fn }) => ['rule', fn.sum<number>('asked').as('asked')])
    .where('name', '=', row.name)
    .where('version', '=', row.version)
    .groupBy('rule')
    .execute()
  return new Map(rows.map(({ rule, asked }) => [rule, Number(asked)]))
}

/** Every version, newest last. */
export const versions = defineQuery(
  'policy.versions',
  async ({ db }: ReadDb): Promise<VersionsTable[]> =>
    db.selectFrom('ruleset_versions').selectAll().orderBy('name').orderBy('version').execute(),
)

export const oneVersion = defineQuery(
  'policy.version',
  (from: ReadDb, input: { name: string; version: number }): Promise<VersionsTable> =>
    versionRow(from, input.name, input.version),
)

/** What runs: the live version, the one beside it, the one it would go back to, pauses that have not ended, and rules of the live version whose breaker is open. */
export const whatRuns = defineQuery(
  'policy.what-runs',
  async (
    from: ReadDb,
  ): Promise<{
    live: VersionsTable | undefined
    beside: VersionsTable | undefined
    before: VersionsTable | undefined
    pauses: PausesTable[]
    open: string[]
  }> => ({
    live: await liveRow(from),
    open: await openBreakers(from),
    beside: await besideRow(from),
    before: await beforeRow(from),
    pauses: await from.db
      .selectFrom('rule_pauses')
      .selectAll()
      .where('ended_at', 'is', null)
      .where('until', '>', from.now)
      .orderBy('at')
      .execute(),
  }),
)

export const versionByHash = defineQuery(
  'policy.version-by-hash',
  async ({ db }: ReadDb, hash: string): Promise<VersionsTable | undefined> =>
    db.selectFrom('ruleset_versions').selectAll().where('hash', '=', hash).executeTakeFirst(),
)

export const standing = defineQuery(
  'policy.standing',
  async (from: ReadDb, input: { name: string; version: number; compared: Compared }): Promise<Standing> =>
    standingOf(from, await versionRow(from, input.name, input.version), input.compared),
)

/** What happened to a version, oldest first. */
export const historyOf = defineQuery(
  'policy.history',
  async ({ db }: ReadDb, input: { name: string; version: number }): Promise<HistoryTable[]> =>
    db
      .selectFrom('ruleset_history')
      .selectAll()
      .where('name', '=', input.name)
      .where('version', '=', input.version)
      .orderBy('n')
      .execute(),
)

/** Who agreed, oldest first; `by` is a staff id. */
export const approvalRows = defineQuery(
  'policy.approvals',
  async (
    { db }: ReadDb,
    hash: string,
  ): Promise<{ by: string; roles: Role[]; note: string; at: number; hash: string }[]> => {
    const rows = await db.selectFrom('ruleset_approvals').selectAll().where('hash', '=', hash).orderBy('at').execute()
    return rows.map(({ staff, roles, note, at }) => ({ by: staff, roles: JSON.parse(roles) as Role[], note, at, hash }))
  },
)

/** What the rules of a version said, hour by hour. */
export const hoursOf = defineQuery(
  'policy.hours',
  async ({ db }: ReadDb, input: { name: string; version: number }): Promise<HoursTable[]> =>
    db
      .selectFrom('rule_hours')
      .selectAll()
      .where('name', '=', input.name)
      .where('version', '=', input.version)
      .orderBy('hour')
      .execute(),
)
