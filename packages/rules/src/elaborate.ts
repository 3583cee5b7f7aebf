import type { Expr, Literal, Word } from './ast.ts'
import type { Condition, Leaf, LeafTest, Term } from './checked.ts'
import { readByKey, readByName } from './counter-read.ts'
import type { Span } from './diagnostic.ts'
import { resolveField } from './fields.ts'
import { arithmeticType, comparable, comparisonFix, textual } from './operators.ts'
import { checkPattern, MAX_PATTERN } from './pattern/index.ts'
import { printExpr } from './print-expr.ts'
import { MAX_LET_DEPTH, type Scope } from './scope.ts'
import { BOOL, DUR, elementType, isNumeric, NUM, type Type, typeName } from './types.ts'

/** Levels of an expression with its lets written out. It bounds the recursion of everything that walks what is checked. */
const MAX_LEVELS = 200

/**
 * Gives an expression its meaning on the kinds of one rule or counter: names resolved, types checked, lets inlined.
 * A mistake is reported and the part that holds it is undefined, so that its neighbours are still checked.
 */
export class Elaborator {
  readonly #scope: Scope
  readonly #kinds: readonly string[]
  readonly #cyclic: ReadonlySet<string>
  #depth = 0
  #level = 0

  constructor(scope: Scope, kinds: readonly string[], cyclic: ReadonlySet<string>) {
    this.#scope = scope
    this.#kinds = kinds
    this.#cyclic = cyclic
  }

  condition(expr: Expr, parent = 'when'): Condition | undefined {
    return this.#within(expr, () => this.#condition(expr, parent))
  }

  /** A field, signal or counter to print or to key by; the same rules as in an expression. */
  name(word: Word): Term | undefined {
    return this.#spend(1, word.at) ? this.#path(word.text, word.at) : undefined
  }

  #condition(expr: Expr, parent: string): Condition | undefined {
    switch (expr.kind) {
      case 'paren':
        return this.condition(expr.of, parent)
      case 'and':
      case 'or':
        return this.#joined(expr.kind, expr.items)
      case 'not': {
        const of = this.condition(expr.of, 'not')
        return of === undefined ? undefined : { kind: 'not', of }
      }
      case 'path': {
        const inner = this.#letOf(expr.path)
        if (inner !== undefined) return this.#inside(inner, expr.at, (named) => this.condition(named, parent))
        return this.#boolLeaf(expr, parent)
      }
      case 'literal':
      case 'neg':
      case 'arith':
      case 'of':
        return this.#boolLeaf(expr, parent)
      default: {
        const test = this.#test(expr)
        return test === undefined ? undefined : place(test, expr)
      }
    }
  }

  #joined(kind: 'and' | 'or', exprs: readonly Expr[]): Condition | undefined {
    const items: Condition[] = []
    let whole = true
    for (const expr of exprs) {
      const item = this.condition(expr, kind)
      if (item === undefined) whole = false
      else if (item.kind === kind) for (const one of item.items) items.push(one)
      else items.push(item)
    }
    return whole ? { kind, items } : undefined
  }

  #boolLeaf(expr: Expr, parent: string): Leaf | undefined {
    const of = this.#term(expr)
    if (of === undefined) return undefined
    if (of.type.kind === 'bool') return place({ kind: 'test', of }, expr)
    this.#type(expr.at, `'${parent}' needs bool, this is ${typeName(of.type)}`, 'write the comparison')
    return undefined
  }

  #test(expr: Expr): LeafTest | undefined {
    switch (expr.kind) {
      case 'compare':
        return this.#compare(expr)
      case 'is':
        return this.#is(expr)
      case 'in':
        return this.#member(expr)
      case 'lookup':
        return this.#lookup(expr)
      case 'contains':
        return this.#contains(expr)
      case 'matches':
        return this.#matches(expr)
      default:
        return undefined
    }
  }

  #compare(expr: Expr & { kind: 'compare' }): LeafTest | undefined {
    const leftText = stringLiteral(expr.left)
    const rightText = stringLiteral(expr.right)
    let left = leftText === undefined ? this.#term(expr.left) : undefined
    let right = rightText === undefined ? this.#term(expr.right) : undefined
    if (leftText !== undefined && rightText !== undefined) {
      left = this.#constant(leftText, { kind: 'text', max: 0 })
      right = this.#constant(rightText, { kind: 'text', max: 0 })
    } else if (leftText !== undefined && right !== undefined) left = this.#constant(leftText, right.type)
    else if (rightText !== undefined && left !== undefined) right = this.#constant(rightText, left.type)
    if (left === undefined || right === undefined) return undefined
    const ordered = expr.op !== '==' && expr.op !== '!='
    if (!comparable(left.type, right.type, ordered)) {
      const [a, b] = [typeName(left.type), typeName(right.type)]
      const message = a === b ? `cannot compare ${a} by '${expr.op}'` : `cannot compare ${a} with ${b}`
      this.#type(expr.at, message, comparisonFix(expr, left, right))
      return undefined
    }
    return { kind: 'compare', op: expr.op, left, right }
  }

  #is(expr: Expr & { kind: 'is' }): LeafTest | undefined {
    if (expr.of.kind === 'path' && this.#isMember(expr.of.path)) {
      if (expr.what === 'none') return { kind: 'missing', member: expr.of.path }
      this.#type(expr.at, `a record is never ${expr.what}`, `ask '${expr.of.path} is none', or ask a field`)
      return undefined
    }
    const of = this.#term(expr.of)
    return of === undefined ? undefined : { kind: 'is', what: expr.what, of }
  }

  #isMember(path: string): boolean {
    return !path.includes('.') && this.#kinds.every((kind) => this.#scope.schema.events.get(kind)?.members.has(path))
  }

  #member(expr: Expr & { kind: 'in' }): LeafTest | undefined {
    const of = this.#term(expr.of)
    if (of === undefined) return undefined
    const type = elementType(of.type)
    const values: (boolean | number | string)[] = []
    for (const literal of expr.values) {
      const constant = this.#constant(literal, type)
      if (constant?.kind !== 'constant') return undefined
      if (!comparable(type, constant.type, false)) {
        this.#type(literal.at, `cannot compare ${typeName(type)} with ${typeName(constant.type)}`)
        return undefined
      }
      values.push(constant.value)
    }
    return { kind: 'member', of, values: [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)) }
  }

  #lookup(expr: Expr & { kind: 'lookup' }): LeafTest | undefined {
    const of = this.#term(expr.of)
    const list = this.#scope.lists.get(expr.list.text)
    if (list === undefined) this.#unknownName('list', expr.list, this.#scope.lists.keys())
    else this.#scope.used.add(expr.list.text)
    if (of === undefined || list === undefined) return undefined
    const type = elementType(of.type)
    const fits = type.kind === list.type && (type.kind !== 'id' || type.thing === list.thing?.text)
    const asked = { text: ['in', 'any'], domain: ['in'], hash: ['in'], phash: ['near'], id: ['in'] }[list.type]
    if (fits && asked.includes(expr.how)) return { kind: 'lookup', how: expr.how, of, list: expr.list.text }
    const how = { in: 'in', near: 'near', any: 'contains any' }
    const message = fits
      ? `a ${list.type} list cannot be asked by '${how[expr.how]}'`
      : `a ${typeName(type)} field cannot be looked up in a ${list.type} list`
    const fix = asked.map((one) => how[one as keyof typeof how]).join(' or ')
    this.#scope.findings.error(
      'T02',
      expr.at,
      message,
      fits ? `write '${fix}'` : `a ${list.type} list takes ${list.type} fields`,
    )
    return undefined
  }

  #contains(expr: Expr & { kind: 'contains' }): LeafTest | undefined {
    const of = this.#term(expr.of)
    if (of === undefined) return undefined
    if (of.type.kind === 'text') return { kind: 'contains', of, text: String(expr.text.value) }
    if (of.type.kind === 'list') {
      const constant = this.#constant(expr.text, of.type.of)
      if (constant?.kind !== 'constant') return undefined
      if (comparable(of.type.of, constant.type, false)) return { kind: 'contains', of, text: String(constant.value) }
    }
    this.#type(expr.at, `'contains' needs text or a list, this is ${typeName(of.type)}`, "write '=='")
    return undefined
  }

  #matches(expr: Expr & { kind: 'matches' }): LeafTest | undefined {
    const of = this.#term(expr.of)
    const problem = checkPattern(expr.pattern)
    if (problem !== undefined) {
      const message = `pattern outside the linear subset: ${problem.message} at column ${problem.column}`
      this.#scope.findings.error('B02', expr.patternAt, message, problem.fix)
    }
    if (of === undefined || problem !== undefined) return undefined
    if (of.type.kind === 'text') return { kind: 'matches', of, pattern: expr.pattern }
    this.#type(expr.at, `'matches' needs text, this is ${typeName(of.type)}`)
    return undefined
  }

  #term(expr: Expr): Term | undefined {
    return this.#within(expr, () => this.#termOf(expr))
  }

  #termOf(expr: Expr): Term | undefined {
    switch (expr.kind) {
      case 'paren':
        return this.#term(expr.of)
      case 'literal':
        return this.#constant(expr.literal, undefined)
      case 'path':
        return this.#path(expr.path, expr.at)
      case 'of':
        return readByKey(expr, this.#kinds, this.#scope)
      case 'neg': {
        const of = this.#term(expr.of)
        if (of === undefined) return undefined
        if (!isNumeric(of.type) && of.type.kind !== 'dur')
          return this.#type(expr.at, `'-' needs num or dur, this is ${typeName(of.type)}`)
        return { kind: 'neg', of, type: of.type.kind === 'dur' ? DUR : NUM }
      }
      case 'arith':
        return this.#arith(expr)
      default: {
        const of = this.condition(expr)
        return of === undefined ? undefined : { kind: 'truth', of, type: BOOL }
      }
    }
  }

  #path(path: string, at: Span): Term | undefined {
    const inner = this.#letOf(path)
    if (inner !== undefined) return this.#inside(inner, at, (named) => this.#term(named))
    const signal = this.#scope.signals.get(path)
    if (signal !== undefined) {
      this.#scope.used.add(path)
      if (!this.#spend(signal.inputs.length, at)) return undefined
      const inputs = signal.inputs.map((input) => resolveField(this.#scope, input, this.#kinds))
      return inputs.includes(undefined) ? undefined : { kind: 'signal', name: path, type: { kind: signal.type } }
    }
    if (this.#scope.counters.has(path)) return readByName({ text: path, at }, this.#kinds, this.#scope)
    if (path.includes('.')) return resolveField(this.#scope, { text: path, at }, this.#kinds)
    if (this.#isMember(path)) this.#type(at, `'${path}' is a record`, `name a field of it, or ask '${path} is none'`)
    else this.#unknownName('signal, counter or let', { text: path, at }, valuesOf(this.#scope))
    return undefined
  }

  #arith(expr: Expr & { kind: 'arith' }): Term | undefined {
    const left = this.#term(expr.left)
    const right = this.#term(expr.right)
    if (left === undefined || right === undefined) return undefined
    const type = arithmeticType(expr.op, left.type, right.type)
    if (type !== undefined) return { kind: 'arith', op: expr.op, left, right, type }
    return this.#type(
      expr.at,
      `cannot write ${typeName(left.type)} ${expr.op} ${typeName(right.type)}`,
      'dur takes + and - with dur, * and / with num',
    )
  }

  #constant(literal: Literal, wanted: Type | undefined): Term | undefined {
    if (literal.kind === 'number') return { kind: 'constant', value: literal.value, type: NUM }
    if (literal.kind === 'duration') return { kind: 'constant', value: literal.value, type: DUR }
    if (literal.kind === 'bool') return { kind: 'constant', value: literal.value, type: BOOL }
    const type = wanted === undefined ? undefined : textual(wanted)
    if (type === undefined) return { kind: 'constant', value: literal.value, type: { kind: 'text', max: 0 } }
    if (type.kind === 'enum' || type.kind === 'harm') {
      const names = type.values.map((value) => value.name)
      if (!names.includes(literal.value)) {
        this.#scope.findings.error(
          'N03',
          literal.at,
          `no ${type.kind === 'harm' ? 'harm' : 'enum value'} '${literal.value}'`,
          this.#scope.findings.didYouMean(literal.value, names),
        )
        return undefined
      }
    }
    return { kind: 'constant', value: literal.value, type }
  }

  #letOf(path: string): Expr | 'cyclic' | undefined {
    const decl = this.#scope.lets.get(path)
    if (decl === undefined) return undefined
    this.#scope.used.add(path)
    return this.#cyclic.has(path) ? 'cyclic' : decl.expr
  }

  #inside<T>(inner: Expr | 'cyclic', at: Span, look: (named: Expr) => T): T | undefined {
    if (inner === 'cyclic') return undefined
    if (this.#depth >= MAX_LET_DEPTH) {
      this.#scope.findings.error('S02', at, 'the expression is too deep: lets inside lets', `at most ${MAX_LET_DEPTH}`)
      return undefined
    }
    this.#depth += 1
    const found = look(inner)
    this.#depth -= 1
    return found
  }

  /** Looks at an expression while the file may cost more and the expression is not too deep. */
  #within<T>(expr: Expr, look: () => T | undefined): T | undefined {
    if (!this.#spend(sizeOf(expr), expr.at)) return undefined
    if (this.#level >= MAX_LEVELS) {
      this.#scope.findings.error(
        'S02',
        expr.at,
        'the expression is too deep',
        `at most ${MAX_LEVELS} levels with its lets`,
      )
      return undefined
    }
    this.#level += 1
    const found = look()
    this.#level -= 1
    return found
  }

  /** Told once, where the last of what a file may cost is spent. */
  #spend(size: number, at: Span): boolean {
    const { work } = this.#scope
    const before = work.left
    work.left -= size
    if (before >= 0 && work.left < 0)
      this.#scope.findings.error('S02', at, 'the expression is too long: lets inside lets', 'ask fewer questions')
    return work.left >= 0
  }

  #type(at: Span, message: string, fix?: string): undefined {
    this.#scope.findings.error('T01', at, message, fix)
  }

  #unknownName(what: string, word: Word, names: Iterable<string>): void {
    this.#scope.findings.error(
      'N03',
      word.at,
      `no ${what} '${word.text}'`,
      this.#scope.findings.didYouMean(word.text, names),
    )
  }
}

function* valuesOf({ signals, counters, lets }: Scope): Iterable<string> {
  for (const names of [signals, counters, lets]) yield* names.keys()
}

/** What an expression costs by itself, without the expressions in it. */
function sizeOf(expr: Expr): number {
  switch (expr.kind) {
    case 'in':
      return 1 + expr.values.length
    case 'of':
      return 1 + expr.key.length
    case 'matches':
      return 1 + Math.min(expr.pattern.length, MAX_PATTERN)
    default:
      return 1
  }
}

function place(test: LeafTest, expr: Expr): Leaf {
  return { ...test, place: { text: printExpr(expr), at: expr.at } }
}

function stringLiteral(expr: Expr): Literal | undefined {
  if (expr.kind === 'paren') return stringLiteral(expr.of)
  return expr.kind === 'literal' && expr.literal.kind === 'string' ? expr.literal : undefined
}
