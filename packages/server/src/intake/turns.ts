import { setImmediate } from 'node:timers/promises'

/** A caller at the gate waits so long at most behind what judges a batch. */
const TURN_MS = 4

/**
 * Maps some things, each as soon as the one before has been begun, and lets calls in whenever they have been kept waiting for a few
 * milliseconds: judging a whole batch in one go would hold up who waits for an answer.
 */
export async function mapInTurns<T, R>(things: readonly T[], map: (thing: T) => Promise<R>): Promise<R[]> {
  const results: Promise<R>[] = []
  let since = performance.now()
  for (const thing of things) {
    const result = map(thing)
    // Told by the end: until all have been begun nobody listens.
    result.catch(() => undefined)
    results.push(result)
    if (performance.now() - since < TURN_MS) continue
    await setImmediate()
    since = performance.now()
  }
  return Promise.all(results)
}
