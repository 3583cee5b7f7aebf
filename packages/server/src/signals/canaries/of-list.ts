import { type CarriedFacts, sharesColumn } from '../lists/declaration.ts'
import type { ParsedEntry } from '../lists/parse.ts'
import { factsOf } from '../near.ts'
import { isIndexed } from '../pictures/finder.ts'
import type { ListsTable } from '../tables.ts'
import { framesIn } from '../videos/frames.ts'
import type { OwnCanaries } from './own.ts'
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
  own: OwnCanaries,
  onHit: (list: string) => void = () => undefined,
): ((entry: ParsedEntry) => string | undefined) | undefined {
  if (!isIndexed(row.kind)) return undefined
  const declared =
    facts === undefined
      ? row
      : {
          ...{ ...row, within: facts.within ?? null, variants: facts.variants ?? null, shares: sharesColumn(facts) },
          harm: facts.harm,
        }
  const { within = 0, variants, listShare = 1 } = factsOf(declared)
  const way = { within, eight: variants === 'eight', sealed: row.sealed === 1 || facts?.sealed === true }
  return ({ value }) => {
    const frames = framesIn(value)
    const near = frames.flatMap((pdq) => canaryNear(pdq, way) ?? own.near(pdq, way) ?? [])
    const found = near.length >= listShare * frames.length ? near[0] : undefined
    if (found !== undefined) onHit(row.id)
    return found
  }
}
