import type { Span } from './diagnostic.ts'

/** A name or other word with its place. */
export interface Word {
  readonly text: string
  readonly at: Span
}

export type Literal =
  | { readonly kind: 'string'; readonly value: string; readonly at: Span }
  | { readonly kind: 'number'; readonly value: number; readonly at: Span }
  | { readonly kind: 'duration'; readonly value: number; readonly at: Span }
  | { readonly kind: 'bool'; readonly value: boolean; readonly at: Span }

export type Relation = '==' | '!=' | '<' | '<=' | '>' | '>='
export type Arithmetic = '+' | '-' | '*' | '/'

/** An expression as written. `paren` is kept: `format` must know what the author bracketed. */
export type Expr =
  | { readonly kind: 'or' | 'and'; readonly items: readonly Expr[]; readonly at: Span }
  | { readonly kind: 'not'; readonly of: Expr; readonly at: Span }
  | { readonly kind: 'compare'; readonly op: Relation; readonly left: Expr; readonly right: Expr; readonly at: Span }
  | { readonly kind: 'is'; readonly of: Expr; readonly what: 'known' | 'unknown' | 'none'; readonly at: Span }
  | { readonly kind: 'in'; readonly of: Expr; readonly values: readonly Literal[]; readonly at: Span }
  | {
      readonly kind: 'lookup'
      readonly how: 'in' | 'near' | 'any'
      readonly of: Expr
      readonly list: Word
      readonly at: Span
    }
  | { readonly kind: 'contains'; readonly of: Expr; readonly text: Literal; readonly at: Span }
  | {
      readonly kind: 'matches'
      readonly of: Expr
      readonly pattern: string
      readonly patternAt: Span
      readonly at: Span
    }
  | { readonly kind: 'arith'; readonly op: Arithmetic; readonly left: Expr; readonly right: Expr; readonly at: Span }
  | { readonly kind: 'neg'; readonly of: Expr; readonly at: Span }
  | { readonly kind: 'literal'; readonly literal: Literal; readonly at: Span }
  | { readonly kind: 'path'; readonly path: string; readonly at: Span }
  | { readonly kind: 'of'; readonly counter: Word; readonly key: readonly Word[]; readonly at: Span }
  | { readonly kind: 'paren'; readonly of: Expr; readonly at: Span }

export interface ListDecl {
  readonly kind: 'list'
  readonly name: Word
  readonly type: 'text' | 'domain' | 'hash' | 'phash' | 'id'
  readonly thing?: Word
  readonly sealed: boolean
  readonly context: boolean
  readonly from: Word
  /** Milliseconds after which "no hit" is no longer believed. */
  readonly staleAfter?: number
  readonly at: Span
}

export interface SignalDecl {
  readonly kind: 'signal'
  readonly name: Word
  readonly type: 'bool' | 'num' | 'score'
  readonly provider: Word
  readonly inputs: readonly Word[]
  /** Milliseconds. */
  readonly within: number
  readonly withinAt: Span
  readonly at: Span
}

export interface LetDecl {
  readonly kind: 'let'
  readonly name: Word
  readonly expr: Expr
  readonly at: Span
}

export interface CounterDecl {
  readonly kind: 'counter'
  readonly name: Word
  readonly what: 'count' | 'distinct' | 'sum'
  readonly member?: Word
  readonly by: readonly Word[]
  readonly on: readonly Word[]
  readonly where?: Expr
  readonly over: number
  readonly overAt: Span
  /** Exact up to this number; approximate where absent. */
  readonly upTo?: number
  readonly at: Span
}

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

export type EffectNode =
  | { readonly do: 'block'; readonly at: Span }
  | { readonly do: 'hold'; readonly until: 'review'; readonly at: Span }
  | { readonly do: 'hold'; readonly until: 'release'; readonly for: number; readonly at: Span }
  | { readonly do: 'limit'; readonly what: Word; readonly for: number; readonly at: Span }
  | { readonly do: 'queue'; readonly what: Word; readonly within: number; readonly at: Span }
  | { readonly do: 'preserve'; readonly for: number; readonly at: Span }
  | { readonly do: 'label' | 'refer' | 'offer'; readonly what: Word; readonly at: Span }

export interface Tell {
  /** Absent for the first text, the platform's default language. */
  readonly language?: Word
  readonly text: Word
}

/** A rule as written. A clause that could not be read is absent; that has been reported. */
export interface RuleDecl {
  readonly kind: 'rule'
  readonly name: Word
  readonly version: number
  readonly at: Span
  readonly harm?: Word
  readonly policy?: Word
  readonly severity?: Severity
  readonly phase?: 'gate' | 'follow'
  readonly on?: readonly Word[]
  readonly when?: Expr
  /** Of `then`. */
  readonly effects?: readonly EffectNode[]
  readonly onUnknown?: readonly EffectNode[] | 'ignore'
  readonly unknownAt?: Span
  readonly because?: Word
  readonly tell?: readonly Tell[]
  readonly withhold?: { readonly because: Word; readonly for?: number; readonly at: Span }
  /** A clause was there but unreadable, so nothing may be concluded from its absence. */
  readonly broken: boolean
}

export type AssignValue =
  | { readonly kind: 'value'; readonly literal: Literal }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'none' }
  /** Of a signal alone: a switch keeps it from being measured. */
  | { readonly kind: 'off' }
  | { readonly kind: 'list'; readonly values: readonly Literal[] }

export interface Assign {
  readonly path: Word
  readonly value: AssignValue
}

export interface SampleDecl {
  readonly kind: 'sample'
  readonly name: Word
  readonly event: Word
  readonly assigns: readonly Assign[]
  readonly at: Span
}

export type Expectation =
  | { readonly kind: 'outcome'; readonly rule: Word; readonly outcome: 'fired' | 'quiet' | 'unknown' }
  | { readonly kind: 'counter'; readonly counter: Word; readonly op: Relation; readonly value: Literal }
  | { readonly kind: 'verdict'; readonly verdict: 'allow' | 'limit' | 'hold' | 'block' }
  | { readonly kind: 'effect'; readonly effect: EffectNode }
  | { readonly kind: 'no-effect' }

export type Step =
  | { readonly kind: 'given'; readonly list: Word; readonly has?: readonly string[]; readonly at: Span }
  | { readonly kind: 'send'; readonly what: Word; readonly assigns: readonly Assign[]; readonly at: Span }
  | { readonly kind: 'again'; readonly at: Span }
  | { readonly kind: 'after'; readonly duration: number; readonly at: Span }
  | {
      readonly kind: 'repeat'
      readonly times: number
      readonly as: Word
      readonly every: number
      readonly steps: readonly Step[]
      readonly at: Span
    }
  | { readonly kind: 'expect'; readonly that: Expectation; readonly at: Span }

export interface TestDecl {
  readonly kind: 'test'
  readonly name: Word
  readonly steps: readonly Step[]
  readonly at: Span
}

export type Decl = ListDecl | SignalDecl | LetDecl | CounterDecl | RuleDecl | SampleDecl | TestDecl

export interface RulesFile {
  readonly kind: 'ruleset'
  readonly name: Word
  readonly version: number
  readonly owner: Word
  readonly schema: { readonly name: Word; readonly version: number }
  readonly decls: readonly Decl[]
  readonly at: Span
}

export type TypeNode =
  | { readonly kind: 'bool' | 'num' | 'dur' | 'score' | 'hash' | 'phash' | 'domain' | 'harm' }
  | { readonly kind: 'text'; readonly max?: number }
  | { readonly kind: 'id'; readonly thing: string }
  | { readonly kind: 'enum'; readonly values: readonly { readonly name: string; readonly firm: boolean }[] }
  | { readonly kind: 'list'; readonly of: TypeNode; readonly max?: number }

export interface FieldNode {
  readonly name: Word
  readonly sealed: boolean
  readonly type: TypeNode
  readonly optional: boolean
  readonly default?:
    | Literal
    | { readonly kind: 'word'; readonly value: string; readonly at: Span }
    | { readonly kind: 'empty'; readonly at: Span }
  readonly at: Span
}

export interface RecordNode {
  readonly kind: 'record'
  readonly name: Word
  readonly entity?: Word
  readonly claimed: boolean
  readonly fields: readonly FieldNode[]
}

export interface EventNode {
  readonly kind: 'event'
  readonly name: Word
  readonly about: Word
  readonly item?: Word
  readonly encrypted: boolean
  readonly members: readonly { readonly name: Word; readonly record: Word; readonly optional: boolean }[]
}

export interface SchemaFile {
  readonly kind: 'schema'
  readonly name: Word
  readonly version: number
  readonly harms: readonly { readonly name: Word; readonly grave: boolean }[]
  readonly limits: readonly Word[]
  readonly records: readonly RecordNode[]
  readonly events: readonly EventNode[]
}
