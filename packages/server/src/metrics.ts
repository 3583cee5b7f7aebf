import { Metrics } from './http/metrics.ts'

/** The metrics of this process. */
export const metrics = new Metrics()

/** Names that label values may take beside those that never change: rules and lists come and go. */
interface Names {
  readonly rules: () => readonly string[]
  readonly lists: () => readonly string[]
  readonly exchanges: () => readonly string[]
  readonly signals: readonly string[]
  readonly switches: readonly string[]
}
let named: Names = { rules: () => [], lists: () => [], exchanges: () => [], signals: [], switches: [] }

/** The names of this moment. */
export const namesNow = (): Names => named

/** Told once, where rules and lists are loaded. */
export function namesKnown(names: Names): void {
  named = names
}
