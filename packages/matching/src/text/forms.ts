import { collapsedTerm } from './collapsed.ts'
import type { Problem, Term, TermListSource } from './terms.ts'
import { VIEW_NAMES, type ViewName } from './view.ts'
import { allViews } from './views.ts'

/** Terms are at most so long, and at least two letters (one with `part`: a single CJK character is a word). */
const LONGEST = 200
const SHORTEST = 2
/** Shorter terms are looked for in the first three views only: the others would find them in anything. */
const SHORTEST_DISGUISED = 5
const SHORTEST_CLOSE = 7
const PLAIN_VIEWS: readonly ViewName[] = ['raw', 'folded', 'skeleton']

/** A term of a list, ready to be looked for: its text in the form of each view. */
export interface CompiledTerm {
  readonly list: TermListSource
  readonly term: Term
  readonly entry: number
  readonly forms: ReadonlyMap<ViewName, string>
  readonly except: readonly ReadonlyMap<ViewName, string>[]
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
      const problem = problemOf(list, term, seen)
      if (problem !== undefined) problems.push(problem)
      if (problem !== undefined && problem.code !== 'close_too_short') continue
      seen.add(term.id)
      terms.push({
        list,
        term,
        entry: at + 1,
        forms: formsIn(term.text, viewsOf(term)),
        except: (term.except ?? []).map((word) => formsIn(word, VIEW_NAMES)),
      })
    }
  }
  return { terms, problems }
}

/** Whether the term is looked for with one letter wrong. */
export function isClose(term: Term): boolean {
  return term.close === true && lettersOf(term.text) >= SHORTEST_CLOSE
}

function viewsOf(term: Term): readonly ViewName[] {
  const views = lettersOf(term.text) < SHORTEST_DISGUISED ? PLAIN_VIEWS : VIEW_NAMES
  return term.views === undefined ? views : views.filter((name) => term.views?.includes(name))
}

function formsIn(text: string, names: readonly ViewName[]): ReadonlyMap<ViewName, string> {
  const made = new Map(allViews(text).map((view) => [view.name, view.text.trim()]))
  made.set('collapsed', collapsedTerm(made.get('joined') ?? ''))
  made.set('decoded', made.get('folded') ?? '')
  return new Map(names.map((name) => [name, made.get(name) ?? '']))
}

function problemOf(list: TermListSource, term: Term, seen: ReadonlySet<string>): Problem | undefined {
  const problem = (code: Problem['code'], message: string) => ({ code, list: list.id, term: term.id, message })
  const letters = lettersOf(term.text)
  if (seen.has(term.id)) return problem('twice', `expected one term ${term.id}, found a second; give it another id`)
  if (term.text.length > LONGEST) return problem('too_long', `expected at most ${LONGEST} characters; shorten the term`)
  const least = term.part === true ? 1 : SHORTEST
  if (letters < least) return problem('too_short', `expected ${least} letters or more, found ${letters}; drop the term`)
  if (formsIn(term.text, ['folded']).get('folded') === '') {
    return problem('empty_in_view', 'expected something visible, found none; drop the term')
  }
  if (term.close === true && letters < SHORTEST_CLOSE) {
    return problem('close_too_short', `close needs ${SHORTEST_CLOSE} letters, found ${letters}; it is matched exactly`)
  }
  return undefined
}

function lettersOf(text: string): number {
  return text.normalize('NFKC').match(/[\p{L}\p{N}\p{So}]/gu)?.length ?? 0
}
