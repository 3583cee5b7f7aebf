import type { LoadedList } from '../book.ts'

/** How many entries each list holds. */
type Sizes = ReadonlyMap<string, number>

/**
 * How much memory each list is matched in. Lists of pictures share an index and lists of terms a matcher: of that each has its share by entries.
 * What other lists take nobody has counted, and they are not in it.
 */
export function memoryOf(lists: readonly LoadedList[], sizes: Sizes): ReadonlyMap<string, number> {
  const together = Map.groupBy(lists, ({ finder }) => holderOf(finder))
  return new Map(
    [...together].flatMap(([holder, own]) => {
      if (holder === undefined) return []
      const total = own.reduce((sum, { id }) => sum + (sizes.get(id) ?? 0), 0)
      return own.map(({ id }) => [id, Math.round((holder.bytes * (sizes.get(id) ?? 0)) / Math.max(1, total))] as const)
    }),
  )
}

/** What holds the entries, and knows its size. */
function holderOf(finder: LoadedList['finder']): { readonly bytes: number } | undefined {
  switch (finder.kind) {
    case 'pdq':
      return finder.pictures.index
    case 'text':
      return finder.terms.matcher
    default:
      return undefined
  }
}
