import { whenAccessEnds, whenSignedOut } from '../people/hooks.ts'
import { defineWork, type Tx } from '../storage/index.ts'
import { addHistory } from './cases.ts'
import { assertClaim, claim, isHeld } from './claim.ts'
import { noCase } from './errors.ts'
import { laneOf } from './lanes.ts'
import { type Actor, caseRow, claimFirstOf, claimState, type OnCase, saveCase } from './working.store.ts'

/** Claims of somebody who leaves or signs out go back to their lanes (security.md §3). */
async function giveBack(tx: Tx, staff: string): Promise<void> {
  await tx.db
    .updateTable('cases')
    .set((row) => ({ state: 'open', claimed_by: null, claim_until: 0, revision: row('revision', '+', 1) }))
    .where('claimed_by', '=', staff)
    .where('closed_at', 'is', null)
    .execute()
  tx.hint('lanes')
}
whenSignedOut(giveBack)
whenAccessEnds(giveBack)

/** Claims the case of a lane that is due first. */
export const claimNextWork = defineWork(
  'review.claim-next',
  async (tx: Tx, { lane, actor }: { lane: string; actor: Actor }): Promise<number | null> => {
    if (!laneOf(lane).roles.some((role) => actor.roles.includes(role))) throw noCase()
    return claimFirstOf(tx, lane, actor)
  },
  { urgent: true },
)

export const claimWork = defineWork(
  'review.claim',
  async (tx: Tx, { number, actor }: OnCase): Promise<{ until: number; revision: number }> => {
    const row = await caseRow(tx, number, actor)
    const state = await claimState(tx, row)
    const { claimedBy, claimUntil } = claim(state, actor.id, tx.now)
    if (row.claimed_by === actor.id && row.claim_until > tx.now) {
      // Keeping a claim alive is no change of the case: its revision stays, or one's own activity would make the page stale.
      await tx.db.updateTable('cases').set({ claim_until: claimUntil }).where('number', '=', number).execute()
      return { until: claimUntil, revision: row.revision }
    }
    await saveCase(tx, row, { state: 'claimed', claimed_by: claimedBy, claim_until: claimUntil })
    return { until: claimUntil, revision: row.revision + 1 }
  },
  { urgent: true },
)

/** Gives a case back. A draft is kept for its author, also when the claim ran out while they wrote (console 48). */
export const releaseWork = defineWork(
  'review.release',
  async (tx: Tx, input: OnCase & { draft: Uint8Array | null }): Promise<void> => {
    const row = await caseRow(tx, input.number, input.actor)
    const state = await claimState(tx, row)
    const isMine = isHeld(state, tx.now) && state.claimedBy === input.actor.id
    if (!isMine && (input.draft === null || state.state === 'decided')) assertClaim(state, input.actor.id, tx.now)
    if (input.draft !== null) await keepDraft(tx, input.number, input.actor.id, input.draft)
    if (isMine) await saveCase(tx, row, { state: 'open', claimed_by: null, claim_until: 0 })
  },
  { urgent: true },
)

async function keepDraft(tx: Tx, number: number, staff: string, sealed: Uint8Array): Promise<void> {
  await tx.db
    .insertInto('case_drafts')
    .values({ case_number: number, staff, at: tx.now, sealed })
    .onConflict((conflict) => conflict.columns(['case_number', 'staff']).doUpdateSet({ at: tx.now, sealed }))
    .execute()
}

export const skipWork = defineWork(
  'review.skip',
  async (
    tx: Tx,
    input: OnCase & { reason: string; note: { id: string; sealed: Uint8Array } | null },
  ): Promise<number | null> => {
    const row = await caseRow(tx, input.number, input.actor)
    assertClaim(await claimState(tx, row), input.actor.id, tx.now)
    await saveCase(tx, row, { state: 'open', claimed_by: null, claim_until: 0 })
    await addHistory(tx, row.number, input.actor.staff, { did: 'skipped', reason: input.reason })
    if (input.note !== null) await insertNote(tx, row.number, input.actor, input.note.id, input.note.sealed)
    return claimFirstOf(tx, row.lane, input.actor, row.number)
  },
  { urgent: true },
)

export const handoffWork = defineWork(
  'review.handoff',
  async (
    tx: Tx,
    input: OnCase & { to: 'anyone' | 'lead'; reason: string; note: Uint8Array; noteId: string },
  ): Promise<number | null> => {
    const row = await caseRow(tx, input.number, input.actor)
    assertClaim(await claimState(tx, row), input.actor.id, tx.now)
    await saveCase(tx, row, { state: 'handed', claimed_by: null, claim_until: 0, handed_to: input.to })
    await addHistory(tx, row.number, input.actor.staff, { did: 'handed', to: input.to })
    await insertNote(tx, row.number, input.actor, input.noteId, input.note)
    return claimFirstOf(tx, row.lane, input.actor, row.number)
  },
  { urgent: true },
)

async function insertNote(tx: Tx, number: number, actor: Actor, id: string, sealed: Uint8Array): Promise<void> {
  await tx.db
    .insertInto('case_notes')
    .values({ id, case_number: number, at: tx.now, by: actor.staff, sealed })
    .execute()
}

export const noteWork = defineWork(
  'review.note',
  async (tx: Tx, input: OnCase & { id: string; sealed: Uint8Array }): Promise<void> => {
    const row = await caseRow(tx, input.number, input.actor)
    await insertNote(tx, row.number, input.actor, input.id, input.sealed)
    tx.hint(`case:${row.number}`)
  },
)
