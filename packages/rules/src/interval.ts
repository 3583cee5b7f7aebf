import type { Truth } from './logic.ts'
import type { Value } from './types.ts'

/**
 * A number of which only the bounds are known: the truth lies in `[low, high]`. An open bound is infinite. A number that
 * is known is never an interval: `interval` gives the number itself.
 */
export class Interval {
  readonly low: number
  readonly high: number

  constructor(low: number, high: number) {
    this.low = low
    this.high = high
  }
}

/** What an expression comes to: a value, or the bounds of one. */
export type Reach = Value | Interval

/** The interval, the number where both bounds agree, or unknown where no bound is left. */
export function interval(low: number, high: number): number | Interval | undefined {
  // Adding 0 makes -0 the same number as 0.
  if (low === high) return Number.isFinite(low) ? low + 0 : undefined
  return Number.isNaN(low) || Number.isNaN(high) || low > high ? undefined : new Interval(low, high)
}

type Relation = '==' | '<' | '<=' | '>' | '>='

/** Kleene's answer: true or false where it is so for every number between the bounds, else unknown. */
export function compareIntervals(op: Relation, left: number | Interval, right: number | Interval): Truth {
  const [a, b] = [boundsOf(left), boundsOf(right)]
  switch (op) {
    case '==':
      if (a.high < b.low || b.high < a.low) return false
      return a.low === a.high && b.low === b.high ? true : undefined
    case '<':
      return a.high < b.low ? true : a.low >= b.high ? false : undefined
    case '<=':
      return a.high <= b.low ? true : a.low > b.high ? false : undefined
    case '>':
      return compareIntervals('<', right, left)
    case '>=':
      return compareIntervals('<=', right, left)
  }
}

/** Interval arithmetic; dividing by an interval with 0 in it is unknown (rules.md §6.4). */
export function calculateIntervals(
  op: '+' | '-' | '*' | '/',
  left: number | Interval,
  right: number | Interval,
): number | Interval | undefined {
  const [a, b] = [boundsOf(left), boundsOf(right)]
  switch (op) {
    case '+':
      return interval(a.low + b.low, a.high + b.high)
    case '-':
      return interval(a.low - b.high, a.high - b.low)
    case '*':
      return spanOf(corners(a, b, (x, y) => x * y))
    case '/':
      return b.low <= 0 && b.high >= 0 ? undefined : spanOf(corners(a, b, (x, y) => x / y))
  }
}

export function negated({ low, high }: Interval): Interval {
  return new Interval(-high, -low)
}

/** How an interval is printed: `7 to 12`, `over 50`; "unknown" where nothing is known of a count. */
export function printInterval({ low, high }: Interval): string {
  if (high !== Number.POSITIVE_INFINITY) return low === Number.NEGATIVE_INFINITY ? `up to ${high}` : `${low} to ${high}`
  if (low <= 0) return low === 0 || low === Number.NEGATIVE_INFINITY ? 'unknown' : `at least ${low}`
  return Number.isInteger(low) ? `over ${low - 1}` : `at least ${low}`
}

interface Bounds {
  readonly low: number
  readonly high: number
}

function boundsOf(value: number | Interval): Bounds {
  return typeof value === 'number' ? { low: value, high: value } : value
}

function corners(a: Bounds, b: Bounds, of: (x: number, y: number) => number): number[] {
  return [of(a.low, b.low), of(a.low, b.high), of(a.high, b.low), of(a.high, b.high)]
}

/** Open times nothing and open divided by open have no corner of their own; the others hold what it could be. */
function spanOf(found: readonly number[]): number | Interval | undefined {
  const numbers = found.filter((one) => !Number.isNaN(one))
  return interval(Math.min(...numbers), Math.max(...numbers))
}
