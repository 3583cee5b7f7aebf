import { type RingModules, Segment, TABLES } from './segments.ts'

/** What is to become one segment: rows of some segments, as many as there were when the plan was made. */
export interface MergePlan {
  readonly sources: readonly { readonly segment: Segment; readonly rows: number }[]
  /** Place of the first segment among those that are replaced. */
  readonly from: number
  /** Whether the last source is the fresh level. */
  readonly fresh: boolean
}

/** Carries out a plan. Lookups and changes of the index may go on beside it. @param o.slots threads that will search what is made */
export function mergeSegments(
  modules: RingModules,
  plan: Pick<MergePlan, 'sources'>,
  o: { readonly slots?: number } = {},
): Segment {
  const made = gatherSegments(modules, plan, o)
  for (let t = 0; t < TABLES; t += 1) made.makeTable(t)
  return made
}

/** The rows without the tables, which several threads may make. */
export function gatherSegments(
  modules: RingModules,
  plan: Pick<MergePlan, 'sources'>,
  o: { readonly slots?: number } = {},
): Segment {
  const room = plan.sources.reduce((sum, { rows }) => sum + rows, 0)
  const made = Segment.make(modules, room, o)
  for (const { segment, rows } of plan.sources) made.take(segment, rows)
  return made
}
