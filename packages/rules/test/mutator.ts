import { Random } from '../src/testing/random.ts'
import { HEADER } from './files.ts'

const TOKEN = /"(?:[^"\\\n]|\\.)*"|`[^`\n]*`|[A-Za-z0-9_.]+|\s+|[^\sA-Za-z0-9_]/g

/** What has broken readers of text before: ends of strings, halves of characters, marks of order, signs that look like others. */
const CHARACTERS = [
  ...'{}()[]<>=!+-*/?:,."`\\#\n\r\t 09azAZ_',
  '\0',
  '\u001b',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\u202e',
  '\ud800',
  '\udfff',
  '\udc00\ud800',
  '🔒',
  'ß',
  'İ',
  '\u0301',
]
const NUMBERS = [
  '0',
  '00',
  '1.5h',
  '-0',
  '9007199254740993',
  '18446744073709551616d',
  '104249991375d',
  '0.0000000000000000000000000000001',
  '1.7976931348623157',
  '9'.repeat(309),
  `${'9'.repeat(400)}d`,
  `0.${'1'.repeat(400)}`,
]
const NESTS: readonly (readonly [string, string])[] = [
  ['(', ')'],
  ['not ', ''],
  ['-', ''],
  ['[', ']'],
  ['{ ', ' }'],
  ['repeat 2 as i every 1s { ', ' }'],
  ['(?:', '){2}'],
  ['list<', ', max 2>'],
]

/** Files of some declarations, hurt in one to four places: letters, tokens, lines, nesting, numbers, names, quotes. */
export class Mutator {
  readonly #random: Random
  readonly #wholes: readonly string[]
  readonly #declarations: readonly string[]
  readonly #byName: ReadonlyMap<string, string>
  readonly #words: readonly string[]

  /** @param seed the same seed gives the same files */
  constructor(wholes: readonly string[], seed: number) {
    this.#random = new Random(seed)
    this.#wholes = wholes
    this.#declarations = wholes.flatMap((text) =>
      text.split(/^(?=(?:list|signal|let|counter|rule|sample|test|record|event|harm|limit) )/m).slice(1),
    )
    this.#byName = new Map(this.#declarations.map((one) => [/^[a-z]+ ([a-z0-9_]+)/.exec(one)?.[1] ?? '', one]))
    this.#words = [...new Set(wholes.flatMap(tokensOf))]
  }

  next(): string {
    const random = this.#random
    let text = random.chance(0.002) ? random.pick(this.#wholes) : this.#some()
    for (let edits = random.pick([1, 1, 1, 2, 3, 4]); edits > 0; edits--) text = this.#edit(text)
    return text
  }

  #some(): string {
    const random = this.#random
    // Most files say what they speak of; some are strangers thrown together.
    const some = Array.from({ length: random.pick([1, 1, 1, 2]) }, () => random.pick(this.#declarations))
    return HEADER + (random.chance(0.8) ? this.#withNeeded(some) : some).join('')
  }

  /** With the declarations that these read, and those that they read. */
  #withNeeded(declarations: readonly string[]): string[] {
    const all = new Set(declarations)
    for (const one of all) {
      for (const word of one.match(/\b[a-z][a-z0-9_]*\b/g) ?? []) {
        const needed = this.#byName.get(word)
        if (needed !== undefined) all.add(needed)
      }
    }
    return [...all]
  }

  #edit(text: string): string {
    const random = this.#random
    switch (random.int(0, 9)) {
      case 0:
        return this.#letter(text)
      case 1:
      case 2:
        return this.#token(text)
      case 3:
        return this.#line(text)
      case 4:
        return this.#nest(text)
      case 5:
        return this.#replaced(text, /\b[0-9][0-9a-z.]*\b/g, () => random.pick(NUMBERS))
      case 6:
        return this.#replaced(text, /\b[a-z][a-z0-9_]*\b/g, (word) => this.#longer(word))
      case 7:
        return this.#replaced(text, /["`]/g, () => random.pick(['', '"', '`', '\\"', '""']))
      case 8:
        return this.#again(text)
      default:
        return this.#cut(text)
    }
  }

  #letter(text: string): string {
    const at = this.#random.int(0, text.length)
    const gone = this.#random.int(0, 2)
    return text.slice(0, at) + this.#random.pick(CHARACTERS) + text.slice(at + gone)
  }

  #token(text: string): string {
    const tokens = tokensOf(text)
    const at = this.#random.int(0, tokens.length - 1)
    const other = this.#random.int(0, tokens.length - 1)
    switch (this.#random.int(0, 3)) {
      case 0:
        tokens.splice(at, 1)
        break
      case 1:
        tokens.splice(at, 0, tokens[other] ?? '', ' ')
        break
      case 2:
        tokens[at] = this.#random.pick(this.#words)
        break
      default:
        ;[tokens[at], tokens[other]] = [tokens[other] ?? '', tokens[at] ?? '']
    }
    return tokens.join('')
  }

  #line(text: string): string {
    const lines = text.split('\n')
    const at = this.#random.int(0, lines.length - 1)
    const [line = ''] = lines.splice(at, 1)
    if (this.#random.chance(0.7)) lines.splice(this.#random.int(0, lines.length), 0, line)
    if (this.#random.chance(0.3)) lines.splice(at, 0, line)
    return lines.join(this.#random.chance(0.05) ? '\r\n' : '\n')
  }

  #nest(text: string): string {
    const [open, close] = this.#random.pick(NESTS)
    const tokens = tokensOf(text)
    const from = this.#random.int(0, tokens.length - 1)
    const to = Math.min(tokens.length, from + this.#random.int(1, 9))
    const depth = this.#random.pick([1, 2, 3, 31, 33, 300])
    const closed = this.#random.chance(0.8) ? depth : this.#random.int(0, depth)
    tokens.splice(to, 0, close.repeat(closed))
    tokens.splice(from, 0, open.repeat(depth))
    return tokens.join('')
  }

  #replaced(text: string, what: RegExp, by: (found: string) => string): string {
    const places = [...text.matchAll(what)]
    if (places.length === 0) return text
    const place = this.#random.pick(places)
    return text.slice(0, place.index) + by(place[0]) + text.slice(place.index + place[0].length)
  }

  #longer(word: string): string {
    const random = this.#random
    if (random.chance(0.5)) return word + random.pick(['x', '_', '0', word])
    return (
      word.repeat(random.int(1, 12)).slice(0, 63 + random.int(0, 3)) + (random.chance(0.01) ? 'y'.repeat(9000) : '')
    )
  }

  /** A piece many times over: most often a few, seldom as many as a file may hold. */
  #again(text: string): string {
    const from = this.#random.int(0, text.length)
    const piece = text.slice(from, from + this.#random.int(1, 60))
    const room = this.#random.chance(0.0005) ? 262_144 - text.length : 1500
    const times = Math.min(this.#random.int(2, 40), Math.floor(room / Math.max(1, piece.length)))
    return (
      text.slice(0, from) + piece.repeat(room > 1500 ? Math.floor(room / piece.length || 1) : times) + text.slice(from)
    )
  }

  #cut(text: string): string {
    const from = this.#random.int(0, text.length)
    return text.slice(0, from) + text.slice(from + this.#random.int(0, 80))
  }
}

function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? ['']
}
