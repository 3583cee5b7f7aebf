import { sql } from 'kysely'
import { defineWork } from '../../storage/define.ts'
import type { Tx } from '../../storage/seam.ts'
import type { LedgerAct } from '../acts.ts'
import { type Recorded, type RecordKeys, record } from '../record.ts'

/** One transaction with these acts; throws after so many of them, where that is asked. */
export const recordActs = defineWork(
  'testing.recordActs',
  async (tx: Tx, input: { acts: readonly LedgerAct[]; keys: RecordKeys; failAfter?: number }): Promise<Recorded[]> => {
    const made: Recorded[] = []
    for (const act of input.acts) {
      made.push(await record(tx, act, input.keys))
      if (made.length === input.failAfter) throw new TypeError('the act failed after its records')
    }
    return made
  },
)

/** Any SQL, to put a database into a state that no code of ours makes. */
export const tamper = defineWork('testing.tamper', async (tx: Tx, statements: readonly string[]): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(tx.db)
})
