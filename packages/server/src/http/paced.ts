import { CallerGone } from './body.ts'

/** Slower than this, somebody holds a place that others need (matching.md §4.1). */
export const SLOWEST = { bytes: 20 * 8 * 1024, inMs: 20_000 } as const

/**
 * The same bytes, as long as they come fast enough: at least `bytes` in each stretch of `inMs` until the end.
 *
 * @throws CallerGone too slow: the body is not read any further
 */
export async function* paced(
  body: AsyncIterable<Uint8Array>,
  slowest: { readonly bytes: number; readonly inMs: number } = SLOWEST,
): AsyncGenerator<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]()
  let came = 0
  let until = performance.now() + slowest.inMs
  let ended = false
  try {
    for (;;) {
      const next = await withinTime(pieces.next(), until - performance.now())
      if (next === 'late') throw new CallerGone('the body came too slowly')
      if (next.done === true) {
        ended = true
        return
      }
      came += next.value.length
      // A stretch that brought enough is followed by another one.
      if (came >= slowest.bytes) {
        came = 0
        until = performance.now() + slowest.inMs
      }
      yield next.value
    }
  } finally {
    // Not waited for: a body that does not come does not end either.
    if (!ended) void pieces.return?.()?.catch(() => undefined)
  }
}

async function withinTime<T>(awaited: Promise<T>, ms: number): Promise<T | 'late'> {
  const { promise, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => resolve('late'), Math.max(0, ms))
  try {
    return await Promise.race([awaited, promise])
  } finally {
    clearTimeout(timer)
  }
}
