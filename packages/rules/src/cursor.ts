import type { Word } from './ast.ts'
import type { Findings, Span } from './diagnostic.ts'
import { spanning } from './diagnostic.ts'
import { printable, RESERVED, type Token, type TokenKind } from './lex.ts'

/** Thrown inside the parser only, and caught where reading can go on: at a clause, a step or a declaration. */
export class ParseFault extends Error {}

const WHAT: Readonly<Record<TokenKind, string>> = {
  word: 'a name',
  path: 'a field',
  version: 'a version such as v1',
  number: 'a number',
  duration: 'a duration such as 90m',
  string: 'a "text"',
  pattern: 'a `pattern`',
  sign: 'a sign',
  end: 'the end of the file',
}

/** What the parser knows of how a file is laid out, by the offset of a token; `format` follows it. */
export interface Layout {
  /** Tokens that begin a line, with the depth of its indentation. */
  readonly lines: Map<number, number>
  /** Tokens that stand close to the one before, and to the one after. */
  readonly closeBefore: Set<number>
  readonly closeAfter: Set<number>
}

export function emptyLayout(): Layout {
  return { lines: new Map(), closeBefore: new Set(), closeAfter: new Set() }
}

/** The parser's place in the tokens. */
export class Cursor {
  readonly findings: Findings
  readonly layout = emptyLayout()
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[], findings: Findings) {
    this.#tokens = tokens
    this.findings = findings
  }

  get position(): number {
    return this.#at
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]
    if (token === undefined) throw new Error('a token stream ends with an end token')
    return token
  }

  /** The token read last; the first one if none was. */
  previous(): Token {
    return this.#tokens[Math.max(0, this.#at - 1)] ?? this.peek()
  }

  next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.#at += 1
    return token
  }

  /** Whether the next token is this word or sign. */
  sees(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return (token.kind === 'word' || token.kind === 'sign') && token.text === text
  }

  /** Takes the word or sign if it is next. */
  take(text: string): boolean {
    if (!this.sees(text)) return false
    this.next()
    return true
  }

  want(text: string): Token {
    if (!this.sees(text)) throw this.unexpected(`'${text}'`)
    return this.next()
  }

  wantKind(kind: TokenKind, what = WHAT[kind]): Token {
    if (this.peek().kind !== kind) throw this.unexpected(what)
    return this.next()
  }

  /** A new or used name. */
  id(what = WHAT.word): Word {
    const token = this.peek()
    if (token.kind !== 'word') throw this.unexpected(what)
    if (RESERVED.has(token.text)) {
      throw this.unexpected(what, `'${token.text}' is a reserved word`)
    }
    this.next()
    return { text: token.text, at: token }
  }

  path(): Word {
    const token = this.peek()
    if (token.kind === 'path') {
      this.next()
      return { text: token.text, at: token }
    }
    return this.id('a field')
  }

  string(): Word {
    const token = this.wantKind('string')
    return { text: String(token.value), at: token }
  }

  duration(): { value: number; at: Span } {
    const token = this.peek()
    if (token.kind === 'number') throw this.unexpected(WHAT.duration, `write a unit, for example ${token.text}d`)
    return { value: Number(this.wantKind('duration').value), at: token }
  }

  /** A whole number. */
  int(): number {
    const token = this.wantKind('number')
    const value = Number(token.value)
    if (!Number.isSafeInteger(value))
      this.findings.error('S02', token, 'this number is not valid', 'write a whole number')
    return Math.trunc(value)
  }

  version(): number {
    return Number(this.wantKind('version').value)
  }

  /** `item { "," item }` */
  list<T>(item: () => T): T[] {
    const items = [item()]
    while (this.take(',')) items.push(item())
    return items
  }

  /** Reports what stands here instead of what was expected, and gives back the fault to throw. */
  unexpected(expected: string, fix?: string): ParseFault {
    const token = this.peek()
    const found = token.kind === 'end' ? 'end of file' : `'${printable(token.text)}'`
    this.findings.error('S01', token, `unexpected ${found}, expected ${expected}`, fix)
    return new ParseFault()
  }

  /** From a token to the one read last. */
  since(first: Span): Span {
    return spanning(first, this.previous())
  }

  /** Notes that the next token begins a line. */
  line(depth: number): void {
    this.layout.lines.set(this.peek().from, depth)
  }

  /** Notes that the next token stands close to its neighbours, as `<` in `id<account>`. */
  close(before: boolean, after: boolean): void {
    if (before) this.layout.closeBefore.add(this.peek().from)
    if (after) this.layout.closeAfter.add(this.peek().from)
  }

  skipTo(stop: () => boolean): void {
    while (this.peek().kind !== 'end' && !stop()) this.next()
  }
}
