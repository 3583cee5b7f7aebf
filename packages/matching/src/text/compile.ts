import { ALIKE } from './alike.ts'
import { buildTables, mergedText, sectionsOfTables } from './automaton.ts'
import { CloseWords, closeSections } from './close.ts'
import { type CompiledTerm, formsOf } from './forms.ts'
import { FLAG } from './held.ts'
import { ImageReader, type Section, writeImage } from './image.ts'
import { readMatcher } from './matcher.ts'
import { type CompiledPattern, patternsOf } from './patterns.ts'
import { StringsWriter } from './strings.ts'
import type { CompileOptions, Problem, TermListSource, TermMatcher } from './terms.ts'
import { viewBit } from './views.ts'

/** Patterns are looked at where the folded text holds their literal. */
const PATTERN_VIEWS = viewBit('folded')

/**
 * One matcher for all lists. Terms that cannot be looked for are named in `problems`; the others are.
 *
 * Whole lists are compiled at once, so a new version is swapped in whole. Long lists belong into a worker, which hands over the
 * image.
 */
export function compileTerms(
  lists: readonly TermListSource[],
  options: CompileOptions = {},
): { readonly matcher: TermMatcher; readonly problems: readonly Problem[] } {
  const { terms, problems } = formsOf(lists)
  const { patterns, problems: others } = patternsOf(lists, options.compilePattern)
  const image = imageOf(lists, [...terms, ...patterns], options.commonWords ?? new Set())
  return { matcher: readMatcher(image, options), problems: [...problems, ...others] }
}

type Compiled = CompiledTerm | CompiledPattern

function imageOf(
  lists: readonly TermListSource[],
  terms: readonly Compiled[],
  commonWords: ReadonlySet<string>,
): Uint8Array<ArrayBuffer> {
  const strings = new StringsWriter()
  const facts = lists.map(({ id, version, sealed }) => ({ id, version, sealed }))
  const close = closeOf(terms)
  const common = nearOnes(commonWords, close.texts)
  // The two strings that are read first have the first two numbers.
  const head = [strings.add(JSON.stringify(facts)), strings.add(`${JSON.stringify(common)} `)]
  const { patterns, entries } = entriesOf(terms, strings)
  const sections: Section[] = [
    ...sectionsOfTables(buildTables(patterns)),
    ...entries,
    ...termSections(terms, lists, strings),
    Uint32Array.from(close.owners),
    Uint32Array.from(close.texts, (text) => strings.add(text)),
    Uint8Array.from(close.owners, (term) => viewsOf(terms[term])),
    ...closeSections(close.texts),
  ]
  return writeImage([Uint32Array.from(head), ...strings.sections(), ...sections])
}

/** What the automaton looks for, and which terms each of it stands for, in which views. */
function entriesOf(
  terms: readonly Compiled[],
  strings: StringsWriter,
): { readonly patterns: readonly string[]; readonly entries: readonly Section[] } {
  const byPattern = new Map<string, { term: number; form: string; views: number }[]>()
  const add = (term: number, form: string, views: number): void => {
    const pattern = mergedText(form)
    const held = byPattern.get(pattern)
    if (held === undefined) byPattern.set(pattern, [{ term, form, views }])
    else {
      const same = held.find((one) => one.term === term && one.form === form)
      if (same === undefined) held.push({ term, form, views })
      else same.views |= views
    }
  }
  for (const [number, term] of terms.entries()) {
    if ('literal' in term) {
      add(number, term.literal, PATTERN_VIEWS)
      continue
    }
    for (const [form, views] of term.forms) add(number, form, views)
    if (term.disguised !== undefined) add(number, term.disguised, ALIKE)
  }
  const starts = new Uint32Array(byPattern.size + 2)
  const entries = [...byPattern.values()].flatMap((held, at) => {
    starts[at + 2] = (starts[at + 1] ?? 0) + held.length
    return held
  })
  const isWhole = (held: readonly { term: number }[]): boolean =>
    held.every(({ term }) => (flagsOf(terms[term]) & FLAG.part) === 0)
  return {
    patterns: [...byPattern.keys()],
    entries: [
      // Of each pattern: its length if it counts between word boundaries only, else 0.
      Uint8Array.from([0, ...[...byPattern].map(([pattern, held]) => (isWhole(held) ? pattern.length : 0))]),
      starts,
      Uint32Array.from(entries, ({ term }) => term),
      Uint32Array.from(entries, ({ form }) => strings.add(form)),
      Uint8Array.from(entries, ({ views }) => views),
    ],
  }
}

function termSections(
  terms: readonly Compiled[],
  lists: readonly TermListSource[],
  strings: StringsWriter,
): readonly Section[] {
  const numbers = new Map(lists.map((list, at) => [list, at]))
  const excepts = terms.map((term) => ('literal' in term ? [] : (term.term.except ?? [])))
  const exceptStarts = new Uint32Array(terms.length + 1)
  for (const [at, words] of excepts.entries()) exceptStarts[at + 1] = (exceptStarts[at] ?? 0) + words.length
  return [
    Uint32Array.from(terms, ({ list }) => numbers.get(list) ?? 0),
    Uint32Array.from(terms, ({ entry }) => entry),
    Uint8Array.from(terms, flagsOf),
    Uint32Array.from(terms, (term) => strings.add('literal' in term ? term.pattern.id : term.term.id)),
    Uint32Array.from(terms, (term) => strings.add('literal' in term ? term.pattern.pattern : term.term.text)),
    Uint32Array.from(terms, (term) => strings.add('literal' in term ? '' : (term.term.group ?? ''))),
    exceptStarts,
    Uint32Array.from(excepts.flat(), (word) => strings.add(word)),
  ]
}

function flagsOf(term: Compiled | undefined): number {
  if (term === undefined) return 0
  if ('literal' in term) return FLAG.part | FLAG.pattern
  const { part, ambiguous } = term.term
  return (part === true ? FLAG.part : 0) | (ambiguous === true ? FLAG.ambiguous : 0)
}

const viewsOf = (term: Compiled | undefined): number => (term === undefined || 'literal' in term ? 0 : term.views)

/** Terms that are looked for with one letter wrong, in the form of the view in which they are. */
function closeOf(terms: readonly Compiled[]): {
  readonly owners: readonly number[]
  readonly texts: readonly string[]
} {
  const owners: number[] = []
  const texts: string[] = []
  for (const [number, term] of terms.entries()) {
    if ('literal' in term || term.close === undefined) continue
    owners.push(number)
    texts.push(term.close)
  }
  return { owners, texts }
}

/** Of the common words only those that stand one slip from a term have to be kept. */
function nearOnes(commonWords: ReadonlySet<string>, texts: readonly string[]): readonly string[] {
  if (commonWords.size === 0 || texts.length === 0) return []
  const image = new ImageReader(writeImage(closeSections(texts)))
  const words = new CloseWords(image, (term) => texts[term] ?? '')
  return [...commonWords].filter((word) => words.find(word).length > 0).sort()
}
