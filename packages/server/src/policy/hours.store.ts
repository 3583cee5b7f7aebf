import { defineWork, type Tx } from '../storage/index.ts'
import type { RecordKeys } from '../transparency/index.ts'
import { alert } from './alerts.store.ts'
import { ceilingOf, isAbove } from './breaker.ts'
import { noteStep } from './notes.store.ts'
import type { HoursTable, VersionsTable } from './rows.ts'
import { liveRow } from './versions.store.ts'

const HOUR_MS = 3_600_000
const MACHINE = { name: 'machine', staff: null, touch: null, request: 'breaker' } as const

/**
 * Adds what rules said since the last time to the counts of their hours, and opens the breakers of live rules that fire too often.
 *
 * @returns how many breakers opened
 */
export const countRules = defineWork(
  'policy.count',
  async (tx: Tx, input: { counts: readonly HoursTable[]; keys: RecordKeys }): Promise<number> => {
    for (const row of input.counts) {
      await tx.db
        .insertInto('rule_hours')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['name', 'version', 'rule', 'hour']).doUpdateSet((all) => ({
            asked: all('rule_hours.asked', '+', row.asked),
            fired: all('rule_hours.fired', '+', row.fired),
            undecided: all('rule_hours.undecided', '+', row.undecided),
            only_new: all('rule_hours.only_new', '+', row.only_new),
            only_live: all('rule_hours.only_live', '+', row.only_live),
            people: all('rule_hours.people', '+', row.people),
          })),
        )
        .execute()
    }
    const live = await liveRow(tx)
    if (live === undefined) return 0
    const own = input.counts.filter(
      ({ name, version, fired }) => name === live.name && version === live.version && fired > 0,
    )
    let opened = 0
    for (const row of own) opened += Number(await openBreaker(tx, live, row, input.keys))
    return opened
  },
)

async function openBreaker(
  tx: Tx,
  live: VersionsTable,
  { rule, hour }: HoursTable,
  keys: RecordKeys,
): Promise<boolean> {
  const { name, version } = live
  const breaker = await tx.db
    .selectFrom('rule_breakers')
    .selectAll()
    .where('name', '=', name)
    .where('version', '=', version)
    .where('rule', '=', rule)
    .executeTakeFirst()
  if (breaker === undefined || breaker.tripped_at !== null || hour < breaker.armed_at) return false
  const { fired } = await tx.db
    .selectFrom('rule_hours')
    .select('fired')
    .where('name', '=', name)
    .where('version', '=', version)
    .where('rule', '=', rule)
    .where('hour', '=', hour)
    .executeTakeFirstOrThrow()
  if (!isAbove(fired, breaker.ceiling)) return false
  await tx.db
    .updateTable('rule_breakers')
    .set({ tripped_at: tx.now })
    .where('name', '=', name)
    .where('version', '=', version)
    .where('rule', '=', rule)
    .execute()
  const words = `fired ${fired} times in an hour; ${breaker.ceiling} is five times what shadow saw`
  await alert(tx, { kind: 'breaker', name, version, rule, roles: ['lead'], words })
  await noteStep(tx, live, {
    ...{ op: 'paused', doer: MACHINE, approvals: 0, solo: false, previous: null, keys, rule },
    reason: 'breaker',
  })
  return true
}

/** Sets the breakers of a version that goes live, by its hours in shadow. Part of the caller's transaction. */
export async function armBreakers(tx: Tx, { name, version }: VersionsTable): Promise<void> {
  const hours = await tx.db
    .selectFrom('rule_hours')
    .select(['rule', 'fired'])
    .where('name', '=', name)
    .where('version', '=', version)
    .execute()
  for (const rule of new Set(hours.map((row) => row.rule))) {
    const ceiling = ceilingOf(hours.filter((row) => row.rule === rule).map(({ fired }) => fired))
    if (ceiling === null) continue
    const values = { ceiling, armed_at: tx.now - (tx.now % HOUR_MS), tripped_at: null }
    await tx.db
      .insertInto('rule_breakers')
      .values({ name, version, rule, ...values })
      .onConflict((conflict) => conflict.columns(['name', 'version', 'rule']).doUpdateSet(values))
      .execute()
  }
}

/** Closes an open breaker; it looks again from the next hour on. Gives how many there were. */
export async function closeBreaker(tx: Tx, { name, version }: VersionsTable, rule: string): Promise<number> {
  const closed = await tx.db
    .updateTable('rule_breakers')
    .set({ tripped_at: null, armed_at: tx.now - (tx.now % HOUR_MS) + HOUR_MS })
    .where('name', '=', name)
    .where('version', '=', version)
    .where('rule', '=', rule)
    .where('tripped_at', 'is not', null)
    .executeTakeFirst()
  return Number(closed.numUpdatedRows)
}
