import type { Arithmetic, Expr, Literal, Relation } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { ParseFault } from './cursor.ts'
import { spanning } from './diagnostic.ts'

const RELATIONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>=']
const EFFECTS = ['block', 'hold', 'limit', 'label', 'queue', 'preserve', 'refer', 'offer']
const MAX_DEPTH = 32
/** Bounds the recursion of everything that walks a tree; the checker's own limit on questions is far lower. */
const MAX_OPERANDS = 1000

/**
 * Reads an expression (`expr` of the grammar). Tightest first: unary `-`; `* /`; `+ -`; comparison; `not`; `and`; `or`.
 *
 * @throws ParseFault after the mistake has been reported
 */
export function parseExpr(cursor: Cursor): Expr {
  return new ExprParser(cursor).or()
}

class ExprParser {
  readonly #cursor: Cursor
  #depth = 0
  #operands = 0

  constructor(cursor: Cursor) {
    this.#cursor = cursor
  }

  or(): Expr {
    return this.#joined('or', () => this.#joined('and', () => this.#not()))
  }

  #joined(kind: 'or' | 'and', item: () => Expr): Expr {
    const first = item()
    if (!this.#cursor.sees(kind)) return first
    const items = [first]
    while (this.#cursor.take(kind)) items.push(item())
    return { kind, items, at: this.#cursor.since(first.at) }
  }

  #not(): Expr {
    const first = this.#cursor.peek()
    if (!this.#cursor.take('not')) return this.#comparison()
    const of = this.#deeper(() => this.#not())
    return { kind: 'not', of, at: this.#cursor.since(first) }
  }

  #comparison(): Expr {
    const left = this.#sum()
    const token = this.#cursor.peek()
    if (token.kind === 'sign' && RELATIONS.includes(token.text)) return this.#relation(left)
    if (this.#cursor.take('is')) return this.#is(left)
    if (this.#cursor.take('in')) return this.#in(left)
    if (this.#cursor.take('near')) {
      const list = this.#cursor.id('a list')
      return { kind: 'lookup', how: 'near', of: left, list, at: spanning(left.at, list.at) }
    }
    if (this.#cursor.take('contains')) return this.#contains(left)
    if (!this.#cursor.take('matches')) return left
    const pattern = this.#cursor.wantKind('pattern')
    return {
      kind: 'matches',
      of: left,
      pattern: String(pattern.value),
      patternAt: pattern,
      at: spanning(left.at, pattern),
    }
  }

  #relation(left: Expr): Expr {
    const op = this.#cursor.next().text as Relation
    const right = this.#sum()
    const at = spanning(left.at, right.at)
    const again = this.#cursor.peek()
    if (again.kind === 'sign' && RELATIONS.includes(again.text)) {
      this.#cursor.findings.error('S03', again, 'comparisons do not chain', 'write two, for example a < x and x < b')
      this.#cursor.next()
      this.#sum()
    }
    return { kind: 'compare', op, left, right, at }
  }

  #is(of: Expr): Expr {
    const token = this.#cursor.peek()
    for (const what of ['known', 'unknown', 'none'] as const) {
      if (this.#cursor.take(what)) return { kind: 'is', of, what, at: spanning(of.at, token) }
    }
    throw this.#cursor.unexpected("'known', 'unknown' or 'none'")
  }

  #in(of: Expr): Expr {
    if (!this.#cursor.take('[')) {
      const list = this.#cursor.id('a list or [')
      return { kind: 'lookup', how: 'in', of, list, at: spanning(of.at, list.at) }
    }
    const values = this.#cursor.list(() => parseValue(this.#cursor))
    return { kind: 'in', of, values, at: spanning(of.at, this.#cursor.want(']')) }
  }

  #contains(of: Expr): Expr {
    if (this.#cursor.take('any')) {
      const list = this.#cursor.id('a list')
      return { kind: 'lookup', how: 'any', of, list, at: spanning(of.at, list.at) }
    }
    const text = this.#cursor.wantKind('string', 'a "text" or any')
    return {
      kind: 'contains',
      of,
      text: { kind: 'string', value: String(text.value), at: text },
      at: spanning(of.at, text),
    }
  }

  #sum(): Expr {
    return this.#arithmetic(['+', '-'], () => this.#arithmetic(['*', '/'], () => this.#unary()))
  }

  #arithmetic(ops: readonly Arithmetic[], item: () => Expr): Expr {
    let left = item()
    for (;;) {
      const op = ops.find((one) => this.#cursor.take(one))
      if (op === undefined) return left
      const right = item()
      left = { kind: 'arith', op, left, right, at: spanning(left.at, right.at) }
    }
  }

  #unary(): Expr {
    const first = this.#cursor.peek()
    if (!this.#cursor.sees('-')) return this.#primary()
    this.#cursor.close(false, true)
    this.#cursor.next()
    const of = this.#deeper(() => this.#unary())
    return { kind: 'neg', of, at: this.#cursor.since(first) }
  }

  #primary(): Expr {
    const first = this.#cursor.peek()
    this.#operands += 1
    if (this.#operands > MAX_OPERANDS) throw this.#tooMuch('too long', `at most ${MAX_OPERANDS} operands`)
    if (this.#cursor.take('(')) {
      const of = this.#deeper(() => this.or())
      this.#cursor.want(')')
      return { kind: 'paren', of, at: this.#cursor.since(first) }
    }
    const literal = literalHere(this.#cursor)
    if (literal !== undefined) return { kind: 'literal', literal, at: literal.at }
    if ((first.kind !== 'word' && first.kind !== 'path') || this.#atEffects()) {
      throw this.#cursor.unexpected('a field, a name, a value or (')
    }
    const word = this.#cursor.path()
    if (first.kind !== 'word' || !this.#cursor.take('of')) return { kind: 'path', path: word.text, at: word.at }
    const key = this.#cursor.list(() => this.#cursor.path())
    return { kind: 'of', counter: word, key, at: this.#cursor.since(first) }
  }

  /** `then` may be a name, but no name is followed by an effect: here an operand is missing before the next clause. */
  #atEffects(): boolean {
    return this.#cursor.sees('then') && EFFECTS.some((effect) => this.#cursor.sees(effect, 1))
  }

  #tooMuch(what: string, fix: string): ParseFault {
    this.#cursor.findings.error('S02', this.#cursor.peek(), `the expression is ${what}`, fix)
    return new ParseFault()
  }

  #deeper<T>(read: () => T): T {
    if (this.#depth >= MAX_DEPTH) throw this.#tooMuch('too deep', 'at most 32 levels; name a part with let')
    this.#depth += 1
    try {
      return read()
    } finally {
      this.#depth -= 1
    }
  }
}

/** `[ "-" ] literal` */
export function parseValue(cursor: Cursor): Literal {
  const first = cursor.peek()
  if (cursor.sees('-')) cursor.close(false, true)
  const minus = cursor.take('-')
  const literal = literalHere(cursor)
  if (literal === undefined) throw cursor.unexpected('a value')
  if (!minus) return literal
  if (literal.kind !== 'number' && literal.kind !== 'duration') {
    cursor.findings.error('S01', first, "unexpected '-', expected a value")
    return literal
  }
  return { ...literal, value: -literal.value, at: spanning(first, literal.at) }
}

function literalHere(cursor: Cursor): Literal | undefined {
  const token = cursor.peek()
  switch (token.kind) {
    case 'string':
      cursor.next()
      return { kind: 'string', value: String(token.value), at: token }
    case 'number':
    case 'duration':
      cursor.next()
      return { kind: token.kind, value: Number(token.value), at: token }
    case 'word':
      if (token.text !== 'true' && token.text !== 'false') return undefined
      cursor.next()
      return { kind: 'bool', value: token.text === 'true', at: token }
    default:
      return undefined
  }
}
