import type { Assertion, Instruction } from './automaton.ts'

export const TAKE = 0
export const SPLIT = 1
export const ASSERT = 2
export const ACCEPT = 3

const CODES = { take: TAKE, split: SPLIT, assert: ASSERT, accept: ACCEPT }

/** An automaton laid out in arrays by instruction, for the matcher's inner loop. */
export class Tables {
  readonly op: Uint8Array
  /** Where `take` and `assert` go on. */
  readonly next: Uint16Array
  /** The targets of a `split` are those from its `firstTarget` to the following one's. */
  readonly firstTarget: Uint16Array
  readonly targets: Uint16Array
  readonly assertions: readonly (Assertion | undefined)[]
  /** By instruction and class of character: 1 if the instruction takes it. */
  readonly classes: Uint8Array

  /** @param boundaries where each class of characters begins */
  constructor(program: readonly Instruction[], boundaries: readonly number[]) {
    this.op = Uint8Array.from(program, (one) => CODES[one.do])
    this.next = Uint16Array.from(program, (one) => ('next' in one ? one.next : 0))
    const lists = program.map((one) => (one.do === 'split' ? one.to : []))
    this.targets = Uint16Array.from(lists.flat())
    this.firstTarget = new Uint16Array(program.length + 1)
    for (const [index, list] of lists.entries())
      this.firstTarget[index + 1] = (this.firstTarget[index] ?? 0) + list.length
    this.assertions = program.map((one) => (one.do === 'assert' ? one.what : undefined))
    this.classes = Uint8Array.from(
      program.flatMap((one) =>
        boundaries.map((low) =>
          one.do === 'take' && one.ranges.some(([from, to]) => low >= from && low <= to) ? 1 : 0,
        ),
      ),
    )
  }
}
