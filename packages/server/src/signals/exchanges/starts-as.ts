import type { ListFacts } from '../lists/declaration.ts'
import type { StartsAs } from './source.ts'
import type { FedKind } from './tables.ts'

/** Older than this, a list gives no "no hit" any more; a source that is asked more seldom is given two turns. */
const STALE_MS = 48 * 3_600_000

/** What is said of a list that a source feeds and nobody has declared (matching.md §10.2). A person may say otherwise later, in the list's own settings. */
export function startingFacts(
  { harm, terms, feedback, purgeWithinH }: StartsAs,
  of: { readonly id: string; readonly kind: FedKind; readonly exchange: string; readonly everyMs: number },
): ListFacts {
  return {
    ...{ id: of.id, kind: of.kind, harm, sealed: true, context: false, source: of.exchange },
    staleAfterMs: Math.max(STALE_MS, 2 * of.everyMs),
    ...(of.kind === 'pdq' && { variants: 'eight' as const }),
    terms: {
      ...{ name: terms, share: false, export: false, device: false, harms: [harm], feedback },
      ...(purgeWithinH !== undefined && { purge_within_h: purgeWithinH }),
    },
  }
}
