const HASH_BYTES = 32
/** Hashes that a thread is asked about at once: it takes some milliseconds, beside which the message is nothing. */
const MOST = 256
/** Below this the way to a thread and back would be felt. */
const LEAST = 32
/** So many pieces of what is left for each thread: whichever is free takes the next, and some hashes take far longer than others. */
const EACH = 4

/**
 * Hashes cut into pieces, none of them empty. Those at the end are small: no thread waits long for another one's last.
 *
 * @param hashes 32 bytes each, laid end to end
 */
export function piecesOf(hashes: Uint8Array, threads: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let from = 0; from < hashes.length; ) {
    const left = (hashes.length - from) / HASH_BYTES
    const count = Math.min(MOST, Math.max(LEAST, Math.ceil(left / threads / EACH)))
    const end = Math.min(hashes.length, from + HASH_BYTES * count)
    pieces.push(hashes.slice(from, end))
    from = end
  }
  return pieces
}
