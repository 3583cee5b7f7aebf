import type { Role } from '@lamplighter/api'
import type { Tx } from '../storage/index.ts'
import { type ActFields, PLATFORM, type RecordKeys, record } from '../transparency/index.ts'
import { type Doer, staffLabel } from './staff.ts'

export interface RoleChange {
  readonly op: ActFields['role']['op']
  /** Number of the person whose access changes. */
  readonly number: number
  /** One record each; none: the access as a whole. */
  readonly roles: readonly Role[]
}

/** Notes in the ledger who may do what from now on, in the transaction of the change (ledger.md §4, kind 11). */
export async function recordRoles(tx: Tx, change: RoleChange, doer: Doer, keys: RecordKeys): Promise<void> {
  const by = await labelOfDoer(tx, doer)
  for (const role of change.roles.length === 0 ? [null] : change.roles) {
    const fields = { op: change.op, who: staffLabel(change.number), role, by, second: null }
    await record(tx, { kind: 'role', affected: PLATFORM, fields }, keys)
  }
}

/** The operator of the machine has no number: `null`. What a key did is the key's: `key:8fq2kx7m3d`. */
export async function labelOfDoer(tx: Tx, doer: Doer): Promise<string | null> {
  if (doer.staff === null) return doer.name.startsWith('key:') ? doer.name : null
  const row = await tx.db.selectFrom('staff').select('number').where('id', '=', doer.staff).executeTakeFirstOrThrow()
  return staffLabel(row.number)
}
