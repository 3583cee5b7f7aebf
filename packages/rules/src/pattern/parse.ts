import { complement, LINE_END, merge, type Ranges, shorthandOf } from './ranges.ts'

export type PatternNode =
  | { readonly kind: 'set'; readonly ranges: Ranges }
  | { readonly kind: 'assert'; readonly what: 'start' | 'end' | 'word' | 'not-word' }
  | { readonly kind: 'sequence' | 'choice'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly of: PatternNode; readonly min: number; readonly max: number }

/** Why a pattern is refused; `column` from 1, inside the pattern. */
export interface PatternProblem {
  readonly message: string
  readonly column: number
  readonly fix?: string
}

export const MAX_PATTERN = 260
const MAX_REPEAT = 64
const MAX_DEPTH = 32
const PUNCTUATION = /^[!-/:-@[-`{-~]$/

/**
 * Reads a pattern of the linear subset (rules.md §7.6). Letters are lower-cased, because a text is matched in lower
 * case.
 *
 * @throws PatternFault outside the subset
 */
export function parsePattern(pattern: string): PatternNode {
  if (pattern.length > MAX_PATTERN) {
    throw new PatternFault({
      message: 'too long',
      column: MAX_PATTERN + 1,
      fix: `at most ${MAX_PATTERN} characters, or a term list`,
    })
  }
  return new PatternParser(pattern).run()
}

export class PatternFault extends Error {
  readonly problem: PatternProblem

  constructor(problem: PatternProblem) {
    super(problem.message)
    this.problem = problem
  }
}

class PatternParser {
  readonly #chars: readonly string[]
  #at = 0
  #depth = 0

  constructor(pattern: string) {
    this.#chars = [...pattern]
  }

  run(): PatternNode {
    const node = this.#choice()
    if (this.#at < this.#chars.length) throw this.#fault("')' without '('", 'write \\)')
    return node
  }

  #choice(): PatternNode {
    const items = [this.#sequence()]
    while (this.#take('|')) items.push(this.#sequence())
    return items.length === 1 ? (items[0] ?? EMPTY) : { kind: 'choice', items }
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = []
    while (this.#at < this.#chars.length && !this.#sees('|') && !this.#sees(')')) items.push(this.#repeated())
    return { kind: 'sequence', items }
  }

  #repeated(): PatternNode {
    const of = this.#atom()
    const start = this.#at
    const bounds = this.#bounds()
    if (bounds === undefined) return of
    if (of.kind === 'assert') throw this.#fault('repeated assertion', 'repeat what stands beside it', start)
    if (this.#sees('?') || this.#sees('+') || this.#sees('*') || this.#sees('{')) {
      throw this.#fault(
        this.#sees('?') ? 'lazy repeat' : 'repeat of a repeat',
        'one * + ? or {n,m} is enough: only whether it matches counts',
      )
    }
    return { kind: 'repeat', of, ...bounds }
  }

  #bounds(): { min: number; max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Number.POSITIVE_INFINITY }
    if (this.#take('+')) return { min: 1, max: Number.POSITIVE_INFINITY }
    if (this.#take('?')) return { min: 0, max: 1 }
    if (!this.#sees('{')) return undefined
    const start = this.#at
    const rest = this.#chars.slice(this.#at, this.#at + 12).join('')
    const [whole, low, comma, high] = /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(rest) ?? []
    if (whole === undefined || low === undefined || (comma === '' && high !== ''))
      throw this.#fault("'{'", 'write \\{ or {n,m}')
    this.#at += whole.length
    const min = Number(low)
    const max = comma === '' ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high)
    if (min > MAX_REPEAT || (Number.isFinite(max) && max > MAX_REPEAT)) {
      throw this.#fault(`repeat above ${MAX_REPEAT}`, `at most ${MAX_REPEAT}`, start)
    }
    if (max < min) throw this.#fault('repeat out of order', `write {${max},${min}}`, start)
    return { min, max }
  }

  #atom(): PatternNode {
    const char = this.#chars[this.#at] ?? ''
    if (char === '(') return this.#group()
    if (char === '[') return { kind: 'set', ranges: this.#class() }
    if (char === '\\') return this.#escape()
    if ('*+?{'.includes(char)) throw this.#fault(`nothing to repeat before '${char}'`, `write \\${char}`)
    if (char === ']' || char === '}') throw this.#fault(`'${char}'`, `write \\${char}`)
    this.#at += 1
    if (char === '.') return { kind: 'set', ranges: complement(LINE_END) }
    if (char === '^') return { kind: 'assert', what: 'start' }
    if (char === '$') return { kind: 'assert', what: 'end' }
    return literal(char)
  }

  #group(): PatternNode {
    const start = this.#at
    this.#at += 1
    if (this.#take('?') && !this.#take(':'))
      throw this.#fault(this.#groupKind(), 'write two conditions, or a term list', start)
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw this.#fault('too many levels of brackets', `at most ${MAX_DEPTH}`, start)
    const node = this.#choice()
    this.#depth -= 1
    if (!this.#take(')')) throw this.#fault("'(' without ')'", 'close it, or write \\(', start)
    return node
  }

  #groupKind(): string {
    const rest = this.#chars.slice(this.#at, this.#at + 2).join('')
    if (rest.startsWith('=') || rest.startsWith('!')) return 'look-ahead'
    if (rest === '<=' || rest === '<!') return 'look-behind'
    return rest.startsWith('<') ? 'named group' : 'a flag'
  }

  #escape(): PatternNode {
    const start = this.#at
    const char = this.#chars[this.#at + 1] ?? ''
    const shorthand = shorthandOf(char)
    this.#at += 2
    if (shorthand !== undefined) return { kind: 'set', ranges: shorthand }
    if (char === 'b') return { kind: 'assert', what: 'word' }
    if (char === 'B') return { kind: 'assert', what: 'not-word' }
    if (PUNCTUATION.test(char)) return literal(char)
    if (char >= '1' && char <= '9') throw this.#fault('back-reference', 'write it out, or a term list', start)
    throw this.#fault(`the escape \\${char}`, 'the escapes are \\d \\w \\s \\b, \\D \\W \\S \\B and punctuation', start)
  }

  #class(): Ranges {
    const start = this.#at
    this.#at += 1
    const negated = this.#take('^')
    const ranges: (readonly [number, number])[] = []
    while (!this.#take(']')) {
      if (this.#at >= this.#chars.length) throw this.#fault("'[' without ']'", 'close it, or write \\[', start)
      ranges.push(...this.#classItem())
    }
    if (ranges.length === 0) throw this.#fault('an empty []', 'name a character', start)
    const merged = merge(ranges)
    return negated ? complement(merged) : merged
  }

  #classItem(): Ranges {
    const start = this.#at
    const low = this.#classChar()
    if (typeof low !== 'number') return low
    if (!this.#sees('-') || this.#chars[this.#at + 1] === ']') return foldRange(low, low)
    this.#at += 1
    const high = this.#classChar()
    if (typeof high !== 'number') throw this.#fault('a range to a class', 'write \\-', start)
    if (high < low) throw this.#fault('a range out of order', undefined, start)
    return foldRange(low, high)
  }

  #classChar(): number | Ranges {
    const char = this.#chars[this.#at] ?? ''
    if (char === '') throw this.#fault("'[' without ']'", 'close it, or write \\[')
    if (char === '[') throw this.#fault("'[' inside []", 'write \\[')
    this.#at += 1
    if (char !== '\\') return code(char)
    const escaped = this.#chars[this.#at] ?? ''
    const shorthand = shorthandOf(escaped)
    if (shorthand === undefined && !PUNCTUATION.test(escaped)) {
      throw this.#fault(
        `the escape \\${escaped}`,
        'in [] the escapes are \\d \\w \\s, \\D \\W \\S and punctuation',
        this.#at - 1,
      )
    }
    this.#at += 1
    return shorthand ?? code(escaped)
  }

  #sees(char: string): boolean {
    return this.#chars[this.#at] === char
  }

  #take(char: string): boolean {
    if (!this.#sees(char)) return false
    this.#at += 1
    return true
  }

  #fault(message: string, fix?: string, at = this.#at): PatternFault {
    return new PatternFault({ message, column: at + 1, ...(fix === undefined ? {} : { fix }) })
  }
}

const EMPTY: PatternNode = { kind: 'sequence', items: [] }

function code(char: string): number {
  return char.codePointAt(0) ?? 0
}

function literal(char: string): PatternNode {
  const items = [...char.toLowerCase()].map((one): PatternNode => ({ kind: 'set', ranges: [[code(one), code(one)]] }))
  return items.length === 1 ? (items[0] ?? EMPTY) : { kind: 'sequence', items }
}

/** A range of a class, with the lower case of its capital ASCII letters. */
function foldRange(low: number, high: number): Ranges {
  const from = Math.max(low, 0x41)
  const to = Math.min(high, 0x5a)
  if (low === high && low > 0x7f) {
    const folded = String.fromCodePoint(low).toLowerCase()
    return [...folded].length === 1 ? [[code(folded), code(folded)]] : [[low, low]]
  }
  return from > to
    ? [[low, high]]
    : [
        [low, high],
        [from + 32, to + 32],
      ]
}
