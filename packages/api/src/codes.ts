/** Every error code with its status and title (RFC 9457 `title`). Text may change, codes may not (platform.md §11). */
export const codes = {
  malformed: [400, 'The request cannot be read'],
  idempotency_key_required: [400, 'This call needs an Idempotency-Key'],
  unauthenticated: [401, 'Sign in, or send a valid key'],
  fresh_passkey_required: [401, 'This act asks for your passkey again'],
  forbidden: [403, 'Not allowed for this role or key'],
  sealed: [403, 'This list is sealed'],
  second_person_required: [403, 'A second person must agree'],
  not_yours: [403, 'This is in somebody else’s hands'],
  token_used: [403, 'This address was used, has ended, or was made for somebody else'],
  not_yet: [403, 'Not to be shown yet'],
  not_found: [404, 'Nothing here'],
  record_unknown: [404, 'No such record'],
  method_not_allowed: [405, 'This address does not take that method'],
  stale_revision: [409, 'It changed while you looked at it'],
  needs_unmet: [409, 'Something is still missing'],
  conflict: [409, 'It is already something else'],
  terms: [409, 'The terms of the list forbid it'],
  version_old: [409, 'Not newer than what runs'],
  pull_running: [409, 'A pull of this exchange is running'],
  counter_not_logged: [409, 'The log does not hold what this counter counts'],
  in_progress: [409, 'The first call with this key is still running'],
  window_closed: [409, 'The time for undoing is over'],
  not_claimed: [409, 'Claim the case first'],
  first_decider: [403, 'Somebody who took no part in the first decision must decide'],
  already_decided: [409, 'This was decided already'],
  placeholder_left: [422, 'The statement still has a gap to fill'],
  unknown_policy: [422, 'No such policy'],
  unsupported_action: [422, 'The platform cannot carry out this action'],
  gone: [410, 'No longer here'],
  opening_held: [409, 'Not to be erased yet'],
  held: [409, 'Kept for a case'],
  opening_destroyed: [410, 'The content of this record was destroyed'],
  too_large: [413, 'Too large'],
  unsupported_type: [415, 'This media type is not taken here'],
  wrong_host: [421, 'This address does not serve that host'],
  invalid: [422, 'The body does not have the right shape'],
  digest_mismatch: [422, 'The bytes are not those that the digest names'],
  bad_hash: [422, 'That is no hash'],
  manifest: [422, 'The file is not the one that its manifest describes'],
  bad_terms: [422, 'The term list has errors'],
  signature: [422, 'The signature does not hold'],
  line_incomplete: [422, 'The last line was cut off'],
  idempotency_mismatch: [422, 'The key was used for another body'],
  rules_refused: [422, 'The rule set has errors'],
  precondition_required: [428, 'This change needs If-Match'],
  rate_limited: [429, 'Too many calls'],
  internal: [500, 'Our fault'],
  overloaded: [503, 'Too much at once'],
  backlog_full: [503, 'Too many events wait to be judged'],
  storage_full: [503, 'The disk is full'],
  storage_unavailable: [503, 'The database cannot be reached'],
  commit_unknown: [503, 'Written or not: nobody can say yet'],
  deadline: [503, 'Not done in time'],
  not_ready: [503, 'Not ready'],
} as const satisfies Record<string, readonly [status: number, title: string]>

export type Code = keyof typeof codes

/** Codes that every call can give; `codesOf` adds those that follow from its shape, an endpoint lists only its others. */
export const commonCodes: readonly Code[] = [
  'malformed',
  'unauthenticated',
  'forbidden',
  'method_not_allowed',
  'wrong_host',
  'internal',
  'overloaded',
  'storage_unavailable',
]

export function isCode(text: string): text is Code {
  return Object.hasOwn(codes, text)
}

export function statusOf(code: Code): number {
  return codes[code][0]
}
