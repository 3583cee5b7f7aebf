import type { TermListSource } from '@lamplighter/matching'
import type { NumberedTerm } from './terms.ts'

/** What a matcher has to know of a list besides its terms. */
export type TermFacts = Pick<TermListSource, 'id' | 'version' | 'use' | 'sealed'>

/** What the thread that compiles terms is told: a list, its terms slice by slice, the next list, and at last to build. */
export type ToTermThread =
  | { readonly do: 'list'; readonly list: TermFacts }
  | { readonly do: 'terms'; readonly terms: readonly NumberedTerm[] }
  | { readonly do: 'build' }
