import { canBeDisguised } from './alike.ts'
import { collapsedTerm } from './collapsed.ts'
import type { Problem, Term, TermListSource } from './terms.ts'
import { VIEW_NAMES, type ViewName } from './view.ts'
import { readingsOf, viewBit } from './views.ts'

/** Terms are at most so long, and at least two letters (one with `part`: a single CJK character is a word). */
const LONGEST = 200
const SHORTEST = 2
/** Shorter terms are looked for in the first three views only: the others would find them in anything. */
const SHORTEST_DISGUISED = 5
const SHORTEST_CLOSE = 7
/** Of all lists of a deployment together. */
export const MOST_TERMS = 100_000

/** A term of a list, ready to be looked for. */
export interface CompiledTerm {
  readonly list: TermListSource
  readonly term: Term
  /** Its number in the list, from 1. */
  readonly entry: number
  /** The views it is looked for in, as sums of `viewBit`. */
  readonly views: number
  /** What it reads as, and in which of these views. */
  readonly forms: ReadonlyMap<string, number>
  /** Of a term in another script: its folded form, looked for with letters replaced by such that look alike. */
  readonly disguised: string | undefined
  /** What a word one letter wrong is compared with; undefined where the term is looked for exactly. */
  readonly close: string | undefined
}

/** All terms that can be looked for, and what is wrong with the others. */
export function formsOf(lists: readonly TermListSource[]): {
  readonly terms: readonly CompiledTerm[]
  readonly problems: readonly Problem[]
} {
  const terms: CompiledTerm[] = []
  const problems: Problem[] = []
  for (const list of lists) {
    const seen = new Set<string>()
    for (const [at, term] of list.terms.entries()) {
      const letters = lettersOf(term.text)
      const views = viewsOf(term, letters)
      const forms = readsAs(term.text, views)
      const problem =
        terms.length < MOST_TERMS
          ? problemOf(list, term, { letters, visible: forms.size > 0, seen })
          : tooMany(list, term)
      if (problem !== undefined) problems.push(problem)
      if (problem !== undefined && problem.code !== 'close_too_short') continue
      seen.add(term.id)
      const close = term.close === true && letters >= SHORTEST_CLOSE ? formsIn(term.text).get('skeleton') : undefined
      terms.push({ list, term, entry: at + 1, views, forms, disguised: disguisedOf(forms), close })
    }
  }
  return { terms, problems }
}

const ALL = VIEW_NAMES.reduce((sum, name) => sum | viewBit(name), 0)
const FOLDED = viewBit('folded')
const SKELETON = viewBit('skeleton')
const PLAIN = viewBit('raw') | FOLDED | SKELETON

function viewsOf(term: Pick<Term, 'views'>, letters: number): number {
  const views = letters < SHORTEST_DISGUISED ? PLAIN : ALL
  return term.views === undefined ? views : term.views.reduce((sum, name) => sum | viewBit(name), 0) & views
}

const PLAIN_WORD = /^[a-z]+$/
const DOUBLED = /(.)\1/

/** What a term reads as in these views. A plain word reads the same in all, if no letter stands twice in a row. */
function readsAs(text: string, views: number): ReadonlyMap<string, number> {
  if (PLAIN_WORD.test(text) && !DOUBLED.test(text)) return new Map([[text, views]])
  const forms = new Map<string, number>()
  for (const [name, form] of formsIn(text)) {
    const bit = viewBit(name) & views
    if (bit !== 0 && form !== '') forms.set(form, (forms.get(form) ?? 0) | bit)
  }
  return forms
}

/** A term looked for in its skeleton is looked for with lookalikes, too, if there are any of its letters. */
function disguisedOf(forms: ReadonlyMap<string, number>): string | undefined {
  const inSkeleton = [...forms].find(([, views]) => (views & SKELETON) !== 0)?.[0]
  const folded = [...forms].find(([, views]) => (views & FOLDED) !== 0)?.[0] ?? inSkeleton
  return inSkeleton !== undefined && folded !== undefined && canBeDisguised(folded) ? folded : undefined
}

/** A term's text as each view reads it. A view that leaves it alone reads what the one before it reads. */
export function formsIn(text: string): ReadonlyMap<ViewName, string> {
  const readings = readingsOf(text)
  const forms = new Map<ViewName, string>()
  let read = ''
  for (const name of VIEW_NAMES) {
    read = readings.find(({ views }) => (views & viewBit(name)) !== 0)?.text.trim() ?? read
    forms.set(name, read)
  }
  forms.set('collapsed', collapsedTerm(forms.get('joined') ?? ''))
  // What was decoded is folded, and nothing more.
  forms.set('decoded', forms.get('folded') ?? '')
  return forms
}

function tooMany(list: TermListSource, term: Term): Problem {
  const message = `expected at most ${MOST_TERMS.toLocaleString('en')} terms in all lists together; drop lists or terms`
  return { code: 'too_many', list: list.id, term: term.id, message }
}

function problemOf(
  list: TermListSource,
  term: Term,
  found: { letters: number; visible: boolean; seen: ReadonlySet<string> },
): Problem | undefined {
  const problem = found.seen.has(term.id)
    ? { code: 'twice' as const, message: `expected one term ${term.id}, found a second; give it another id` }
    : problemWith(term, found)
  return problem === undefined ? undefined : { ...problem, list: list.id, term: term.id }
}

/** Why a term would not be looked for, or not in the way that it asks; undefined if it is as it should be. */
export function checkTerm(term: Omit<Term, 'id'>): Pick<Problem, 'code' | 'message'> | undefined {
  const letters = lettersOf(term.text)
  return problemWith(term, { letters, visible: readsAs(term.text, viewsOf(term, letters)).size > 0 })
}

function problemWith(
  term: Omit<Term, 'id'>,
  { letters, visible }: { letters: number; visible: boolean },
): Pick<Problem, 'code' | 'message'> | undefined {
  if (term.text.length > LONGEST)
    return { code: 'too_long', message: `expected at most ${LONGEST} characters; shorten the term` }
  const least = term.part === true ? 1 : SHORTEST
  if (letters < least)
    return { code: 'too_short', message: `expected ${least} letters or more, found ${letters}; drop the term` }
  if (!visible) {
    return {
      code: 'empty_in_view',
      message: 'expected something visible in the views that are searched, found none; drop the term',
    }
  }
  if (term.close === true && letters < SHORTEST_CLOSE) {
    return {
      code: 'close_too_short',
      message: `close needs ${SHORTEST_CLOSE} letters, found ${letters}; it is matched exactly`,
    }
  }
  return undefined
}

function lettersOf(text: string): number {
  if (PLAIN_WORD.test(text)) return text.length
  return text.normalize('NFKC').match(/[\p{L}\p{N}\p{So}]/gu)?.length ?? 0
}
