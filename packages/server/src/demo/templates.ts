/*
 * Made-up sentences from which the demo trains its learner: mild, invented, of nobody. `{place}` and `{time}` stand for a place and a time, in
 * both labels alike, so that no model learns those instead of what is said. They show how a learner works, and are no base for a real one.
 */

export interface Templates {
  readonly language: 'en' | 'de'
  readonly places: readonly string[]
  readonly times: readonly string[]
  /** Beginnings that go with both. */
  readonly openings: readonly string[]
  readonly threatActs: readonly string[]
  readonly otherActs: readonly string[]
  /** Sentences that threaten somebody. */
  readonly threats: readonly string[]
  /** Sentences that do not, many with the same words. */
  readonly others: readonly string[]
}

/** One sentence for each line. */
export const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
