import type { Leaf, Term } from './checked.ts'
import { compileCompare } from './compare.ts'
import { Interval, type Reach } from './interval.ts'
import type { Truth } from './logic.ts'
import { compilePattern, foldText } from './pattern/index.ts'
import type { Run, ValueOf } from './terms.ts'
import type { Value } from './types.ts'
import type { Hit } from './world.ts'

export type Ask = (run: Run) => Truth

/**
 * Compiles one question. Its answer for each state of what it reads: none is "no", unknown is unknown, and of two
 * operands none wins over unknown (rules.md §4).
 */
export function compileLeaf(leaf: Leaf, read: (term: Term) => ValueOf): Ask {
  switch (leaf.kind) {
    case 'test': {
      const of = read(leaf.of)
      return (run) => {
        const value = of(run)
        return value === undefined ? undefined : value === true
      }
    }
    case 'compare':
      return compileCompare(leaf, read(leaf.left), read(leaf.right))
    case 'is': {
      const of = read(leaf.of)
      const { what } = leaf
      return (run) => stateOf(of(run)) === what
    }
    case 'missing': {
      const { member } = leaf
      return (run) => run.event[member] === undefined || run.event[member] === null
    }
    case 'member': {
      const values = new Set<Value>(leaf.values)
      const of = read(leaf.of)
      const asked = each(of, (value) => values.has(value))
      return leaf.of.type.kind === 'num' ? (run) => memberOfBounds(of(run), leaf.values) ?? asked(run) : asked
    }
    case 'lookup': {
      const { how, list } = leaf
      return each(read(leaf.of), (value, run) => {
        // No entry is empty, so a text without a character holds none, whatever state the list is in.
        if (value === '') return false
        const hit = findHit(run, list, how, value)
        return hit === undefined ? undefined : hit !== null
      })
    }
    case 'contains':
      return compileContains(leaf, read(leaf.of))
    case 'matches': {
      const matcher = compilePattern(leaf.pattern)
      return each(read(leaf.of), (value, run) => matcher.test(folded(run, String(value))))
    }
  }
}

function compileContains(leaf: Leaf & { kind: 'contains' }, of: ValueOf): Ask {
  if (leaf.of.type.kind === 'list') return each(of, (value) => value === leaf.text)
  const text = foldText(leaf.text)
  return each(of, (value, run) => folded(run, String(value)).includes(text))
}

function folded(run: Run, text: string): string {
  if (run.folded.text !== text) run.folded = { text, as: foldText(text) }
  return run.folded.as
}

/** Asks a list. Exported for explanations, which ask again to say where the hit was. */
export function findHit(
  run: Pick<Run, 'lists'>,
  list: string,
  how: 'in' | 'near' | 'any',
  value: Value,
): Hit | null | undefined {
  return run.lists.get(list)?.find(how, String(value))
}

function stateOf(value: Reach): 'known' | 'unknown' | 'none' {
  return value === undefined || value instanceof Interval ? 'unknown' : value === null ? 'none' : 'known'
}

/** Any element of a list, by Kleene's `or`; an element that is `null` is unknown. A single value is asked itself. */
function each(of: ValueOf, ask: (value: Value, run: Run) => Truth): Ask {
  return (run) => {
    const value = of(run)
    if (value === null) return false
    if (value === undefined || value instanceof Interval) return undefined
    if (!Array.isArray(value)) return ask(value, run)
    let outcome: Truth = false
    for (const element of value as readonly Value[]) {
      const answer = element === null || element === undefined ? undefined : ask(element, run)
      if (answer === true) return true
      if (answer === undefined) outcome = undefined
    }
    return outcome
  }
}

/** No listed number lies between the bounds: surely not in; else nobody knows. Undefined for what is no interval too. */
function memberOfBounds(value: Reach, listed: readonly (boolean | number | string)[]): false | undefined {
  if (!(value instanceof Interval)) return undefined
  const inside = listed.some((one) => typeof one === 'number' && one >= value.low && one <= value.high)
  return inside ? undefined : false
}
