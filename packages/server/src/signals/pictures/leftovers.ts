const MOST_BYTES = 128 * 2 ** 20

/**
 * Memory that threads share and nobody needs any more. It is given back when the collector of every thread that saw it has been there, and V8 counts none
 * of it: so what merges leave is counted here, and collected before it is much.
 */
export class Leftovers {
  #bytes = 0

  /** @param bytes of segments that were let go just now */
  add(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes < MOST_BYTES) return
    this.#bytes = 0
    collect()
  }
}

/** Collects what this thread has let go, soon. Does nothing in a process that was not told to let it (`flags.mjs`). */
export function collect(): void {
  void globalThis.gc?.({ type: 'major', execution: 'async' })
}
