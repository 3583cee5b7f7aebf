import type { Expr, RulesFile } from './ast.ts'
import { Cursor, type Layout } from './cursor.ts'
import { type Diagnostic, Findings, type Source } from './diagnostic.ts'
import { type Piece, printLine } from './format-line.ts'
import { type Comment, lex } from './lex.ts'
import { parseTokens } from './parse.ts'

/**
 * The one layout of a file, rules or schema: a clause a line, two spaces a level, at most 120 columns where a line can
 * be broken, brackets around an `and` inside an `or`. Comments stay, the meaning stays, and formatting twice changes
 * nothing. The text is absent if the file cannot be read.
 */
export function format(source: Source): { text?: string; diagnostics: Diagnostic[] } {
  const findings = new Findings()
  const { tokens, comments } = lex(source, findings)
  const cursor = new Cursor(tokens, findings)
  const file = parseTokens(cursor)
  if (file === undefined || findings.failed) return { diagnostics: findings.sorted() }
  const brackets = file.kind === 'ruleset' ? missingBrackets(file) : []
  const pieces = tokens.filter((token) => token.kind !== 'end').map((token) => pieceOf(token, cursor.layout))
  const starts = new Map(pieces.map((one) => [one.from, one]))
  const ends = new Map(pieces.map((one) => [one.to, one]))
  for (const { from, to } of brackets) {
    const [first, last] = [starts.get(from), ends.get(to)]
    if (first !== undefined) first.opens += 1
    if (last !== undefined) last.closes += 1
  }
  return { text: new Printer(pieces, comments, cursor.layout).run(), diagnostics: findings.sorted() }
}

function pieceOf(token: { text: string; from: number; to: number; line: number; kind: string }, layout: Layout): Piece {
  return {
    text: token.text,
    word: token.kind === 'word',
    from: token.from,
    to: token.to,
    line: token.line,
    closeBefore: layout.closeBefore.has(token.from),
    closeAfter: layout.closeAfter.has(token.from),
    opens: 0,
    closes: 0,
  }
}

/** Where an `and` stands bare inside an `or`: right to the machine, easily misread by a person. */
function missingBrackets(file: RulesFile): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = []
  const visit = (expr: Expr): void => {
    if (expr.kind === 'or') {
      for (const item of expr.items) if (item.kind === 'and') found.push({ from: item.at.from, to: item.at.to })
    }
    for (const part of partsOf(expr)) visit(part)
  }
  for (const decl of file.decls) {
    const expr =
      decl.kind === 'let'
        ? decl.expr
        : decl.kind === 'counter'
          ? decl.where
          : decl.kind === 'rule'
            ? decl.when
            : undefined
    if (expr !== undefined) visit(expr)
  }
  return found
}

function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'or':
    case 'and':
      return expr.items
    case 'compare':
    case 'arith':
      return [expr.left, expr.right]
    case 'literal':
    case 'path':
    case 'of':
      return []
    default:
      return [expr.of]
  }
}

/** Puts lines and comments together. */
class Printer {
  readonly #pieces: readonly Piece[]
  readonly #comments: readonly Comment[]
  readonly #layout: Layout
  readonly #out: string[] = []
  #comment = 0
  #lastLine = 0
  #wasBlock = false

  constructor(pieces: readonly Piece[], comments: readonly Comment[], layout: Layout) {
    this.#pieces = pieces
    this.#comments = comments
    this.#layout = layout
  }

  run(): string {
    let at = 0
    while (at < this.#pieces.length) {
      let end = at + 1
      while (end < this.#pieces.length && !this.#layout.lines.has(this.#pieces[end]?.from ?? 0)) end += 1
      this.#line(this.#pieces.slice(at, end))
      at = end
    }
    this.#leading(Number.POSITIVE_INFINITY, 0)
    return `${this.#out.join('\n')}\n`
  }

  #line(pieces: readonly Piece[]): void {
    const first = pieces[0]
    const last = pieces.at(-1)
    if (first === undefined || last === undefined) return
    const depth = this.#layout.lines.get(first.from) ?? 0
    const closing = first.text === '}'
    const block = depth === 0 && !closing && last.text === '{'
    // Rules and tests stand apart; between other lines the author's blank lines are kept, one at most.
    if (depth === 0 && !closing && (block || this.#wasBlock) && this.#out.length > 0) this.#blank()
    this.#leading(first.from, closing ? depth + 1 : depth)
    if (depth === 0 && !closing && this.#gapBefore(first.line)) this.#blank()
    for (const line of this.#withComments(pieces, depth)) this.#out.push(line)
    this.#lastLine = Math.max(this.#lastLine, last.line)
    if (depth === 0) this.#wasBlock = closing
  }

  /** Comments that stand alone before a place. */
  #leading(before: number, depth: number): void {
    for (
      let next = this.#comments[this.#comment];
      next !== undefined && next.from < before;
      next = this.#comments[this.#comment]
    ) {
      if (depth === 0 && this.#gapBefore(next.line)) this.#blank()
      this.#out.push(`${'  '.repeat(depth)}${next.text}`)
      this.#lastLine = next.line
      this.#comment += 1
    }
  }

  /** A line of tokens; a comment inside it ends the line there, and the rest goes on below. */
  #withComments(pieces: readonly Piece[], depth: number): string[] {
    const lines: string[] = []
    let start = 0
    for (const [index, piece] of pieces.entries()) {
      const next = pieces[index + 1]
      const comments = this.#takeComments(piece, next)
      if (comments.length === 0 && next !== undefined) continue
      const indent = depth * 2 + (start === 0 ? 0 : 2)
      const printed = printLine(pieces.slice(start, index + 1), indent)
      for (const comment of comments) {
        if (comment.line === piece.line && printed.length > 0) printed.push(`${printed.pop()} ${comment.text}`)
        else printed.push(`${' '.repeat(depth * 2 + 2)}${comment.text}`)
        this.#lastLine = comment.line
      }
      for (const line of printed) lines.push(line)
      start = index + 1
    }
    return lines
  }

  /** The comments between two tokens of a line; after the last token only those beside it. */
  #takeComments(piece: Piece, next: Piece | undefined): Comment[] {
    const taken: Comment[] = []
    for (let one = this.#comments[this.#comment]; one !== undefined; one = this.#comments[this.#comment]) {
      const inside = next === undefined ? one.line === piece.line : one.from < next.from
      if (!inside) break
      taken.push(one)
      this.#comment += 1
    }
    return taken
  }

  #gapBefore(line: number): boolean {
    return this.#lastLine > 0 && line > this.#lastLine + 1
  }

  #blank(): void {
    if (this.#out.length > 0 && this.#out.at(-1) !== '') this.#out.push('')
  }
}
