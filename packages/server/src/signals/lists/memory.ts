import type { LoadedList } from '../book.ts'

type Finder = LoadedList['finder']
/** How many entries each list holds. */
type Sizes = ReadonlyMap<string, number>

/**
 * How much memory each list is matched in. Lists of pictures and videos share an index and lists of terms a matcher: of that each has its share, by
 * entries, videos by their frames. A list of digests has a table of its own. What lists of domains take nobody has counted, and they are not in it.
 */
export function memoryOf(lists: readonly LoadedList[], sizes: Sizes): ReadonlyMap<string, number> {
  const weighed = lists.map(({ id, finder }) => ({ id, finder, weight: weightOf(finder, sizes.get(id) ?? 0) }))
  const together = Map.groupBy(weighed, ({ finder }) => holderOf(finder))
  return new Map(
    [...together].flatMap(([holder, own]) => {
      if (holder === undefined) return []
      const total = own.reduce((sum, { weight }) => sum + weight, 0)
      return own.map(({ id, weight }) => [id, Math.round((holder.bytes * weight) / Math.max(1, total))] as const)
    }),
  )
}

/** What holds the entries, and knows its size. */
function holderOf(finder: Finder): { readonly bytes: number } | undefined {
  switch (finder.kind) {
    case 'pdq':
    case 'vpdq':
      return finder.pictures.index
    case 'text':
      return finder.terms.matcher
    case 'digest':
      return finder.table
    case 'domain':
      return undefined
  }
}

const weightOf = (finder: Finder, entries: number): number =>
  finder.kind === 'vpdq' ? [...finder.frames.values()].reduce((sum, frames) => sum + frames, 0) : entries
