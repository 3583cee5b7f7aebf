import { AppError } from '../http/errors.ts'
import { type Doer, staffById } from '../people/index.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import type { Compared } from './compare.ts'
import { note } from './notes.store.ts'
import { refuseUnmet } from './refusal.ts'
import { approvalFaults, validApprovals } from './states.ts'
import { standingOf, versionRow } from './versions.store.ts'

/** Agrees to the bytes with this hash. The roles of the approver are kept: they are what the agreement rests on. */
export const approve = defineWork(
  'policy.approve',
  async (
    tx: Tx,
    input: { name: string; version: number; hash: string; note: string; doer: Doer; compared: Compared },
  ): Promise<{ approvals: number }> => {
    const row = await versionRow(tx, input.name, input.version)
    const { staff } = input.doer
    if (staff === null) throw new AppError('forbidden', 'A person approves, signed in by name.')
    const opened = await openedBy(tx, { hash: row.hash, staff })
    const standing = await standingOf(tx, row, input.compared)
    refuseUnmet(approvalFaults(standing, { staff, hash: input.hash, opened }))
    const { roles } = await staffById(tx, staff)
    await tx.db
      .insertInto('ruleset_approvals')
      .values({
        id: tx.fresh.id('ap'),
        hash: row.hash,
        staff,
        roles: JSON.stringify(roles),
        note: input.note,
        at: tx.now,
      })
      .execute()
    const approvals = validApprovals(await standingOf(tx, row, input.compared)).length
    await note(tx, row, {
      op: 'approved',
      doer: input.doer,
      reason: input.note,
      approvals,
      solo: false,
      recorded: undefined,
    })
    tx.hint('rulesets')
    return { approvals }
  },
)

async function openedBy({ db }: Tx | ReadDb, of: { hash: string; staff: string }): Promise<boolean> {
  const found = await db
    .selectFrom('ruleset_openings')
    .select('at')
    .where('hash', '=', of.hash)
    .where('staff', '=', of.staff)
    .executeTakeFirst()
  return found !== undefined
}

/** Whether this person has looked at what shadow found. */
export const hasOpened = defineQuery(
  'policy.has-opened',
  (from: ReadDb, of: { hash: string; staff: string }): Promise<boolean> => openedBy(from, of),
)

/** Notes that somebody has looked at what shadow found: an approval rests on it. */
export const openReport = defineWork(
  'policy.open-report',
  async (tx: Tx, input: { hash: string; staff: string }): Promise<void> => {
    await tx.db
      .insertInto('ruleset_openings')
      .values({ ...input, at: tx.now })
      .onConflict((conflict) => conflict.columns(['hash', 'staff']).doNothing())
      .execute()
  },
)
