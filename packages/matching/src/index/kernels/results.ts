// What was found: how many rows, and the nearest of them, in the scratch of the thread that searches.

export const COUNT: usize = 64
export const KEPT: usize = 68
const FLOOR: usize = 80
const RESULTS: usize = 4096
const MAX_RESULTS: u32 = 4096

/** Counts a row and keeps it if it is among the nearest of those not below FLOOR, which a page before this one held: a heap with the farthest on top. */
export function report(scratch: usize, found: u32): void {
  store<u32>(scratch + COUNT, load<u32>(scratch + COUNT) + 1)
  if (found < load<u32>(scratch + FLOOR)) return
  const heap = scratch + RESULTS
  const kept = load<u32>(scratch + KEPT)
  if (kept < MAX_RESULTS) {
    store<u32>(scratch + KEPT, kept + 1)
    rise(heap, kept, found)
  } else if (found < load<u32>(heap)) {
    sink(heap, found)
  }
}

function rise(heap: usize, from: u32, found: u32): void {
  let at = from
  while (at > 0) {
    const above = (at - 1) >> 1
    const value = load<u32>(heap + 4 * <usize>above)
    if (value >= found) break
    store<u32>(heap + 4 * <usize>at, value)
    at = above
  }
  store<u32>(heap + 4 * <usize>at, found)
}

function sink(heap: usize, found: u32): void {
  let at: u32 = 0
  for (;;) {
    let below: u32 = at * 2 + 1
    if (below >= MAX_RESULTS) break
    if (below + 1 < MAX_RESULTS && load<u32>(heap + 4 * <usize>(below + 1)) > load<u32>(heap + 4 * <usize>below))
      below++
    const value = load<u32>(heap + 4 * <usize>below)
    if (value <= found) break
    store<u32>(heap + 4 * <usize>at, value)
    at = below
  }
  store<u32>(heap + 4 * <usize>at, found)
}
