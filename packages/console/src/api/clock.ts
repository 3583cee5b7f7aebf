/** Clocks closer than this count as equal: the `Date` header has whole seconds. */
const CLOSE_MS = 2_000

let skewMs = 0

/** Learns from an answer's `Date` how far the server's clock is from this one's. */
export function noteDate(header: string | null, heardAt: number): void {
  const said = header === null ? Number.NaN : Date.parse(header)
  if (Number.isNaN(said)) return
  const skew = said - heardAt
  skewMs = Math.abs(skew) < CLOSE_MS ? 0 : skew
}

/** The server's present time: what due times, claims and the undo window are counted in. */
export const serverNow = (): number => Date.now() + skewMs
