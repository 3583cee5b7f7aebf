import { Automaton } from './automaton.ts'
import { CloseWords } from './close.ts'
import { explain } from './explain.ts'
import { type CompiledTerm, formsOf, isClose } from './forms.ts'
import type { CompileOptions, Problem, TermListSource, TermMatch, TermMatcher } from './terms.ts'
import { isWordUnit, originalRange, UNIT, type View, type ViewName } from './view.ts'
import { allViews } from './views.ts'

/** Views in which `1`, `!` and `|` read as `i` and as `l`: both are searched as one and told apart afterwards. */
const EITHER_VIEWS: ReadonlySet<ViewName> = new Set(['leet', 'joined', 'collapsed'])
/** In these a hit counts only if it covers something that the view changed. */
const CHANGED_VIEWS: ReadonlySet<ViewName> = new Set(['leet', 'joined', 'collapsed', 'decoded'])
/** Views in which words one slip away are looked for. */
const CLOSE_VIEWS: ReadonlySet<ViewName> = new Set(['folded', 'skeleton', 'leet'])

/** Words, with the signs that mask a letter inside them. */
const MASKED_WORD = /[\p{L}\p{N}\p{M}](?:[\p{L}\p{N}\p{M}*#_?.•×-]*[\p{L}\p{N}\p{M}])?/gu

/**
 * One matcher for all lists. Terms that cannot be looked for are named in `problems`; the others are.
 *
 * Whole lists are compiled at once, so a new version is swapped in whole; for long lists do it in a worker.
 */
export function compileTerms(
  lists: readonly TermListSource[],
  options: CompileOptions = {},
): { readonly matcher: TermMatcher; readonly problems: readonly Problem[] } {
  const { terms, problems } = formsOf(lists)
  return { matcher: new Matcher(terms, options.commonWords ?? new Set()), problems }
}

/** A term in the form of one view. */
interface Pattern {
  readonly term: CompiledTerm
  readonly view: ViewName
  readonly form: string
}

interface Place {
  readonly term: CompiledTerm
  readonly view: View
  readonly start: number
  readonly end: number
  readonly how: 'exact' | 'close'
}

class Matcher implements TermMatcher {
  readonly terms: number
  readonly #automaton: Automaton
  /** By the automaton's pattern number. */
  readonly #patterns: readonly (readonly Pattern[])[]
  readonly #closeTerms: readonly CompiledTerm[]
  readonly #closeWords: CloseWords
  readonly #commonWords: ReadonlySet<string>

  constructor(terms: readonly CompiledTerm[], commonWords: ReadonlySet<string>) {
    this.terms = terms.length
    const patterns = patternsOf(terms)
    this.#patterns = [...patterns.values()]
    this.#automaton = new Automaton([...patterns.keys()])
    this.#closeTerms = terms.filter(({ term }) => isClose(term))
    this.#closeWords = new CloseWords(this.#closeTerms.map(({ forms }) => forms.get('skeleton') ?? ''))
    this.#commonWords = commonWords
  }

  match(text: string, lists?: readonly string[]): readonly TermMatch[] {
    const places: Place[] = []
    for (const view of allViews(text)) {
      if (CHANGED_VIEWS.has(view.name) && !view.changed) continue
      this.#findExact(view, places)
      if (CLOSE_VIEWS.has(view.name)) this.#findClose(view, places)
    }
    const wanted = lists === undefined ? places : places.filter(({ term }) => lists.includes(term.list.id))
    return sorted(onceEach(wanted).map((place) => matchOf(place, text)))
  }

  #findExact(view: View, places: Place[]): void {
    const searched = EITHER_VIEWS.has(view.name) ? view.text.replaceAll('l', 'i') : view.text
    this.#automaton.scan(searched, (number, end) => {
      for (const { term, view: name, form } of this.#patterns[number] ?? []) {
        if (name !== view.name) continue
        const place: Place = { term, view, start: end - form.length, end, how: 'exact' }
        if (reads(place, form) && isHit(place)) places.push(place)
      }
    })
  }

  #findClose(view: View, places: Place[]): void {
    if (this.#closeWords.empty) return
    for (const { 0: word, index } of view.text.matchAll(MASKED_WORD)) {
      if (this.#commonWords.has(word)) continue
      for (const at of this.#closeWords.find(word)) {
        const term = this.#closeTerms[at]
        if (term === undefined || isExcepted(term, view.name, word)) continue
        places.push({ term, view, start: index, end: index + word.length, how: 'close' })
      }
    }
  }
}

function patternsOf(terms: readonly CompiledTerm[]): ReadonlyMap<string, readonly Pattern[]> {
  const patterns = new Map<string, Pattern[]>()
  for (const term of terms) {
    for (const [view, form] of term.forms) {
      if (form === '') continue
      const searched = EITHER_VIEWS.has(view) ? form.replaceAll('l', 'i') : form
      const held = patterns.get(searched)
      if (held === undefined) patterns.set(searched, [{ term, view, form }])
      else held.push({ term, view, form })
    }
  }
  return patterns
}

/** `i` and `l` were searched as one: where the text does not mean both, it must mean the one that the term has. */
function reads({ view, start }: Place, form: string): boolean {
  if (!EITHER_VIEWS.has(view.name)) return true
  for (let at = 0; at < form.length; at += 1) {
    const either = ((view.marks[start + at] ?? 0) & UNIT.iOrL) !== 0
    const unit = view.text[start + at]
    if (unit !== form[at] && !(either && (form[at] === 'l' || form[at] === 'i'))) return false
  }
  return true
}

function isHit(place: Place): boolean {
  const { term, view, start, end } = place
  if (CHANGED_VIEWS.has(view.name) && !coversChange(place)) return false
  if (term.term.part !== true && !(beginsWord(view, start) && endsWord(view, end))) return false
  return !term.except.some((forms) => standsAround(place, forms.get(view.name) ?? ''))
}

/** In `joined` the change is what was taken out between two units, so the first unit's does not count. */
function coversChange({ view, start, end }: Place): boolean {
  for (let at = view.name === 'joined' ? start + 1 : start; at < end; at += 1) {
    if (((view.marks[at] ?? 0) & UNIT.changed) !== 0) return true
  }
  return false
}

function beginsWord(view: View, start: number): boolean {
  return !isWordUnit(view.text, start - 1) || !isWordUnit(view.text, start) || isBorder(view, start, start - 1)
}

function endsWord(view: View, end: number): boolean {
  return !isWordUnit(view.text, end) || !isWordUnit(view.text, end - 1) || isBorder(view, end, end)
}

/** Where something was taken out, and beside a sign that only reads as a letter, a word may end. */
function isBorder(view: View, gapAt: number, signAt: number): boolean {
  const taken = ((view.marks[gapAt] ?? 0) & UNIT.gapBefore) !== 0
  return taken || ((view.marks[signAt] ?? 0) & UNIT.sign) !== 0
}

/** Whether the hit is part of this longer word or phrase. */
function standsAround({ term, view, start, end }: Place, around: string): boolean {
  const form = term.forms.get(view.name) ?? ''
  for (let at = around.indexOf(form); at !== -1 && form !== ''; at = around.indexOf(form, at + 1)) {
    const from = start - at
    const to = end - at - form.length + around.length
    if (from >= 0 && view.text.slice(from, to) === around && beginsWord(view, from) && endsWord(view, to)) return true
  }
  return false
}

function isExcepted(term: CompiledTerm, view: ViewName, word: string): boolean {
  return term.except.some((forms) => forms.get(view) === word)
}

/** One term at one place is told once, exact before close, in the least changed view. */
function onceEach(places: readonly Place[]): readonly Place[] {
  const kept = new Map<CompiledTerm, { place: Place; from: number; to: number }[]>()
  for (const place of [...places].sort((a, b) => Number(a.how === 'close') - Number(b.how === 'close'))) {
    const range = originalRange(place.view, place.start, place.end)
    const held = kept.get(place.term) ?? []
    if (held.some(({ from, to }) => range.from < to && from < range.to)) continue
    kept.set(place.term, [...held, { place, ...range }])
  }
  return [...kept.values()].flat().map(({ place }) => place)
}

function matchOf(place: Place, text: string): TermMatch {
  const { term, view, start, end, how } = place
  const { from, to } = originalRange(view, start, end)
  const shown = text.slice(from, to)
  return {
    list: term.list.id,
    listVersion: term.list.version,
    term: term.term.id,
    entry: term.entry,
    view: view.name,
    how,
    from,
    to,
    shown,
    explain: explain({ term, view: view.name, how, shown }),
  }
}

function sorted(matches: readonly TermMatch[]): readonly TermMatch[] {
  return [...matches].sort(
    (a, b) => a.from - b.from || b.to - a.to || compare(a.list, b.list) || compare(a.term, b.term),
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
