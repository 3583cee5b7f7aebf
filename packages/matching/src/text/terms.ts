import type { ViewName } from './view.ts'

/** One entry of a term list (text.md §3.1, §4). */
export interface Term {
  readonly id: string
  readonly text: string
  readonly lang?: string
  /** Also inside a word. */
  readonly part?: boolean
  /** Also with one letter masked, missing, doubled, replaced or swapped; seven letters and more. */
  readonly close?: boolean
  /** Only in these views. */
  readonly views?: readonly ViewName[]
  readonly severity?: 1 | 2 | 3 | 4
  readonly tags?: readonly string[]
  /** Words around a hit that make it none. */
  readonly except?: readonly string[]
  /** What the term names, where several terms of a list name the same: an organisation's names. */
  readonly group?: string
  /** Means other things, too: it hits only as it is written here, capitals included, and beside another term of its group. */
  readonly ambiguous?: boolean
}

export interface TermListSource {
  readonly id: string
  readonly version: number
  /** `context` never counts alone. */
  readonly use: 'evidence' | 'context'
  /** No term of it is shown. */
  readonly sealed: boolean
  readonly terms: readonly Term[]
  /** Read on the folded text; each needs three letters in a row that every hit contains. At most 200 in all lists. */
  readonly patterns?: readonly UserPattern[]
}

/** A pattern of a list, in the linear subset of the rule language (rules.md §7.6). */
export interface UserPattern {
  readonly id: string
  readonly pattern: string
}

/** What tests one pattern in time linear in the text. */
export interface LinearMatcher {
  test(text: string): boolean
}

/** Compiles a pattern; throws an error that says why it cannot. Handed over by the caller, since this package knows no patterns. */
export type CompilePattern = (pattern: string) => LinearMatcher

/** One term at one place, in the least changed view that shows it. */
export interface TermMatch {
  readonly list: string
  readonly listVersion: number
  /** The term's id. */
  readonly term: string
  /** The term's number in its list, from 1. */
  readonly entry: number
  readonly view: ViewName
  readonly how: 'exact' | 'close'
  /** The place in the original text, in UTF-16 units: `text.slice(from, to)` is what was written. */
  readonly from: number
  readonly to: number
  /** What was written there. */
  readonly shown: string
  /** A sentence for a reviewer; of a sealed list it names no term. */
  readonly explain: string
}

export type ProblemCode =
  | 'too_short'
  | 'too_long'
  | 'close_too_short'
  | 'empty_in_view'
  | 'twice'
  | 'too_many'
  | 'no_literal'
  | 'bad_pattern'

/** Why a term is not looked for, or not in the way that was asked. */
export interface Problem {
  readonly code: ProblemCode
  readonly list: string
  readonly term: string
  /** Expected, found, and what to do. */
  readonly message: string
}

export interface TermMatcher {
  /** Of all that a hit depends on: layout, lists with their versions, and a check sum over the image. */
  readonly version: string
  /** Terms and patterns that are looked for. */
  readonly terms: number
  /** Size of the image, which is almost all of the memory that the matcher takes. */
  readonly bytes: number
  /**
   * All hits, by place, then the longest, then list and term. Any text is taken; time is linear in its length.
   *
   * @param lists only these lists; all if not said
   */
  match(text: string, lists?: readonly string[]): readonly TermMatch[]
  /** What the matcher is made of, for `readMatcher`; threads may share it. It holds the terms in the clear, those of sealed lists too. */
  image(): Uint8Array
}

/** What compiling needs besides the lists. */
export interface CompileOptions {
  /** Common words of the languages in use: a `close` hit on one of them is none. */
  readonly commonWords?: ReadonlySet<string>
  /** Needed where a list has patterns. */
  readonly compilePattern?: CompilePattern
}
