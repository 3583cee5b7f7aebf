import type { Leaf } from './checked.ts'
import { compareIntervals, Interval, type Reach } from './interval.ts'
import type { Ask } from './leaves.ts'
import { not, type Truth } from './logic.ts'
import type { ValueOf } from './terms.ts'
import type { Value } from './types.ts'

type Relation = '==' | '<' | '<=' | '>' | '>='

/** Compiles a comparison. Where one side is written out, as mostly, what is known is compared at once. */
export function compileCompare(leaf: Leaf & { kind: 'compare' }, left: ValueOf, right: ValueOf): Ask {
  const { op } = leaf
  if (op === '!=') {
    const equal = compileCompare({ ...leaf, op: '==' }, left, right)
    return (run) => not(equal(run))
  }
  if (leaf.right.kind === 'constant') return compareWith(op, left, leaf.right.value)
  if (leaf.left.kind === 'constant') return compareWith(MIRROR[op], right, leaf.left.value)
  return (run) => compare(op, left(run), right(run))
}

const MIRROR = { '==': '==', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

function compareWith(op: Relation, of: ValueOf, constant: Known): Ask {
  if (typeof constant === 'number') return compareWithNumber(op, of, constant)
  return (run) => {
    const value = of(run)
    return typeof value === 'string' && op === '==' ? value === constant : compare(op, value, constant)
  }
}

// One function for each relation: the engine then knows that numbers meet numbers, and compares them in one step.
function compareWithNumber(op: Relation, of: ValueOf, bound: number): Ask {
  switch (op) {
    case '==':
      return (run) => {
        const value = of(run)
        return typeof value === 'number' ? value === bound : compare(op, value, bound)
      }
    case '<':
      return (run) => {
        const value = of(run)
        return typeof value === 'number' ? value < bound : compare(op, value, bound)
      }
    case '<=':
      return (run) => {
        const value = of(run)
        return typeof value === 'number' ? value <= bound : compare(op, value, bound)
      }
    case '>':
      return (run) => {
        const value = of(run)
        return typeof value === 'number' ? value > bound : compare(op, value, bound)
      }
    case '>=':
      return (run) => {
        const value = of(run)
        return typeof value === 'number' ? value >= bound : compare(op, value, bound)
      }
  }
}

/** Any two values. None is "no", and wins over unknown (rules.md §4). */
function compare(op: Relation, a: Reach, b: Reach): Truth {
  if (a === null || b === null) return false
  if (a === undefined || b === undefined) return undefined
  if (a instanceof Interval || b instanceof Interval) return compareBounds(op, a, b)
  return RELATIONS[op](a, b)
}

function compareBounds(op: Relation, a: Reach, b: Reach): Truth {
  const fits = (one: Reach) => typeof one === 'number' || one instanceof Interval
  return fits(a) && fits(b) ? compareIntervals(op, a, b) : undefined
}

type Known = Exclude<Value, null | undefined>

const RELATIONS: Readonly<Record<Relation, (a: Known, b: Known) => boolean>> = {
  '==': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}
