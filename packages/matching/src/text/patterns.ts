import type { CompilePattern, LinearMatcher, Problem, TermListSource, UserPattern } from './terms.ts'
import { view } from './views.ts'

/** Of all lists of a deployment together. */
const MOST_PATTERNS = 200
const SHORTEST_LITERAL = 3

/** A pattern of a list that can be looked for: only in texts in which its literal was found. */
export interface CompiledPattern {
  readonly list: TermListSource
  readonly pattern: UserPattern
  /** Its number in the list, after the terms. */
  readonly entry: number
  readonly literal: string
}

/** All patterns that can be looked for, and what is wrong with the others. */
export function patternsOf(
  lists: readonly TermListSource[],
  compile: CompilePattern | undefined,
): { readonly patterns: readonly CompiledPattern[]; readonly problems: readonly Problem[] } {
  const patterns: CompiledPattern[] = []
  const problems: Problem[] = []
  for (const list of lists) {
    for (const [at, pattern] of (list.patterns ?? []).entries()) {
      const literal = literalOf(pattern.pattern)
      const problem = problemOf(pattern, { literal, before: patterns.length, compile })
      if (problem !== undefined) problems.push({ ...problem, list: list.id, term: pattern.id })
      else patterns.push({ list, pattern, entry: list.terms.length + at + 1, literal })
    }
  }
  return { patterns, problems }
}

function problemOf(
  { pattern }: UserPattern,
  found: { literal: string; before: number; compile: CompilePattern | undefined },
): Pick<Problem, 'code' | 'message'> | undefined {
  if (found.before >= MOST_PATTERNS) {
    return { code: 'too_many', message: `expected at most ${MOST_PATTERNS} patterns in all lists together; drop some` }
  }
  const why = whyNotCompiled(pattern, found.compile)
  if (why !== undefined) return { code: 'bad_pattern', message: why }
  if (found.literal.length < SHORTEST_LITERAL) {
    return {
      code: 'no_literal',
      message: `expected ${SHORTEST_LITERAL} letters in a row that every hit contains, outside of groups and choices; write some`,
    }
  }
  const folded = view(found.literal, 'folded').text
  if (folded !== found.literal) {
    return { code: 'bad_pattern', message: `patterns read the folded text: write "${folded}" for "${found.literal}"` }
  }
  return undefined
}

function whyNotCompiled(pattern: string, compile: CompilePattern | undefined): string | undefined {
  if (compile === undefined) return 'no matcher for patterns was handed over; compile with one'
  try {
    compile(pattern)
    return undefined
  } catch (fault) {
    // The matcher says what it does not know, a look-behind for one; the author of the list has to hear it.
    return fault instanceof Error ? fault.message : String(fault)
  }
}

/**
 * The longest run of plain letters that every hit contains, or ''. Only letters at the top level count, and only those that are
 * not optional: the automaton finds them, so most texts never meet the pattern.
 */
export function literalOf(pattern: string): string {
  if (hasTopLevelChoice(pattern)) return ''
  let longest = ''
  let run = ''
  const end = (): void => {
    if (run.length > longest.length) longest = run
    run = ''
  }
  for (const { 0: piece, index } of pattern.matchAll(PIECE)) {
    const after = pattern.slice(index + piece.length)
    const optional = /^(?:[?*]|\{0)/.test(after)
    if (LETTER.test(piece) && !optional && depthAt(pattern, index) === 0) {
      run += piece
      // A letter that may repeat is there, but not what follows it at once.
      if (/^[+{]/.test(after)) end()
    } else end()
  }
  end()
  return longest
}

/** An escape, a class, a count, or one character. */
const PIECE = /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\{[^}]*\}|[\s\S]/gu
const LETTER = /^[\p{L}\p{N}]$/u

function hasTopLevelChoice(pattern: string): boolean {
  return [...pattern.matchAll(PIECE)].some(({ 0: piece, index }) => piece === '|' && depthAt(pattern, index) === 0)
}

/** How many groups are open here. */
function depthAt(pattern: string, end: number): number {
  let depth = 0
  for (const { 0: piece, index } of pattern.matchAll(PIECE)) {
    if (index >= end) break
    if (piece === '(') depth += 1
    if (piece === ')') depth -= 1
  }
  return depth
}

/** Patterns of one matcher, compiled when first needed: most are never. */
export class Patterns {
  readonly #compile: CompilePattern | undefined
  readonly #made = new Map<string, LinearMatcher>()

  constructor(compile: CompilePattern | undefined) {
    this.#compile = compile
  }

  /** @throws Error the image holds a pattern and no matcher for patterns was handed over */
  test(pattern: string, text: string): boolean {
    let matcher = this.#made.get(pattern)
    if (matcher === undefined) {
      if (this.#compile === undefined) throw new Error('the matcher holds patterns; hand over what compiles them')
      matcher = this.#compile(pattern)
      this.#made.set(pattern, matcher)
    }
    return matcher.test(text)
  }
}
