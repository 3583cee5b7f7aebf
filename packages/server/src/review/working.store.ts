import type { CaseStep, RecordedJson } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import type { Tx } from '../storage/index.ts'
import type { LedgerAct } from '../transparency/index.ts'
import { addHistory, casesNotFor } from './cases.ts'
import { type ClaimState, claim } from './claim.ts'
import { noCase } from './errors.ts'
import { laneOf } from './lanes.ts'
import type { CasesTable, StaffDecisionsTable } from './tables.ts'

/** Who acts: taken from the session, never from a body. */
export interface Actor {
  readonly id: string
  /** `R-7`. */
  readonly staff: string
  readonly roles: readonly string[]
}

export interface OnCase {
  readonly number: number
  readonly actor: Actor
}

export const mayOpen = (row: CasesTable, actor: Actor): boolean =>
  laneOf(row.lane).roles.some((role) => actor.roles.includes(role))

export async function caseRow(tx: Tx, number: number, actor: Actor): Promise<CasesTable> {
  const row = await tx.db.selectFrom('cases').selectAll().where('number', '=', number).executeTakeFirst()
  if (row === undefined || !mayOpen(row, actor)) throw noCase()
  return row
}

export async function claimState(tx: Tx, row: CasesTable): Promise<ClaimState> {
  const excluded = await tx.db
    .selectFrom('case_excludes')
    .select('staff')
    .where('case_number', '=', row.number)
    .execute()
  return {
    state: row.state,
    claimedBy: row.claimed_by,
    claimUntil: row.claim_until,
    excluded: excluded.map(({ staff }) => staff),
  }
}

/** Writes the row under its revision: two works that decide on one case always collide here. */
export async function saveCase(tx: Tx, row: CasesTable, change: Partial<CasesTable>): Promise<void> {
  const { numUpdatedRows } = await tx.db
    .updateTable('cases')
    .set({ ...change, revision: row.revision + 1 })
    .where('number', '=', row.number)
    .where('revision', '=', row.revision)
    .executeTakeFirst()
  tx.affect(numUpdatedRows, 1)
  tx.hint('lanes')
  tx.hint(`case:${row.number}`)
}

export async function claimFirstOf(tx: Tx, lane: string, actor: Actor, except?: number): Promise<number | null> {
  const free = await tx.db
    .selectFrom('cases')
    .selectAll()
    .where('lane', '=', lane)
    .where('closed_at', 'is', null)
    .where('state', '!=', 'decided')
    .where((row) => row.or([row('claimed_by', 'is', null), row('claim_until', '<=', tx.now)]))
    // Where leads have no access, what was handed to a lead is everybody's, or nobody would ever get it.
    .$if(laneOf(lane).roles.includes('lead'), (rows) =>
      rows.where((row) => row.or([row('handed_to', 'is', null), row('handed_to', 'in', [...actor.roles, 'anyone'])])),
    )
    .where('number', 'not in', casesNotFor(tx, actor.id))
    .$if(except !== undefined, (rows) => rows.where('number', '!=', except ?? 0))
    .orderBy('due_at')
    .orderBy('number')
    .limit(1)
    .executeTakeFirst()
  if (free === undefined) return null
  await saveCase(tx, free, {
    state: 'claimed',
    claimed_by: actor.id,
    claim_until: claim({ state: 'open', claimedBy: null, claimUntil: 0, excluded: [] }, actor.id, tx.now).claimUntil,
  })
  return free.number
}

export const caseName = (number: number): string => `C-${number}`

/** Under whose key the record of a decision is sealed. */
export const affectedOf = (account: string | null): LedgerAct['affected'] =>
  account === null ? { kind: 'platform' } : { kind: 'account', id: account }

export function assertRevision(row: CasesTable, revision: number): void {
  if (row.revision !== revision) {
    throw new AppError(
      'stale_revision',
      `This case is at revision ${row.revision}, you saw ${revision}; look at what changed and decide again.`,
    )
  }
}

/** What each decision has of its own; without a time of undo it is final at once. */
type OwnColumns = Pick<StaffDecisionsTable, 'case_number' | 'account' | 'choice' | 'reason_code'> &
  Partial<Pick<StaffDecisionsTable, 'item_key' | 'policy' | 'undo_until' | 'reverses' | 'outcome'>>

/** Keeps a decision of a person, with its record in the log. */
export async function keepDecision(
  tx: Tx,
  input: { readonly decision: string; readonly actor: Actor; readonly sealed: Uint8Array },
  { record, commitment, promise }: RecordedJson,
  own: OwnColumns,
): Promise<void> {
  await tx.db
    .insertInto('staff_decisions')
    .values({
      ...{ item_key: null, policy: null, undo_until: tx.now, reverses: null, outcome: null },
      ...own,
      ...{ id: input.decision, at: tx.now, by: input.actor.id, sealed: input.sealed },
      ...{ record, commitment, promise },
    })
    .execute()
}

export async function closeCase(tx: Tx, row: CasesTable, step: CaseStep, actor: Actor): Promise<void> {
  await saveCase(tx, row, {
    state: 'decided',
    open_key: null,
    claimed_by: null,
    claim_until: 0,
    handed_to: null,
    closed_at: tx.now,
  })
  await tx.db.deleteFrom('case_drafts').where('case_number', '=', row.number).execute()
  await addHistory(tx, row.number, actor.staff, step)
}

export interface DecidedRow {
  readonly decision: string
  readonly undoUntil: number
  readonly effects: readonly string[]
  readonly recorded: RecordedJson
  readonly next: number | null
}

/** What people have reported to this case and wait to hear of. */
export async function openReports(tx: Tx, number: number): Promise<{ id: string }[]> {
  return tx.db
    .selectFrom('reports')
    .select('id')
    .where('case_number', '=', number)
    .where('state', '=', 'open')
    .execute()
}
