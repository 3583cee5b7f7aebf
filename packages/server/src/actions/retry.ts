const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Waits after the 1st, 2nd, … failure; the last one repeats until acknowledged (ecosystem.md §3.1). */
export const retryWaitsMs = [5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR] as const

const longestWishMs = HOUR

/**
 * When a row is tried again.
 *
 * @param fails failures in a row, the present one counted: 1 or more
 * @param chance 0 to 1, for the jitter of ± 20 %
 * @param wishMs what the receiver asked for by `Retry-After`; up to an hour is honoured
 */
export function retryAt(now: number, fails: number, chance: number, wishMs: number | null): number {
  const wait = retryWaitsMs[Math.min(fails, retryWaitsMs.length) - 1] ?? 12 * HOUR
  const jittered = Math.round(wait * (0.8 + 0.4 * chance))
  return now + Math.max(jittered, Math.min(wishMs ?? 0, longestWishMs))
}

/** `Retry-After` (RFC 9110 §10.2.3) as milliseconds from now: seconds or a date; null for anything else. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND
  // Only the date form with a comma: `Date.parse` alone would take "5.2" for the second of May.
  const at = /^[A-Z][a-z]{2,8}, /.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
