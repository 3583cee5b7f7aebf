import type { Expr, Literal } from './ast.ts'

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]

/** An expression on one line, as it is shown in explanations. Brackets are the author's. */
export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'or':
    case 'and':
      return expr.items.map(printExpr).join(` ${expr.kind} `)
    case 'not':
      return `not ${printExpr(expr.of)}`
    case 'compare':
    case 'arith':
      return `${printExpr(expr.left)} ${expr.op} ${printExpr(expr.right)}`
    case 'is':
      return `${printExpr(expr.of)} is ${expr.what}`
    case 'in':
      return `${printExpr(expr.of)} in [${expr.values.map(printLiteral).join(', ')}]`
    case 'lookup':
      return `${printExpr(expr.of)} ${expr.how === 'any' ? 'contains any' : expr.how} ${expr.list.text}`
    case 'contains':
      return `${printExpr(expr.of)} contains ${printLiteral(expr.text)}`
    case 'matches':
      return `${printExpr(expr.of)} matches \`${expr.pattern}\``
    case 'neg':
      return `-${printExpr(expr.of)}`
    case 'literal':
      return printLiteral(expr.literal)
    case 'path':
      return expr.path
    case 'of':
      return `${expr.counter.text} of ${expr.key.map((key) => key.text).join(', ')}`
    case 'paren':
      return `(${printExpr(expr.of)})`
  }
}

export function printLiteral(literal: Literal): string {
  switch (literal.kind) {
    case 'string':
      return quoted(literal.value)
    case 'duration':
      return duration(literal.value)
    default:
      return String(literal.value)
  }
}

/** A string as it is written in a rule. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
}

/** The window of a counter: as a duration, but a day reads as `24h`, since it is no calendar day. */
export function windowText(ms: number): string {
  return ms === 86_400_000 ? '24h' : duration(ms)
}

/** Milliseconds in the largest unit that divides them: `90m`, `48h`, `3d`. */
export function duration(ms: number): string {
  if (ms === 0) return '0s'
  const [unit, size] = UNITS.find(([, one]) => ms % one === 0) ?? ['ms', 1]
  return `${ms / size}${unit}`
}
