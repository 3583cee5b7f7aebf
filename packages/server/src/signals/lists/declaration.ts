import type { ListsTable } from '../tables.ts'

/** What a list's licence permits (matching.md §9.6). What nobody knows is forbidden. */
export interface Terms {
  readonly name: string
  readonly document_sha256?: string | undefined
  readonly share: boolean
  readonly export: boolean
  readonly device: boolean
  /** Withdrawn entries leave memory and disk within so many hours. */
  readonly purge_within_h?: number | undefined
  /** Harms of rules that may ask the list. */
  readonly harms: readonly string[]
  readonly feedback: 'expected' | 'welcome' | 'none'
  /** ISO date on which the licence is over. */
  readonly ends?: string | undefined
}

/** Shares that a version may differ by before a person has to look (matching.md §9.1). */
export interface Rails {
  readonly max_growth: number
  readonly max_shrink: number
  readonly max_bad_rows: number
}

const DAY_MS = 86_400_000

export const DEFAULT_RAILS: Rails = { max_growth: 0.05, max_shrink: 0.05, max_bad_rows: 0.001 }

/** What is said of a list beside its entries. */
export interface ListFacts {
  readonly id: string
  readonly kind: ListsTable['kind']
  readonly harm: string
  readonly sealed: boolean
  readonly context: boolean
  readonly source: string
  readonly staleAfterMs: number | null
  readonly within?: number | undefined
  readonly variants?: 'as_is' | 'eight' | undefined
  /** Videos only: how much of the listed one, and of the one that is asked about, must be in the other; 0.8 and 0 if not said. */
  readonly listShare?: number | undefined
  readonly queryShare?: number | undefined
  /** Harms that the terms of the list allow; what stood before, where they are left out. */
  readonly harms?: readonly string[] | undefined
  /** The whole terms; they outrank `harms`. */
  readonly terms?: Terms | undefined
  readonly rails?: Rails | undefined
  /** What a hit on a disputed entry counts as. */
  readonly disputed?: 'hit' | 'cannot_tell' | undefined
  /** Id of the exchange that feeds it. */
  readonly exchange?: string | undefined
}

/** Terms of which only the harms are known: nothing else is allowed. */
export const unknownTerms = (harms: readonly string[]): Terms => ({
  ...{ name: '', share: false, export: false, device: false, feedback: 'none', harms },
})

/** The terms of a list. Without any it serves its own harm alone: whoever handed it in here has said what it is for, and nothing else was allowed. */
export function termsOf({ harm, terms }: Pick<ListsTable, 'harm' | 'terms'>): Terms {
  return terms === null ? unknownTerms([harm]) : (JSON.parse(terms) as Terms)
}

/** The instant at which the licence of a list is over: the end of its last day, UTC; undefined where it names none. */
export function endOf(row: Pick<ListsTable, 'harm' | 'terms'>): number | undefined {
  const { ends } = termsOf(row)
  return ends === undefined ? undefined : Date.parse(ends) + DAY_MS
}

/** The harms of rules that may ask a list (matching.md §9.6). */
export const allowedHarms = (row: Pick<ListsTable, 'harm' | 'terms'>): readonly string[] => termsOf(row).harms

export function railsOf({ rails }: Pick<ListsTable, 'rails'>): Rails {
  return rails === null ? DEFAULT_RAILS : (JSON.parse(rails) as Rails)
}

export type DeclaredShares = Pick<ListFacts, 'listShare' | 'queryShare'>

/** Column of the shares that were declared; null where none was. */
export const sharesColumn = ({ listShare, queryShare }: DeclaredShares): string | null =>
  listShare === undefined && queryShare === undefined ? null : JSON.stringify({ listShare, queryShare })

export const sharesIn = ({ shares }: Pick<ListsTable, 'shares'>): DeclaredShares =>
  shares === null ? {} : JSON.parse(shares)

/** What of a declaration takes effect together with the entries of its version. */
export type CarriedFacts = Omit<ListFacts, 'id' | 'kind'>

export const carried = ({ id: _id, kind: _kind, ...facts }: ListFacts): CarriedFacts => facts

/** The declaration of a list as it stands, for a version that changes a part of it. */
export const carriedBy = (row: ListsTable): CarriedFacts => ({
  ...{ harm: row.harm, sealed: row.sealed === 1, context: row.context === 1, source: row.source },
  ...{ staleAfterMs: row.stale_after_ms, within: row.within ?? undefined, variants: row.variants ?? undefined },
  ...sharesIn(row),
})

/** What somebody wants to be said of a list from now on; what is left out stays. */
export type FactsWish = { readonly [Name in keyof Omit<CarriedFacts, 'sealed'>]?: CarriedFacts[Name] | undefined }

export const withWish = (held: CarriedFacts, wish: FactsWish): CarriedFacts => ({
  ...{ sealed: held.sealed, harm: wish.harm ?? held.harm, context: wish.context ?? held.context },
  ...{
    source: wish.source ?? held.source,
    within: wish.within ?? held.within,
    variants: wish.variants ?? held.variants,
    listShare: wish.listShare ?? held.listShare,
    queryShare: wish.queryShare ?? held.queryShare,
  },
  staleAfterMs: wish.staleAfterMs === undefined ? held.staleAfterMs : wish.staleAfterMs,
  ...{ terms: wish.terms, rails: wish.rails, disputed: wish.disputed },
})

/** Columns of a list as its facts say them. @param before the row that is there: what the facts leave out stays as it is */
export function columnsOf(facts: CarriedFacts, before: ListsTable | undefined) {
  return {
    harm: facts.harm,
    sealed: facts.sealed ? 1 : 0,
    context: facts.context ? 1 : 0,
    source: facts.source,
    stale_after_ms: facts.staleAfterMs,
    within: facts.within ?? null,
    variants: facts.variants ?? null,
    shares: sharesColumn(facts),
    terms: termsColumn(facts, before),
    rails: facts.rails === undefined ? (before?.rails ?? null) : JSON.stringify(facts.rails),
    disputed: facts.disputed ?? before?.disputed ?? ('hit' as const),
    exchange: facts.exchange ?? before?.exchange ?? null,
  }
}

function termsColumn({ terms, harms }: CarriedFacts, before: ListsTable | undefined): string | null {
  if (terms !== undefined) return JSON.stringify(terms)
  if (harms === undefined) return before?.terms ?? null
  return JSON.stringify(before === undefined ? unknownTerms(harms) : { ...termsOf(before), harms })
}
