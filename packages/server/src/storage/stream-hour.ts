/** The hour, counted from 1970, in which something is appended. */
export function hourOf(at: number): number {
  return Math.floor(at / 3_600_000)
}
