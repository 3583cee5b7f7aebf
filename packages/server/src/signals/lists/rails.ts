import type { Rails } from './declaration.ts'

/** Why a version waits for a person. Numbers and names only: it is shown, kept and told. */
export type Reason =
  | { readonly code: 'first' }
  | { readonly code: 'handed_in' }
  | { readonly code: 'declared' }
  | { readonly code: 'changed'; readonly what: readonly ('within' | 'variants' | 'shares' | 'sealed' | 'source')[] }
  | { readonly code: 'growth' | 'shrink' | 'bad_rows' | 'canary'; readonly share: number; readonly limit: number }

/** More entries than this share that hit a harmless picture stage the whole version (matching.md §9.4). */
export const CANARY_LIMIT = 0.001

export interface Counts {
  /** Entries of the version before. */
  readonly before: number
  readonly added: number
  readonly removed: number
  readonly rows: number
  readonly bad: number
  /** Added entries that hit a harmless picture. */
  readonly aside: number
}

/** What a person must look at before a version with these numbers runs (matching.md §9.1, §9.4). Pure. */
export function judge({ before, added, removed, rows, bad, aside }: Counts, rails: Rails): Reason[] {
  const shares = [
    // What has nothing before it has nothing to grow from: its rail is the trial.
    { code: 'growth', share: before === 0 ? 0 : added / before, limit: rails.max_growth },
    { code: 'shrink', share: before === 0 ? 0 : removed / before, limit: rails.max_shrink },
    { code: 'bad_rows', share: rows === 0 ? 0 : bad / rows, limit: rails.max_bad_rows },
    { code: 'canary', share: added === 0 ? 0 : aside / added, limit: CANARY_LIMIT },
  ] as const
  return shares.filter(({ share, limit }) => share > limit)
}

/** Whether removals take effect at once although the rest waits (matching.md §9.2): a file that takes too much away could blind a platform. */
export const removesAtOnce = (reasons: readonly Reason[], purges: boolean): boolean =>
  purges || !reasons.some(({ code }) => code === 'shrink')

/** Whether a version must be looked up beside what runs before it may go live (matching.md §9.2). */
export const needsTrial = (reasons: readonly Reason[]): boolean =>
  reasons.some(({ code }) => code === 'first' || code === 'changed')

const percent = (share: number): string => `${(share * 100).toLocaleString('en', { maximumFractionDigits: 2 })} %`

/** A reason in words. */
export function wordsOf(reason: Reason): string {
  switch (reason.code) {
    case 'first':
      return 'the list is new'
    case 'handed_in':
      return 'it was handed in as a file'
    case 'declared':
      return 'what is said of the list changes'
    case 'changed':
      return `it changes ${reason.what.join(', ')}`
    case 'growth':
      return `it grows by ${percent(reason.share)}, more than ${percent(reason.limit)}`
    case 'shrink':
      return `it shrinks by ${percent(reason.share)}, more than ${percent(reason.limit)}`
    case 'bad_rows':
      return `${percent(reason.share)} of its rows cannot be used, more than ${percent(reason.limit)}`
    case 'canary':
      return `${percent(reason.share)} of its new entries hit harmless pictures, more than ${percent(reason.limit)}`
  }
}
