/** One line of the result: what was measured, what is asked for, what was found in the median of the rounds. */
export interface Row {
  readonly id: string
  readonly measure: string
  readonly needed: string
  readonly found: string
  /** False: below what is asked for. Undefined: this machine cannot tell. */
  readonly met: boolean | undefined
}

export interface Scale {
  readonly smoke: boolean
  /** Leaves out what takes minutes. */
  readonly quick: boolean
  /** At least 3, but 1 for smoke. */
  readonly rounds: number
  /** Of one side in one round. */
  readonly ms: number
}

export const scaleOf = (smoke: boolean, quick: boolean): Scale => ({
  smoke,
  quick,
  rounds: smoke ? 1 : 3,
  ms: smoke ? 400 : 5_000,
})

/** Both sides in turn, round by round, so that what the machine does besides meets both. */
export async function interleaved<A, B>(
  rounds: number,
  ours: () => Promise<A>,
  theirs: () => Promise<B>,
): Promise<{ ours: A; theirs: B }[]> {
  const found: { ours: A; theirs: B }[] = []
  for (let round = 0; round < rounds; round += 1) found.push({ theirs: await theirs(), ours: await ours() })
  return found
}

export function markdownOf(rows: readonly Row[]): string {
  const met = ({ met: is }: Row) => (is === undefined ? '–' : is ? 'yes' : 'no')
  const lines = rows.map((row) => `| ${row.id} | ${row.measure} | ${row.needed} | ${row.found} | ${met(row)} |`)
  return ['| id | measure | needed | found | met |', '| --- | --- | --- | --- | --- |', ...lines].join('\n')
}

/** The two sides did not do the same work: nothing that was measured counts. */
export function demand(is: boolean, what: string): void {
  if (!is) throw new Error(`the sides do not agree: ${what}`)
}
