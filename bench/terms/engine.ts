/** One side of the comparison, with its terms. */
export interface Searcher {
  /** Looks a text through as the side does it best, and gives something that says whether anything was found. */
  search(text: string): boolean
  /** What was found, as `term@place`, or undefined where the side cannot tell more than that something was. */
  places(text: string): readonly string[] | undefined
}

export interface Engine {
  load(terms: readonly string[]): Searcher
}

export const ENGINES = [
  'ours',
  'alone',
  'modernAhoCorasick',
  'modernAhoCorasickFast',
  'toad',
  'obscenity',
  'loop',
] as const
export type EngineName = (typeof ENGINES)[number]

export type Question =
  | { readonly ask: 'load'; readonly terms: number }
  | { readonly ask: 'found'; readonly texts: readonly string[] }
  | { readonly ask: 'perSecond'; readonly texts: readonly string[]; readonly ms: number }
  | { readonly ask: 'p99Ms'; readonly texts: readonly string[]; readonly ms: number }

/** What a side found in one text: whether anything, and where, if it can tell. */
export interface FoundIn {
  readonly any: boolean
  readonly places: readonly string[] | null
}
