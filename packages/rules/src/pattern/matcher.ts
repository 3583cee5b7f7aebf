import type { Assertion, Instruction } from './automaton.ts'
import { MAX_CODE, WORD } from './ranges.ts'
import { ACCEPT, ASSERT, SPLIT, TAKE, Tables } from './tables.ts'

/** What stands before a place: nothing, a word character, another one. Assertions ask for it. */
type Before = 's' | 'w' | 'o'

export const MAX_STATES = 2000
/** There is room for so many at first. Most patterns meet some dozens. */
const FEW_STATES = 16

/** A text that makes more new states than this is hostile or random: keeping its states would cost more than it saves. */
const NEW_PER_TEXT = 256

/** In the table: the step has not been worked out; the pattern is matched. Any other number is where the next state's row begins. */
const NOT_YET = 0
const MATCHED = -1

/** The row of a state that is not kept: nothing is ever written to it. */
const LOOSE = 0

/**
 * Searches texts for a pattern. States of the deterministic automaton are made when first met and thrown away together
 * when there are too many, so the time is linear in the text and the memory is bounded, whatever the text.
 */
export class Matcher {
  readonly #boundaries: readonly number[]
  readonly #ascii: Uint16Array
  readonly #wordClass: readonly boolean[]
  readonly #tables: Tables
  readonly #end: number
  /** Work space of one step. A mark of an earlier step is no mark. */
  readonly #marks: Float64Array
  readonly #stack: Uint16Array
  readonly #found: Uint16Array
  readonly #kernel: Uint16Array
  #mark = 0
  #left = 0
  /** A row for each state: where each class of the next character leads; the last one is the end of the text. */
  #steps: Int32Array
  /** By number of the state: the instructions to go on from, before their assertions are decided. */
  #kernels: Uint16Array[] = []
  #befores: Before[] = []
  #rows = new Map<string, number>()
  #start = LOOSE

  constructor(program: readonly Instruction[]) {
    this.#boundaries = boundariesOf(program)
    this.#end = this.#boundaries.length
    this.#ascii = Uint16Array.from({ length: 128 }, (_, code) => this.#search(code))
    this.#wordClass = this.#boundaries.map((low) => WORD.some(([from, to]) => low >= from && low <= to))
    this.#tables = new Tables(program, this.#boundaries)
    this.#marks = new Float64Array(program.length)
    this.#stack = new Uint16Array(program.length)
    this.#found = new Uint16Array(program.length)
    this.#kernel = new Uint16Array(program.length)
    this.#steps = new Int32Array(FEW_STATES * this.#width)
  }

  /** How many states are kept now; never more than `MAX_STATES`. */
  get states(): number {
    return this.#rows.size
  }

  get #width(): number {
    return this.#end + 1
  }

  /** Whether the pattern is found anywhere in the text. */
  test(text: string): boolean {
    this.#begin()
    const ascii = this.#ascii
    let steps = this.#steps
    let row = this.#start
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      let kind = unit < 128 ? (ascii[unit] ?? 0) : -1
      if (kind === -1) {
        const code = text.codePointAt(at) ?? 0
        if (code > 0xffff) at += 1
        kind = this.#search(code)
      }
      let next = steps[row + kind] ?? NOT_YET
      if (next === NOT_YET) {
        next = this.#step(row, kind)
        steps = this.#steps
      }
      if (next === MATCHED) return true
      row = next
    }
    return (steps[row + this.#end] || this.#step(row, this.#end)) === MATCHED
  }

  /** Room for the new states of one text, and the state before its first character. */
  #begin(): void {
    this.#left = NEW_PER_TEXT
    if (this.#rows.size + NEW_PER_TEXT > MAX_STATES) {
      this.#rows = new Map()
      this.#steps = new Int32Array(FEW_STATES * this.#width)
      this.#start = LOOSE
    }
    if (this.#start === LOOSE) this.#start = this.#state(0, 's')
  }

  #step(row: number, kind: number): number {
    const takes = this.#closure(row, kind)
    const next = takes === -1 ? MATCHED : this.#after(takes, kind)
    if (this.#left > 0) this.#steps[row + kind] = next
    return next
  }

  /** The state behind those of the found `take` instructions that take this class of character. */
  #after(takes: number, kind: number): number {
    const { next, classes } = this.#tables
    const mark = this.#nextMark()
    const width = this.#end
    let count = 0
    for (let i = 0; i < takes; i++) {
      const index = this.#found[i] ?? 0
      const to = next[index] ?? 0
      if (classes[index * width + kind] !== 1 || this.#marks[to] === mark) continue
      this.#marks[to] = mark
      this.#kernel[count] = to
      count += 1
    }
    return this.#state(count, this.#wordClass[kind] ? 'w' : 'o')
  }

  /**
   * Finds the `take` instructions that can be reached here, now that both neighbours of the place are known.
   *
   * @returns how many were found, or -1 if the pattern is matched
   */
  #closure(row: number, kind: number): number {
    const { op, next, firstTarget, targets } = this.#tables
    const marks = this.#marks
    const stack = this.#stack
    const mark = this.#nextMark()
    let found = 0
    let waiting = 1
    stack[0] = 0
    marks[0] = mark
    const state = row / this.#width
    const kernel = this.#kernels[state] ?? NO_KERNEL
    const before = this.#befores[state] ?? 's'
    for (let i = 0; i < kernel.length; i++) {
      const index = kernel[i] ?? 0
      marks[index] = mark
      stack[waiting++] = index
    }
    while (waiting > 0) {
      const index = stack[--waiting] ?? 0
      switch (op[index]) {
        case TAKE:
          this.#found[found++] = index
          break
        case ACCEPT:
          return -1
        case ASSERT: {
          const to = next[index] ?? 0
          if (marks[to] === mark || !this.#holds(this.#tables.assertions[index] ?? 'start', before, kind)) break
          marks[to] = mark
          stack[waiting++] = to
          break
        }
        case SPLIT: {
          const last = firstTarget[index + 1] ?? 0
          for (let i = firstTarget[index] ?? 0; i < last; i++) {
            const to = targets[i] ?? 0
            if (marks[to] === mark) continue
            marks[to] = mark
            stack[waiting++] = to
          }
        }
      }
    }
    return found
  }

  #nextMark(): number {
    this.#mark += 1
    return this.#mark
  }

  #holds(what: Assertion, before: Before, kind: number): boolean {
    if (what === 'start') return before === 's'
    if (what === 'end') return kind === this.#end
    const edge = (before === 'w') !== (this.#wordClass[kind] ?? false)
    return edge === (what === 'word')
  }

  /** The row of the state with the first instructions of the work space. */
  #state(count: number, before: Before): number {
    const kernel = this.#kernel.slice(0, count)
    if (this.#left === 0) return this.#put(LOOSE, kernel, before)
    kernel.sort()
    // An instruction's number is one UTF-16 unit, so the key is as long as the kernel.
    const key = before + String.fromCharCode(...kernel)
    const known = this.#rows.get(key)
    if (known !== undefined) return known
    this.#left -= 1
    const row = (this.#rows.size + 1) * this.#width
    if (row === this.#steps.length) this.#steps = twice(this.#steps)
    this.#rows.set(key, row)
    return this.#put(row, kernel, before)
  }

  #put(row: number, kernel: Uint16Array, before: Before): number {
    const state = row / this.#width
    this.#kernels[state] = kernel
    this.#befores[state] = before
    return row
  }

  /** The class of a code point: the last boundary that is not above it. */
  #search(code: number): number {
    let low = 0
    let high = this.#boundaries.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#boundaries[middle] ?? 0) <= code) low = middle
      else high = middle - 1
    }
    return low
  }
}

const NO_KERNEL = new Uint16Array(0)

function twice(table: Int32Array): Int32Array {
  const larger = new Int32Array(table.length * 2)
  larger.set(table)
  return larger
}

/** Where classes of characters begin: within one class all characters are alike to this pattern. */
function boundariesOf(program: readonly Instruction[]): number[] {
  const starts = new Set([0])
  const sets = program.flatMap((one) => (one.do === 'take' ? [one.ranges] : []))
  for (const [low, high] of [...sets, WORD].flat()) {
    starts.add(low)
    if (high < MAX_CODE) starts.add(high + 1)
  }
  return [...starts].sort((a, b) => a - b)
}
