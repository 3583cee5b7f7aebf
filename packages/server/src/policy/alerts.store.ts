import type { Role } from '@lamplighter/api'
import { defineQuery, type ReadDb, type Tx } from '../storage/index.ts'
import type { AlertsTable, BreakersTable } from './rows.ts'

/** Tells everybody who holds one of these roles: open consoles hear at once, others see it when they come. Part of the caller's transaction. */
export async function alert(
  tx: Tx,
  of: { kind: AlertsTable['kind']; name: string; version: number; rule: string; roles: readonly Role[]; words: string },
): Promise<void> {
  await tx.db
    .insertInto('rule_alerts')
    .values({ ...of, id: tx.fresh.id('ra'), at: tx.now, roles: JSON.stringify(of.roles) })
    .execute()
  tx.hint('rulesets')
}

/** Alerts of the last days and the breakers of one rule set, newest first. */
export const alertsOf = defineQuery(
  'policy.alerts',
  async (
    { db }: ReadDb,
    input: { name: string; since: number },
  ): Promise<{ alerts: AlertsTable[]; breakers: BreakersTable[] }> => ({
    alerts: await db
      .selectFrom('rule_alerts')
      .selectAll()
      .where('name', '=', input.name)
      .where('at', '>=', input.since)
      .orderBy('at', 'desc')
      .limit(200)
      .execute(),
    breakers: await db
      .selectFrom('rule_breakers')
      .selectAll()
      .where('name', '=', input.name)
      .orderBy('version', 'desc')
      .orderBy('rule')
      .execute(),
  }),
)
