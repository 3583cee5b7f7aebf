import type { FailureCode } from '../api/errors.ts'

/** What is said of a call that failed, by its code. */
export const failures: Partial<Record<FailureCode, string>> = {
  unreachable: 'The server does not answer. Nothing was lost; try again.',
  unauthenticated: 'You are signed out.',
  forbidden: 'Your role may not do this. An administrator can change roles in Settings → People.',
  not_found: 'Nothing is here, or it is not for you to see.',
  not_yours: 'This case is in somebody else’s hands.',
  not_claimed: 'The claim has ended. Claim the case again; what you typed is kept.',
  stale_revision: 'The case changed while you looked at it. See what is new, then decide again.',
  already_decided: 'This was decided already.',
  first_decider: 'You took part in the first decision; somebody else must decide this.',
  window_closed: 'The ten seconds are over. You can reverse the decision instead.',
  placeholder_left: 'The statement still has a gap to fill.',
  unknown_policy: 'This policy is no longer in the register.',
  unsupported_action: 'The platform cannot carry out this action.',
  second_person_required: 'A second person must agree to this.',
  fresh_passkey_required: 'This act asks for your passkey again.',
  token_used: 'That address was used or has ended. Reveal again.',
  rate_limited: 'Too many calls at once. Wait a moment and try again.',
  overloaded: 'The server has too much to do at once. Try again in a moment.',
  storage_full: 'The server’s disk is full. Tell an administrator.',
  storage_unavailable: 'The database cannot be reached. Tell an administrator.',
  commit_unknown: 'Written or not: nobody can say yet. Try again; it will not happen twice.',
  conflict: 'It is already something else. Look again.',
  invalid: 'Something in this form is not right.',
  unreadable: 'The answer could not be read. Console and server may be of different versions.',
}
