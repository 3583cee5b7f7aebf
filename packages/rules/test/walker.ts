import type { Expr } from '../src/ast.ts'
import { foldText } from '../src/pattern/index.ts'
import type { Value } from '../src/types.ts'
import type { Event, Fields, Lists } from '../src/world.ts'

type Truth = boolean | undefined

/**
 * A second evaluator, written from the language's text and from nothing else: it walks the syntax as parsed, knows no
 * sharing, no order by cost and no shortcut, and leans on RegExp for patterns.
 */
export class Walker {
  readonly #event: Event
  readonly #lists: Lists
  readonly #lets: ReadonlyMap<string, Expr>
  readonly #signals: ReadonlyMap<string, Value>

  constructor(
    event: Event,
    lists: Lists,
    names: { lets: ReadonlyMap<string, Expr>; signals: ReadonlyMap<string, Value> },
  ) {
    this.#event = event
    this.#lists = lists
    this.#lets = names.lets
    this.#signals = names.signals
  }

  truth(expr: Expr): Truth {
    switch (expr.kind) {
      case 'paren':
        return this.truth(expr.of)
      case 'and': {
        const all = expr.items.map((item) => this.truth(item))
        return all.includes(false) ? false : all.includes(undefined) ? undefined : true
      }
      case 'or': {
        const all = expr.items.map((item) => this.truth(item))
        return all.includes(true) ? true : all.includes(undefined) ? undefined : false
      }
      case 'not': {
        const inner = this.truth(expr.of)
        return inner === undefined ? undefined : !inner
      }
      case 'compare':
        return this.#compare(expr.op, this.value(expr.left), this.value(expr.right))
      case 'is': {
        if (
          expr.of.kind === 'path' &&
          !expr.of.path.includes('.') &&
          !this.#lets.has(expr.of.path) &&
          !this.#signals.has(expr.of.path)
        ) {
          return (this.#event[expr.of.path] ?? null) === null
        }
        const value = this.value(expr.of)
        return (value === undefined ? 'unknown' : value === null ? 'none' : 'known') === expr.what
      }
      case 'in':
        return this.#any(this.value(expr.of), (value) => expr.values.some((one) => one.value === value))
      case 'lookup':
        return this.#any(this.value(expr.of), (value) => {
          if (value === '') return false
          const hit = this.#lists.get(expr.list.text)?.find(expr.how, String(value))
          return hit === undefined ? undefined : hit !== null
        })
      case 'contains':
        return this.#any(this.value(expr.of), (value, inList) =>
          inList ? value === expr.text.value : foldText(String(value)).includes(foldText(String(expr.text.value))),
        )
      case 'matches':
        return this.#any(this.value(expr.of), (value) => new RegExp(expr.pattern, 'u').test(foldText(String(value))))
      case 'path': {
        const named = this.#lets.get(expr.path)
        if (named !== undefined) return this.truth(named)
        return this.#asTruth(this.value(expr))
      }
      default:
        return this.#asTruth(this.value(expr))
    }
  }

  value(expr: Expr): Value {
    switch (expr.kind) {
      case 'paren':
        return this.value(expr.of)
      case 'literal':
        return expr.literal.value
      case 'path': {
        const named = this.#lets.get(expr.path)
        if (named !== undefined) return this.value(named)
        if (this.#signals.has(expr.path)) return this.#signals.get(expr.path)
        const [member = '', field = ''] = expr.path.split('.')
        const record = this.#event[member]
        return record === undefined || record === null ? null : (record as Fields)[field]
      }
      case 'neg': {
        const value = this.value(expr.of)
        return typeof value === 'number' ? -value : value
      }
      case 'arith':
        return this.#arith(expr)
      default:
        return this.truth(expr)
    }
  }

  #asTruth(value: Value): Truth {
    return value === undefined ? undefined : value === true
  }

  #arith(expr: Expr & { kind: 'arith' }): Value {
    const a = this.value(expr.left)
    const b = this.value(expr.right)
    if (a === null || b === null) return null
    if (a === undefined || b === undefined) return undefined
    const [x, y] = [Number(a), Number(b)]
    const result = expr.op === '+' ? x + y : expr.op === '-' ? x - y : expr.op === '*' ? x * y : x / y
    if (!Number.isFinite(result)) return undefined
    return isDuration(expr) ? Math.round(result) : result
  }

  #compare(op: string, a: Value, b: Value): Truth {
    if (op === '!=') {
      const equal = this.#compare('==', a, b)
      return equal === undefined ? undefined : !equal
    }
    if (a === null || b === null) return false
    if (a === undefined || b === undefined) return undefined
    if (op === '==') return a === b
    if (op === '<') return a < b
    if (op === '<=') return a <= b
    return op === '>' ? a > b : a >= b
  }

  #any(value: Value, ask: (value: Value, inList: boolean) => Truth): Truth {
    if (value === null) return false
    if (value === undefined) return undefined
    if (!Array.isArray(value)) return ask(value, false)
    const all = (value as readonly Value[]).map((one) => (one === null ? undefined : ask(one, true)))
    return all.includes(true) ? true : all.includes(undefined) ? undefined : false
  }
}

function isDuration(expr: Expr): boolean {
  switch (expr.kind) {
    case 'paren':
    case 'neg':
      return isDuration(expr.of)
    case 'arith':
      return isDuration(expr.left)
    case 'literal':
      return expr.literal.kind === 'duration'
    default:
      return expr.kind === 'path' && expr.path.endsWith('.age')
  }
}
