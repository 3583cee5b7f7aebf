/** Keys that are looked for in one read (platform.md §3: a read by key gives at most 100 rows). */
const MOST = 64

/**
 * Looks for many things at once: callers of one turn of the event loop share a read, which begins after the last of them has asked. So each
 * sees what was committed before it asked, and a crowd costs hardly more than one.
 *
 * @param read what was found of at most 64 names, by name
 */
export function together<T>(
  read: (names: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): (name: string) => Promise<T | undefined> {
  let asked = new Map<string, PromiseWithResolvers<T | undefined>>()
  const answer = async (wanted: ReadonlyMap<string, PromiseWithResolvers<T | undefined>>): Promise<void> => {
    try {
      const found = await read([...wanted.keys()])
      for (const [name, { resolve }] of wanted) resolve(found.get(name))
    } catch (error) {
      for (const { reject } of wanted.values()) reject(error)
    }
  }
  const begin = (): void => {
    const all = [...asked]
    asked = new Map()
    for (let from = 0; from < all.length; from += MOST) void answer(new Map(all.slice(from, from + MOST)))
  }
  return (name) => {
    const waiting = asked.get(name) ?? Promise.withResolvers<T | undefined>()
    if (asked.size === 0) setImmediate(begin)
    asked.set(name, waiting)
    return waiting.promise
  }
}
