import type { Instruction } from './automaton.ts'
import { MAX_CODE, WORD } from './parse.ts'

/** What stands before a place: nothing, a word character, another one. Assertions ask for it. */
type Before = 'start' | 'word' | 'other'

interface State {
  /** Instructions to go on from, before their assertions are decided. */
  readonly kernel: readonly number[]
  readonly before: Before
  /** By class of the next character; the last one is the end of the text. */
  readonly next: (State | 'accept' | undefined)[]
}

export const MAX_STATES = 2000

/**
 * Searches texts for a pattern. States of the deterministic automaton are made when first met and thrown away together
 * when there are too many, so the time is linear in the text and the memory is bounded, whatever the text.
 */
export class Matcher {
  readonly #program: readonly Instruction[]
  readonly #boundaries: readonly number[]
  readonly #ascii: Uint16Array
  readonly #wordClass: readonly boolean[]
  readonly #takes: readonly (readonly boolean[])[]
  readonly #end: number
  #states = new Map<string, State>()

  constructor(program: readonly Instruction[]) {
    this.#program = program
    this.#boundaries = boundariesOf(program)
    this.#end = this.#boundaries.length
    this.#ascii = Uint16Array.from({ length: 128 }, (_, code) => this.#search(code))
    this.#wordClass = this.#boundaries.map((low) => WORD.some(([from, to]) => low >= from && low <= to))
    this.#takes = program.map((one) =>
      one.do === 'take' ? this.#boundaries.map((low) => one.ranges.some(([from, to]) => low >= from && low <= to)) : [],
    )
  }

  /** How many states are kept now; never more than `MAX_STATES`. */
  get states(): number {
    return this.#states.size
  }

  /** Whether the pattern is found anywhere in the text. */
  test(text: string): boolean {
    let state = this.#state([], 'start')
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      let kind = unit < 128 ? (this.#ascii[unit] ?? 0) : -1
      if (kind === -1) {
        const code = text.codePointAt(at) ?? 0
        if (code > 0xffff) at += 1
        kind = this.#search(code)
      }
      const next = state.next[kind] ?? this.#step(state, kind)
      if (next === 'accept') return true
      state = next
    }
    return (state.next[this.#end] ?? this.#step(state, this.#end)) === 'accept'
  }

  #step(state: State, kind: number): State | 'accept' {
    const reached = this.#closure(state, kind)
    const next = reached === 'accept' ? 'accept' : this.#after(reached, kind)
    state.next[kind] = next
    return next
  }

  #after(reached: readonly number[], kind: number): State {
    const kernel = new Set<number>()
    for (const index of reached) {
      const one = this.#program[index]
      if (one?.do === 'take' && this.#takes[index]?.[kind]) kernel.add(one.next)
    }
    return this.#state([...kernel], this.#wordClass[kind] ? 'word' : 'other')
  }

  /** The `take` instructions that can be reached here, now that both neighbours of the place are known. */
  #closure(state: State, kind: number): readonly number[] | 'accept' {
    const seen = new Uint8Array(this.#program.length)
    const stack = [0, ...state.kernel]
    const takes: number[] = []
    while (stack.length > 0) {
      const index = stack.pop() ?? 0
      if (seen[index] === 1) continue
      seen[index] = 1
      const one = this.#program[index]
      if (one?.do === 'accept') return 'accept'
      if (one?.do === 'take') takes.push(index)
      else if (one?.do === 'split') stack.push(...one.to)
      else if (one?.do === 'assert' && this.#holds(one.what, state.before, kind)) stack.push(one.next)
    }
    return takes.sort((a, b) => a - b)
  }

  #holds(what: 'start' | 'end' | 'word' | 'not-word', before: Before, kind: number): boolean {
    if (what === 'start') return before === 'start'
    if (what === 'end') return kind === this.#end
    const edge = (before === 'word') !== (this.#wordClass[kind] ?? false)
    return edge === (what === 'word')
  }

  #state(kernel: readonly number[], before: Before): State {
    const key = `${before}:${kernel.join(',')}`
    const known = this.#states.get(key)
    if (known !== undefined) return known
    if (this.#states.size >= MAX_STATES) this.#states = new Map()
    const state: State = { kernel, before, next: new Array(this.#end + 1) }
    this.#states.set(key, state)
    return state
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
