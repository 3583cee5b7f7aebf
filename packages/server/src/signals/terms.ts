import { compileTerms } from '@lamplighter/matching'

/** The terms of one list, ready to be looked for. */
export interface TermSet {
  /** The first term that the text contains in any of its views, with its place in the original (UTF-16 offsets). */
  find(text: string): { readonly n: number; readonly from: number; readonly to: number } | undefined
}

/** Compiles terms with their entry numbers. Terms that are too short to look for are left out, as `compileTerms` reports. */
export function termSet(terms: readonly { readonly n: number; readonly term: string }[]): TermSet {
  const { matcher } = compileTerms([
    {
      id: 'list',
      version: 1,
      use: 'evidence',
      sealed: false,
      terms: terms.map(({ n, term }) => ({ id: String(n), text: term })),
    },
  ])
  return {
    find(text) {
      const hit = matcher.match(text)[0]
      return hit === undefined ? undefined : { n: Number(hit.term), from: hit.from, to: hit.to }
    },
  }
}
