import { parsePdq } from '@lamplighter/matching'
import type { CarriedFacts } from '../lists/declaration.ts'
import type { ParsedEntry } from '../lists/parse.ts'
import { factsOf } from '../near.ts'
import type { ListsTable } from '../tables.ts'
import { canaryNear } from './table.ts'

/**
 * Looks each entry of a list of pictures up among the harmless ones, at the distance at which the list will match.
 *
 * @returns undefined where nothing of a list can be drawn: digests, words, domains
 */
export function canariesOf(
  row: ListsTable,
  facts: CarriedFacts | undefined,
  onHit: (list: string) => void = () => undefined,
): ((entry: ParsedEntry) => string | undefined) | undefined {
  if (row.kind !== 'pdq') return undefined
  const { within = 0 } = factsOf({ ...row, within: facts === undefined ? row.within : (facts.within ?? null) })
  return ({ value }) => {
    const pdq = parsePdq(value)
    const found = pdq === undefined ? undefined : canaryNear(pdq, within)
    if (found !== undefined) onHit(row.id)
    return found
  }
}
