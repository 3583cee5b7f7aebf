import type { Change, Completion, FormEdit, RuleForm, Token } from '@lamplighter/rules'

/** Kinds of token in the order in which a number names them. */
export const KINDS: readonly Token['kind'][] = [
  'keyword',
  'name',
  'path',
  'string',
  'number',
  'pattern',
  'sign',
  'comment',
]

/** What the page asks the checker, which runs in a worker: nothing that takes time runs where somebody types. */
export type Question =
  /** The facts that events have, and the live text, or null. Before anything else. */
  | { readonly op: 'base'; readonly schema: string; readonly live: string | null }
  | { readonly op: 'look'; readonly text: string }
  | { readonly op: 'tokens'; readonly text: string }
  | { readonly op: 'complete'; readonly text: string; readonly offset: number }
  | { readonly op: 'hover'; readonly text: string; readonly offset: number }
  | { readonly op: 'format'; readonly text: string }
  | { readonly op: 'test'; readonly text: string }
  | { readonly op: 'forms'; readonly text: string }
  | { readonly op: 'edit'; readonly text: string; readonly rule: string; readonly edit: FormEdit }

export interface Found {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly fix?: string
  readonly from: number
  readonly to: number
  readonly line: number
  readonly column: number
}

/** What a text without errors does, compared with the live one. */
export interface Ruled {
  readonly changes: readonly Change[]
  readonly rules: number
}

export interface Unseen {
  /** `29:8` */
  readonly at: string
  readonly text: string
  readonly required: boolean
}

export interface Report {
  readonly passed: number
  readonly failed: number
  readonly tests: readonly {
    readonly name: string
    readonly passed: boolean
    readonly failures: readonly {
      readonly message: string
      readonly from: number
      readonly to: number
      readonly line: number
    }[]
  }[]
  readonly coverage: {
    readonly leaves: number
    readonly bothWays: number
    readonly complete: boolean
    readonly neverTrue: readonly Unseen[]
    readonly neverFalse: readonly Unseen[]
  }
}

export interface Answers {
  base: { readonly ready: boolean }
  look: { readonly found: readonly Found[]; readonly tokens: Uint32Array; readonly changes: Ruled | null }
  tokens: { readonly tokens: Uint32Array }
  complete: readonly Completion[]
  hover: { readonly from: number; readonly to: number; readonly text: string; readonly cost: number | null } | null
  format: { readonly text: string | null }
  /** Null while the text has errors. */
  test: Report | null
  forms: readonly RuleForm[]
  edit: { readonly text: string | null }
}
