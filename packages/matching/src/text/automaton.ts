import type { ImageReader, Section } from './image.ts'
import { kindred } from './lookalikes.ts'

/*
 * Finds all of many strings in one pass over a text (Aho and Corasick 1975). Every state is a dense row: a step is one look into
 * an array, whatever the text. `i` and `l` are one symbol here, because `1`, `!` and `|` read as both, and so are letters that look alike; who asks compares
 * the text.
 */

/** So many different units have a symbol of their own; if there are more, the rarer ones are written with digits. */
const OWN_SYMBOLS = 64
const OWN_BESIDE_DIGITS = 40
const BASE = 16
/** In `symbols`: this unit is written with digits, by its rank. */
const RARE = 255

/** The arrays of an automaton, as an image holds them. */
export interface Tables {
  /** Of each unit: 0 stands in no pattern; {@link RARE}; else its symbol. */
  readonly symbols: Uint8Array
  readonly ranks: Uint16Array
  /** Length of a row, and digits of a rank. */
  readonly shape: Int32Array
  /** From row + symbol to row; negative (~row) where a pattern ends. */
  readonly next: Int32Array
  /** Of each row: the longest pattern that ends there, from 1; 0 is none. */
  readonly nearest: Int32Array
  /** Of each pattern: the next shorter one that ends at the same place. */
  readonly shorter: Int32Array
}

/** The arrays in the order in which an image holds them. */
export const sectionsOfTables = (tables: Tables): readonly Section[] => [
  tables.symbols,
  tables.ranks,
  tables.shape,
  tables.next,
  tables.nearest,
  tables.shorter,
]

export const readTables = (image: ImageReader): Tables => ({
  symbols: image.u8(),
  ranks: image.u16(),
  shape: image.i32(),
  next: image.i32(),
  nearest: image.i32(),
  shorter: image.i32(),
})

/** Calls back for each place where a pattern ends, the longest first. Linear in the text and in what is found. */
export function scan(tables: Tables, text: string, found: (pattern: number, end: number) => void): void {
  const { symbols, next, nearest, shorter } = tables
  const width = tables.shape[0] ?? 1
  let row = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    const symbol = symbols[unit] ?? 0
    row = symbol === RARE ? rareStep(tables, row, unit) : (next[row + symbol] ?? 0)
    if (row >= 0) continue
    row = ~row
    for (let pattern = nearest[row / width] ?? 0; pattern !== 0; pattern = shorter[pattern] ?? 0) found(pattern, at + 1)
  }
}

function rareStep({ ranks, shape, next }: Tables, from: number, unit: number): number {
  const [width = 1, digits = 0] = shape
  const rank = ranks[unit] ?? 0
  let row = from
  for (let place = digits - 1; place >= 0; place -= 1) {
    // Within a character nothing ends: only after its last digit is a find one.
    if (row < 0) row = ~row
    row = next[row + width - BASE + ((rank >> (4 * place)) & (BASE - 1))] ?? 0
  }
  return row
}

/**
 * Builds the tables. Rows are numbered level by level, so the ones that every text visits lie together.
 *
 * @param patterns not empty each, no two equal as {@link mergedText}; a find names a pattern by its place here, from 1
 */
export function buildTables(patterns: readonly string[]): Tables {
  const alphabet = alphabetOf(patterns)
  const { width } = alphabet
  const written = patterns
    .map((pattern, at) => ({ symbols: symbolsOf(pattern, alphabet), pattern: at + 1 }))
    .sort((a, b) => (a.symbols < b.symbols ? -1 : a.symbols > b.symbols ? 1 : 0))
  const rows = 1 + rowsOf(written)
  const next = new Int32Array(rows * width)
  const nearest = new Int32Array(rows)
  const shorter = new Int32Array(patterns.length + 1)
  // Of each row: the patterns that begin so, from..to in the sorted order, and the row of its longest proper ending.
  const from = new Int32Array(rows)
  const to = new Int32Array(rows)
  const ending = new Int32Array(rows)
  to[0] = written.length
  let made = 1
  let levelEnd = 1
  for (let row = 0, depth = 0; row < made; row += 1) {
    if (row === levelEnd) {
      depth += 1
      levelEnd = made
    }
    const fail = ending[row] ?? 0
    const base = row * width
    if (row > 0) next.copyWithin(base, fail * width, fail * width + width)
    let at = from[row] ?? 0
    const end = to[row] ?? 0
    // A pattern that ends here sorts before those that go on.
    if (at < end && written[at]?.symbols.length === depth) at += 1
    while (at < end) {
      const symbol = written[at]?.symbols.charCodeAt(depth) ?? 0
      const child = made
      made += 1
      from[child] = at
      while (at < end && written[at]?.symbols.charCodeAt(depth) === symbol) at += 1
      to[child] = at
      const target = next[base + symbol] ?? 0
      ending[child] = row === 0 ? 0 : (target < 0 ? ~target : target) / width
      const inside = nearest[ending[child] ?? 0] ?? 0
      const first = written[from[child] ?? 0]
      const own = first?.symbols.length === depth + 1 ? first.pattern : 0
      if (own !== 0) shorter[own] = inside
      nearest[child] = own === 0 ? inside : own
      next[base + symbol] = nearest[child] === 0 ? child * width : ~(child * width)
    }
  }
  const { symbols, ranks, digits } = alphabet
  return { symbols, ranks, shape: Int32Array.of(width, digits), next, nearest, shorter }
}

interface Alphabet {
  readonly symbols: Uint8Array
  readonly ranks: Uint16Array
  readonly width: number
  readonly digits: number
}

const I = 0x69
const L = 0x6c

function alphabetOf(patterns: readonly string[]): Alphabet {
  const counts = new Map<number, number>()
  for (const pattern of patterns) {
    for (let at = 0; at < pattern.length; at += 1) {
      const unit = merged(pattern.charCodeAt(at))
      counts.set(unit, (counts.get(unit) ?? 0) + 1)
    }
  }
  const used = [...counts].sort(([a, often], [b, oftenB]) => oftenB - often || a - b).map(([unit]) => unit)
  const own = used.length <= OWN_SYMBOLS ? used.length : OWN_BESIDE_DIGITS
  const symbols = new Uint8Array(0x10000)
  const ranks = new Uint16Array(0x10000)
  for (const [at, unit] of used.entries()) {
    symbols[unit] = at < own ? at + 1 : RARE
    ranks[unit] = Math.max(0, at - own)
  }
  for (let unit = 0; unit < symbols.length; unit += 1) {
    symbols[unit] = symbols[merged(unit)] ?? 0
    ranks[unit] = ranks[merged(unit)] ?? 0
  }
  const rare = used.length - own
  const digits = rare === 0 ? 0 : Math.max(1, Math.ceil(Math.log2(rare) / 4))
  return { symbols, ranks, width: 1 + own + (rare === 0 ? 0 : BASE), digits }
}

/** The unit that stands for all that the automaton does not tell apart. */
function merged(unit: number): number {
  const letter = kindred[unit] ?? unit
  return letter === L ? I : letter
}

/** A pattern as the automaton reads it: two that read the same are one to it. */
export function mergedText(pattern: string): string {
  let text = ''
  for (let at = 0; at < pattern.length; at += 1) text += String.fromCharCode(merged(pattern.charCodeAt(at)))
  return text
}

/** A pattern in symbols, each as one unit of a string, so that strings sort and compare as patterns do. */
function symbolsOf(pattern: string, { symbols, ranks, width, digits }: Alphabet): string {
  let text = ''
  for (let at = 0; at < pattern.length; at += 1) {
    const unit = pattern.charCodeAt(at)
    const symbol = symbols[unit] ?? 0
    if (symbol !== RARE) text += String.fromCharCode(symbol)
    else
      for (let place = digits - 1; place >= 0; place -= 1)
        text += String.fromCharCode(width - BASE + (((ranks[unit] ?? 0) >> (4 * place)) & (BASE - 1)))
  }
  return text
}

/** Each pattern adds as many rows as it has symbols beyond what it shares with the one before it. */
function rowsOf(sorted: readonly { readonly symbols: string }[]): number {
  let rows = 0
  let before = ''
  for (const { symbols } of sorted) {
    let shared = 0
    while (shared < before.length && before.charCodeAt(shared) === symbols.charCodeAt(shared)) shared += 1
    rows += symbols.length - shared
    before = symbols
  }
  return rows
}
