import { AppError } from '../http/errors.ts'
import { INDEX_BITS, type LoadedList } from './book.ts'
import { type ListFacts, sharesColumn, sharesIn } from './lists/declaration.ts'
import type { Reason } from './lists/rails.ts'
import { LIST_SHARE } from './look.ts'
import { isIndexed } from './pictures/finder.ts'
import type { ListsTable } from './tables.ts'

/** A list of more than 31 bits is looked through row by row (matching.md §6.5). */
const MOST_WIDE = 100_000
/** Where a picture that is turned or mirrored is the same harm (matching.md §6.4). */
const EIGHT_FOR = new Set(['csea', 'terrorism', 'intimate_images'])

/** What a list is, as it is looked up. */
export const factsOf = (row: ListsTable): Omit<LoadedList, 'finder'> => ({
  id: row.id,
  kind: row.kind,
  harm: row.harm,
  sealed: row.sealed === 1,
  context: row.context === 1,
  version: row.version,
  updatedAt: row.updated_at,
  staleAfterMs: row.stale_after_ms,
  disputed: row.disputed,
  ...(isIndexed(row.kind) && {
    within: row.within ?? INDEX_BITS,
    variants: row.variants ?? (EIGHT_FOR.has(row.harm) ? 'eight' : 'as_is'),
  }),
  ...(row.kind === 'vpdq' && sharesOf(row)),
})

/** Shares that a list of videos asks for; null in the column where the defaults hold. */
function sharesOf(row: Pick<ListsTable, 'shares'>): { listShare: number; queryShare: number } {
  const { listShare = LIST_SHARE, queryShare = 0 } = sharesIn(row)
  return { listShare, queryShare }
}

/** Whether a list of pictures has an index of its own, of which every row is looked at. */
export const isWide = ({ within }: { readonly within?: number | undefined }): boolean => (within ?? 0) > INDEX_BITS

/** What of a list that runs must be tried before it holds (matching.md §9.2). */
export function changedFacts(before: ListsTable | undefined, facts: ListFacts): Reason[] {
  if (before === undefined || before.version === 0) return []
  const held = factsOf(before)
  const next = factsOf({
    ...before,
    ...{ within: facts.within ?? null, variants: facts.variants ?? null, harm: facts.harm },
    shares: sharesColumn(facts),
  })
  const what = [
    ...(held.sealed && !facts.sealed ? (['sealed'] as const) : []),
    ...((next.within ?? 0) > (held.within ?? 0) ? (['within'] as const) : []),
    ...(next.variants === 'eight' && held.variants !== 'eight' ? (['variants'] as const) : []),
    ...(isLower(next.listShare, held.listShare) || isLower(next.queryShare, held.queryShare)
      ? (['shares'] as const)
      : []),
    ...(before.source !== facts.source ? (['source'] as const) : []),
  ]
  return what.length === 0 ? [] : [{ code: 'changed', what }]
}

const isLower = (next = 0, held = 0): boolean => next < held

/** @throws AppError `invalid` what only lists of pictures have, or too wide a list (matching.md §6.5) */
export function checkNear(
  facts: Pick<ListFacts, 'kind' | 'sealed' | 'within' | 'variants' | 'listShare' | 'queryShare'>,
  entries: number,
  pointer = '/query',
): void {
  const { kind, sealed, within, variants, listShare, queryShare } = facts
  if (kind !== 'vpdq' && (listShare !== undefined || queryShare !== undefined)) {
    throw new AppError('invalid', 'Only a list of videos asks for shares of them; leave them out.', {
      pointer: listShare === undefined ? `${pointer}/queryShare` : `${pointer}/listShare`,
    })
  }
  if (kind === 'vpdq' && (within ?? 0) > INDEX_BITS) {
    throw new AppError('invalid', `A list of videos matches within ${INDEX_BITS} bits at most; nothing was changed.`, {
      pointer: `${pointer}/within`,
    })
  }
  if (!isIndexed(kind) && (within !== undefined || variants !== undefined)) {
    throw new AppError('invalid', 'Only a list of pictures or videos has a distance and variants; leave them out.', {
      pointer: within === undefined ? `${pointer}/variants` : `${pointer}/within`,
    })
  }
  if (within === undefined || within <= INDEX_BITS || (!sealed && entries <= MOST_WIDE)) return
  throw new AppError(
    'invalid',
    sealed
      ? `A sealed list matches within ${INDEX_BITS} bits at most; nothing was changed.`
      : `Beyond ${INDEX_BITS} bits a list holds ${MOST_WIDE} entries at most, this file has ${entries}; nothing was changed.`,
    { pointer: `${pointer}/within` },
  )
}
