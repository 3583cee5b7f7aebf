import type { Expr } from './ast.ts'
import type { Term } from './checked.ts'
import { printExpr, printLiteral } from './print-expr.ts'
import { DUR, isNumeric, NUM, type ScalarType, type Type, typeName } from './types.ts'

/** The types that are written as a string. Ids are not: a rule that names one person is a decision, not a rule. */
export function textual(type: Type): ScalarType | undefined {
  switch (type.kind) {
    case 'text':
    case 'domain':
    case 'hash':
    case 'enum':
    case 'harm':
      return type
    default:
      return undefined
  }
}

export function comparable(a: Type, b: Type, ordered: boolean): boolean {
  if (isNumeric(a) && isNumeric(b)) return true
  if (a.kind === 'dur' && b.kind === 'dur') return true
  if (ordered || a.kind === 'list' || a.kind === 'phash') return false
  return typeName(a) === typeName(b)
}

export function comparisonFix(expr: Expr & { kind: 'compare' }, left: Term, right: Term): string | undefined {
  for (const [dur, num, durExpr, numExpr] of [
    [left, right, expr.left, expr.right],
    [right, left, expr.right, expr.left],
  ] as const) {
    if (dur.type.kind !== 'dur' || !isNumeric(num.type)) continue
    const number =
      numExpr.kind === 'literal' && Number.isInteger(numExpr.literal.value) ? printLiteral(numExpr.literal) : '3'
    return `${printExpr(durExpr)} is a duration; write a unit, for example ${number}d`
  }
  if (left.type.kind === 'id' || right.type.kind === 'id') return 'an id compares only with an id of the same thing'
  if (left.type.kind === 'phash') return "write 'near' and a list"
  if (left.type.kind === 'list') return "write 'in' or 'contains'"
  return undefined
}

export function arithmeticType(op: '+' | '-' | '*' | '/', left: Type, right: Type): Type | undefined {
  if (isNumeric(left) && isNumeric(right)) return NUM
  if (left.kind !== 'dur') return undefined
  const additive = op === '+' || op === '-'
  return (additive ? right.kind === 'dur' : isNumeric(right)) ? DUR : undefined
}
