import { PatternFault, type PatternNode } from './parse.ts'
import type { Ranges } from './ranges.ts'

export type Assertion = 'start' | 'end' | 'word' | 'not-word'

/** One instruction of a Thompson automaton. Instruction 0 is where every match begins. */
export type Instruction =
  | { readonly do: 'take'; readonly ranges: Ranges; readonly next: number }
  | { readonly do: 'split'; readonly to: readonly number[] }
  | { readonly do: 'assert'; readonly what: Assertion; readonly next: number }
  | { readonly do: 'accept' }

/** Bounds the work of one character: 4 kB of text cost at most some two million small steps, about 10 ms. */
export const MAX_INSTRUCTIONS = 500

/**
 * Ken Thompson's construction: as many instructions as the pattern is long, repeats written out.
 *
 * @throws PatternFault if repeats inside repeats make it too large
 */
export function automatonOf(pattern: PatternNode): readonly Instruction[] {
  const program: Instruction[] = [{ do: 'split', to: [] }]
  const emit = (instruction: Instruction): number => {
    if (program.length >= MAX_INSTRUCTIONS) {
      throw new PatternFault({ message: 'repeats too large', column: 1, fix: 'smaller repeats, or a term list' })
    }
    program.push(instruction)
    return program.length - 1
  }
  /** Adds the node before instruction `next`; answers where it begins. */
  const add = (node: PatternNode, next: number): number => {
    switch (node.kind) {
      case 'set':
        return emit({ do: 'take', ranges: node.ranges, next })
      case 'assert':
        return emit({ do: 'assert', what: node.what, next })
      case 'sequence':
        return node.items.reduceRight((after, item) => add(item, after), next)
      case 'choice': {
        // Empty choices all lead to one place. Told apart, they would make a step longer than the automaton.
        const to = [...new Set(node.items.map((item) => add(item, next)))]
        return to.length === 1 ? (to[0] ?? next) : emit({ do: 'split', to })
      }
      case 'repeat':
        return addRepeat(node, next)
    }
  }
  const addRepeat = (node: PatternNode & { kind: 'repeat' }, next: number): number => {
    let entry = next
    if (node.max === Number.POSITIVE_INFINITY) {
      const to: number[] = [next]
      entry = emit({ do: 'split', to })
      to.push(add(node.of, entry))
    } else {
      for (let i = node.min; i < node.max; i++) {
        const before = program.length
        const once = add(node.of, entry)
        if (program.length === before) break
        entry = emit({ do: 'split', to: [next, once] })
      }
    }
    for (let i = 0; i < node.min; i++) {
      const before = program.length
      entry = add(node.of, entry)
      // Nothing, many times, is nothing. Written out, nested repeats of it would never end.
      if (program.length === before) break
    }
    return entry
  }
  const accept = emit({ do: 'accept' })
  program[0] = { do: 'split', to: [add(pattern, accept)] }
  return program
}
