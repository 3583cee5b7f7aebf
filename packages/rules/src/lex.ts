import type { Findings, Source, Span } from './diagnostic.ts'

export type TokenKind = 'word' | 'path' | 'version' | 'number' | 'duration' | 'string' | 'pattern' | 'sign' | 'end'

/** One token. `value` is what it means: the unescaped string, the number, the duration in milliseconds. */
export interface Token extends Span {
  readonly kind: TokenKind
  readonly text: string
  readonly value: string | number
  /** The first token of its line. */
  readonly leads: boolean
}

/** A comment, from its `#` to the end of the line; `alone` if nothing stands before it. */
export interface Comment extends Span {
  readonly text: string
  readonly alone: boolean
}

export interface Lexed {
  readonly tokens: readonly Token[]
  readonly comments: readonly Comment[]
}

/** The words that no declaration may be called. */
export const RESERVED: ReadonlySet<string> = new Set(
  'and or not is in of near contains any matches true false known unknown none again verdict effect no'.split(' '),
)

const MAX_BYTES = 256 * 1024
const MAX_WORD = 64
export const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
export const SIGNS: readonly string[] = [
  '==',
  '!=',
  '<=',
  '>=',
  '<',
  '>',
  '=',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ',',
  ':',
  '+',
  '-',
  '*',
  '/',
  '?',
]

export const WORD = /[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*/y
export const NUMBER = /[0-9]+(?:\.[0-9]+)?(?:[a-zA-Z_][a-zA-Z0-9_]*)?/y
const NUMBER_PARTS = /^([0-9]+(?:\.[0-9]+)?)([a-zA-Z_][a-zA-Z0-9_]*)?$/

/**
 * Cuts a source into tokens. Never throws: what cannot be read is reported (S01, S02) and skipped or kept as the token
 * that was meant, so that the parser can go on and find the next mistake.
 */
export function lex(source: Source, findings: Findings): Lexed {
  return new Lexer(source.text, findings).run()
}

class Lexer {
  readonly #text: string
  readonly #findings: Findings
  readonly #tokens: Token[] = []
  readonly #comments: Comment[] = []
  #at = 0
  #line = 1
  #lineStart = 0
  #leads = true
  /** Where the line of the last question ends. */
  #lineEndAt = -1

  constructor(text: string, findings: Findings) {
    // Half a character has no UTF-8 form, so nothing that is hashed may hold one.
    this.#text = text.toWellFormed()
    this.#findings = findings
    if (this.#text !== text) this.#loneSurrogate(text)
  }

  run(): Lexed {
    if (utf8Length(this.#text) > MAX_BYTES) {
      this.#findings.error('S02', this.#span(0), 'the file is too long', 'a file holds at most 256 KiB')
      this.#at = this.#text.length
    }
    while (this.#at < this.#text.length) this.#next()
    this.#tokens.push({ ...this.#span(this.#at), kind: 'end', text: 'end of file', value: '', leads: true })
    return { tokens: this.#tokens, comments: this.#comments }
  }

  #loneSurrogate(text: string): void {
    let from = 0
    while (text.charCodeAt(from) === this.#text.charCodeAt(from)) from += 1
    const before = text.slice(0, from)
    const column = from - (before.lastIndexOf('\n') + 1) + 1
    const place = { from, to: from + 1, line: before.split('\n').length, column }
    this.#findings.error('S02', place, 'this character is not valid: one half of two', 'a file is UTF-8')
  }

  #next(): void {
    const char = this.#text.charAt(this.#at)
    if (char === '\n') this.#newLine()
    else if (char === ' ' || char === '\t' || char === '\r') this.#at += 1
    else if (char === '#') this.#comment()
    else if (char === '"') this.#string()
    else if (char === '`') this.#pattern()
    else if (char >= '0' && char <= '9') this.#number()
    else if (char >= 'a' && char <= 'z') this.#word()
    else this.#sign()
  }

  #sign(): void {
    const sign = SIGNS.find((one) => this.#text.startsWith(one, this.#at))
    if (sign !== undefined) {
      this.#push('sign', sign.length, sign)
      return
    }
    const stray = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0)
    const fix = /[A-Z]/.test(stray) ? 'names are written in lower case' : undefined
    this.#findings.error('S01', this.#span(this.#at + stray.length), `unexpected '${printable(stray)}'`, fix)
    this.#at += stray.length
  }

  #newLine(): void {
    this.#at += 1
    this.#line += 1
    this.#lineStart = this.#at
    this.#leads = true
  }

  #comment(): void {
    const end = this.#lineEnd()
    const text = this.#text.slice(this.#at, end).trimEnd()
    this.#comments.push({ ...this.#span(end), text, alone: this.#leads })
    this.#at = end
  }

  #word(): void {
    WORD.lastIndex = this.#at
    const text = WORD.exec(this.#text)?.[0] ?? ''
    if (text.split('.').some((part) => part.length > MAX_WORD)) {
      this.#findings.error('S02', this.#span(this.#at + text.length), 'this name is too long', 'at most 64 characters')
    }
    const version = /^v[1-9][0-9]*$/.test(text) && text.length <= 10
    if (version) this.#push('version', text.length, Number(text.slice(1)))
    else this.#push(text.includes('.') ? 'path' : 'word', text.length, text)
  }

  #number(): void {
    NUMBER.lastIndex = this.#at
    const text = NUMBER.exec(this.#text)?.[0] ?? ''
    const [, digits = '', unit] = NUMBER_PARTS.exec(text) ?? []
    if (unit === undefined) {
      const number = Number(digits)
      if (!Number.isFinite(number))
        this.#findings.error('S02', this.#span(this.#at + text.length), 'this number is not valid', 'a smaller one')
      this.#push('number', text.length, Number.isFinite(number) ? number : 0)
      return
    }
    const factor = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined
    const value = Number(digits) * (factor ?? 1)
    if (factor === undefined || digits.includes('.') || !Number.isSafeInteger(value)) {
      this.#findings.error(
        'S02',
        this.#span(this.#at + text.length),
        'this duration is not valid',
        durationFix(digits, factor),
      )
    }
    this.#push('duration', text.length, Number.isFinite(value) ? Math.round(value) : 0)
  }

  #string(): void {
    const end = this.#closing('"')
    const raw = this.#text.slice(this.#at + 1, end.closed ? end.at - 1 : end.at)
    if (!end.closed) this.#invalid('string', end.at, 'close it with " on the same line')
    this.#push('string', end.at - this.#at, this.#unescape(raw, this.#at + 1))
  }

  #pattern(): void {
    const lineEnd = this.#lineEnd()
    const tick = this.#text.indexOf('`', this.#at + 1)
    const closed = tick !== -1 && tick < lineEnd
    const to = closed ? tick + 1 : lineEnd
    if (!closed) this.#invalid('pattern', to, 'close it with ` on the same line')
    this.#push('pattern', to - this.#at, this.#text.slice(this.#at + 1, closed ? tick : lineEnd))
  }

  #unescape(raw: string, start: number): string {
    return raw.replace(
      /\\(u\{([0-9a-fA-F]{1,6})\}|.|$)/gs,
      (whole: string, what: string, hex: string | undefined, at: number) => {
        if (what === '"' || what === '\\') return what
        if (what === 'n') return '\n'
        const code = hex === undefined ? Number.NaN : Number.parseInt(hex, 16)
        if (code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)) return String.fromCodePoint(code)
        const from = start + at
        const place = { from, to: from + whole.length, line: this.#line, column: from - this.#lineStart + 1 }
        this.#findings.error(
          'S02',
          place,
          `this escape is not valid: '${printable(whole)}'`,
          'use \\" \\\\ \\n or \\u{1F512}',
        )
        return ''
      },
    )
  }

  /** Where a string ends: after its closing quote, or at the end of the line. */
  #closing(quote: string): { at: number; closed: boolean } {
    let at = this.#at + 1
    while (at < this.#text.length && this.#text[at] !== '\n' && this.#text[at] !== '\r') {
      if (this.#text[at] === quote) return { at: at + 1, closed: true }
      const escaped = this.#text[at] === '\\' && at + 1 < this.#text.length && this.#text[at + 1] !== '\n'
      at += escaped ? 2 : 1
    }
    return { at, closed: false }
  }

  #invalid(what: string, to: number, fix: string): void {
    this.#findings.error('S02', this.#span(to), `this ${what} is not valid`, fix)
  }

  #push(kind: TokenKind, length: number, value: string | number): void {
    const span = this.#span(this.#at + length)
    this.#tokens.push({ ...span, kind, text: this.#text.slice(this.#at, this.#at + length), value, leads: this.#leads })
    this.#at += length
    this.#leads = false
  }

  #span(to: number): Span {
    return { from: this.#at, to, line: this.#line, column: this.#at - this.#lineStart + 1 }
  }

  #lineEnd(): number {
    if (this.#lineEndAt < this.#at) {
      const end = this.#text.indexOf('\n', this.#at)
      this.#lineEndAt = end === -1 ? this.#text.length : end
    }
    return this.#lineEndAt
  }
}

function durationFix(digits: string, factor: number | undefined): string {
  if (factor === undefined) return 'the units are ms, s, m, h and d'
  const smaller = Object.entries(UNITS)
    .reverse()
    .find(([, unit]) => unit < factor && Number.isSafeInteger((Number(digits) * factor) / unit))
  const value = smaller === undefined ? undefined : (Number(digits) * factor) / smaller[1]
  return value === undefined ? 'write a whole number' : `write ${value}${smaller?.[0]}`
}

function utf8Length(text: string): number {
  if (text.length > MAX_BYTES) return text.length
  let length = 0
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return length
}

/** Control characters made visible, so that a message never moves a terminal's cursor. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
}
