import { AppError } from '../http/errors.ts'

/** A claim lasts ten minutes and is kept alive by activity (console.md §3.2). */
export const CLAIM_MS = 600_000

export interface ClaimState {
  readonly state: 'open' | 'claimed' | 'handed' | 'decided'
  readonly claimedBy: string | null
  readonly claimUntil: number
  readonly excluded: readonly string[]
}

/** True while somebody holds the case. A claim that ran out holds nothing. */
export function isHeld(held: ClaimState, now: number): boolean {
  return held.claimedBy !== null && held.claimUntil > now && held.state !== 'decided'
}

/** True if the case waits for anybody. */
export function isFree(held: ClaimState, now: number): boolean {
  return held.state !== 'decided' && !isHeld(held, now)
}

/**
 * Claims or prolongs. Pure.
 *
 * @throws AppError `already_decided` · `not_yours` another person holds it · `first_decider` this person took part in what is now in question
 */
export function claim(held: ClaimState, staff: string, now: number): { claimedBy: string; claimUntil: number } {
  if (held.state === 'decided') {
    throw new AppError('already_decided', 'This case was decided; reverse the decision to change it.')
  }
  if (held.excluded.includes(staff)) {
    throw new AppError(
      'first_decider',
      'You took part in the decision that this case is about; somebody else must decide.',
    )
  }
  if (isHeld(held, now) && held.claimedBy !== staff) {
    throw new AppError('not_yours', 'Another person works on this case; take the next one of the lane.')
  }
  return { claimedBy: staff, claimUntil: now + CLAIM_MS }
}

/**
 * Demands that `staff` holds the case now. Whoever acts must hold the claim, or two people would decide one case.
 *
 * @throws AppError `already_decided` · `not_claimed` the claim ran out or was never made · `not_yours` · `first_decider`
 */
export function assertClaim(held: ClaimState, staff: string, now: number): void {
  if (held.state === 'decided')
    throw new AppError('already_decided', 'This case was decided by somebody in the meantime.')
  if (held.excluded.includes(staff)) {
    throw new AppError(
      'first_decider',
      'You took part in the decision that this case is about; somebody else must decide.',
    )
  }
  if (!isHeld(held, now))
    throw new AppError('not_claimed', 'Your claim ran out after ten minutes; claim the case again.')
  if (held.claimedBy !== staff) throw new AppError('not_yours', 'Another person works on this case.')
}
