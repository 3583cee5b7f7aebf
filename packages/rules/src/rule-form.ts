import type { Expr, RuleDecl } from './ast.ts'
import { Findings } from './diagnostic.ts'
import { lex, type Token } from './lex.ts'
import { parse } from './parse.ts'

/** A piece of a text as it stands there: offsets in UTF-16 units. */
export interface Piece {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** One condition of a flat `and`. A comparison is told in its parts; anything else is one piece. */
export interface FormCondition extends Piece {
  readonly parts?: { readonly left: Piece; readonly relation: Piece; readonly right: Piece }
}

export const FORM_CLAUSES = ['harm', 'policy', 'severity', 'phase', 'because'] as const
export type FormClause = (typeof FORM_CLAUSES)[number]

/** A rule as a form: where each thing that can be changed stands in the text. */
export interface RuleForm {
  readonly rule: string
  readonly clauses: Readonly<Partial<Record<FormClause, Piece>>>
  readonly conditions: readonly FormCondition[]
}

/** One change of a form. `at` counts conditions from 0. */
export type FormEdit =
  | { readonly kind: 'condition'; readonly at: number; readonly text: string }
  | { readonly kind: 'add'; readonly text: string }
  | { readonly kind: 'remove'; readonly at: number }
  | { readonly kind: 'clause'; readonly clause: FormClause; readonly text: string }

/** The rules of a text that can be edited as a form: those whose `when` is one condition, or a flat `and` of them. */
export function formsOf(text: string): RuleForm[] {
  const findings = new Findings()
  const file = parse({ name: '', text }, findings)
  if (file?.kind !== 'ruleset') return []
  const { tokens } = lex({ name: '', text }, new Findings())
  return file.decls.flatMap((decl) => {
    const form = decl.kind === 'rule' && !decl.broken ? formOf(text, decl, tokens) : undefined
    return form === undefined ? [] : [form]
  })
}

/**
 * The text with one change of a rule's form. Only the changed piece differs: every other byte stays.
 *
 * @returns undefined where the change would not leave the same form with this one change in it: two conditions in one line, an open
 * bracket, a comment
 */
export function editForm(text: string, rule: string, edit: FormEdit): string | undefined {
  const before = formsOf(text).find((form) => form.rule === rule)
  if (before === undefined) return undefined
  const splice = spliceOf(before, edit)
  if (splice === undefined) return undefined
  const next = text.slice(0, splice.from) + splice.text + text.slice(splice.to)
  const after = formsOf(next).find((form) => form.rule === rule)
  if (after === undefined || faults(next) > faults(text)) return undefined
  return meaningOf(after) === meaningOf(expected(before, edit)) ? next : undefined
}

function spliceOf({ clauses, conditions }: RuleForm, edit: FormEdit): Piece | undefined {
  switch (edit.kind) {
    case 'clause': {
      const piece = clauses[edit.clause]
      return piece && { ...piece, text: edit.text.trim() }
    }
    case 'condition': {
      const piece = conditions[edit.at]
      return piece && { from: piece.from, to: piece.to, text: edit.text.trim() }
    }
    case 'add': {
      const last = conditions.at(-1)
      return last && { from: last.to, to: last.to, text: ` and ${edit.text.trim()}` }
    }
    case 'remove': {
      const [piece, before, after] = [conditions[edit.at], conditions[edit.at - 1], conditions[edit.at + 1]]
      if (piece === undefined) return undefined
      if (before !== undefined) return { from: before.to, to: piece.to, text: '' }
      return after && { from: piece.from, to: after.from, text: '' }
    }
  }
}

function expected({ rule, clauses, conditions }: RuleForm, edit: FormEdit): RuleForm {
  const as = (text: string): FormCondition => ({ from: 0, to: 0, text: text.trim() })
  switch (edit.kind) {
    case 'clause':
      return { rule, clauses: { ...clauses, [edit.clause]: as(edit.text) }, conditions }
    case 'condition':
      return { rule, clauses, conditions: conditions.with(edit.at, as(edit.text)) }
    case 'add':
      return { rule, clauses, conditions: [...conditions, as(edit.text)] }
    case 'remove':
      return { rule, clauses, conditions: conditions.toSpliced(edit.at, 1) }
  }
}

const meaningOf = ({ clauses, conditions }: RuleForm): string =>
  JSON.stringify([FORM_CLAUSES.map((clause) => clauses[clause]?.text), conditions.map(({ text }) => text)])

/** What cannot be read: a form may not make a file unreadable somewhere else. */
function faults(text: string): number {
  const findings = new Findings()
  parse({ name: '', text }, findings)
  return findings.list.length
}

function formOf(text: string, rule: RuleDecl, tokens: readonly Token[]): RuleForm | undefined {
  const { when } = rule
  if (when === undefined) return undefined
  const items = when.kind === 'and' ? when.items : [when]
  if (!items.every(isCondition)) return undefined
  const start = tokens.findIndex((token) => token.from === rule.name.at.from)
  const clauses: Partial<Record<FormClause, Piece>> = {}
  for (const clause of FORM_CLAUSES) {
    const from = clause === 'because' ? when.at.to : rule.name.at.to
    const at = tokens.findIndex((token, index) => index > start && token.from >= from && token.text === clause)
    const value = at === -1 ? undefined : tokens[at + 1]
    if (value !== undefined) clauses[clause] = pieceOf(text, value)
  }
  return { rule: rule.name.text, clauses, conditions: items.map((item) => conditionOf(text, item)) }
}

const isCondition = (expr: Expr): boolean =>
  expr.kind === 'not' ? isCondition(expr.of) : !['and', 'or', 'paren'].includes(expr.kind)

function conditionOf(text: string, expr: Expr): FormCondition {
  const whole = pieceOf(text, expr.at)
  if (expr.kind !== 'compare') return whole
  const { left, right } = expr
  const from = text.indexOf(expr.op, left.at.to)
  const relation = { from, to: from + expr.op.length, text: expr.op }
  return { ...whole, parts: { left: pieceOf(text, left.at), relation, right: pieceOf(text, right.at) } }
}

const pieceOf = (text: string, { from, to }: { readonly from: number; readonly to: number }): Piece => ({
  from,
  to,
  text: text.slice(from, to),
})
