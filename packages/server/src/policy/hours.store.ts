import { defineWork, type Tx } from '../storage/index.ts'
import type { HoursTable } from './tables.ts'

/** Adds what rules said since the last time to the counts of their hours. */
export const countRules = defineWork(
  'policy.count',
  async (tx: Tx, input: { counts: readonly HoursTable[] }): Promise<void> => {
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
  },
)
