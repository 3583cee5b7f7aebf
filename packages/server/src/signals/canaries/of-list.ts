import { type CarriedFacts, sharesColumn } from '../lists/declaration.ts'
import type { ParsedEntry } from '../lists/parse.ts'
import { factsOf } from '../near.ts'
import { isIndexed } from '../pictures/finder.ts'
import type { ListsTable } from '../tables.ts'
import { framesIn } from '../videos/frames.ts'
import { canaryNear } from './table.ts'

/**
 * Looks each entry of a list of pictures up among the harmless ones, at the distance at which the list will match. A video is harmless where so
 * much of it is that it would be found in one of harmless pictures alone.
 *
 * @returns undefined where nothing of a list can be drawn: digests, words, domains
 */
export function canariesOf(
  row: ListsTable,
  facts: CarriedFacts | undefined,
  onHit: (list: string) => void = () => undefined,
): ((entry: ParsedEntry) => string | undefined) | undefined {
  if (!isIndexed(row.kind)) return undefined
  const declared = facts === undefined ? row : { ...row, within: facts.within ?? null, shares: sharesColumn(facts) }
  const { within = 0, listShare = 1 } = factsOf(declared)
  return ({ value }) => {
    const frames = framesIn(value)
    const near = frames.flatMap((pdq) => canaryNear(pdq, within) ?? [])
    const found = near.length >= listShare * frames.length ? near[0] : undefined
    if (found !== undefined) onHit(row.id)
    return found
  }
}
