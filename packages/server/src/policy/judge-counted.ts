import type { Judgement, Phase, Plan, Program, Reading } from '@lamplighter/rules'

/**
 * What the rules say of an event. A rule that is undecided only because a counter has not seen a whole window yet is left out: until the
 * counter is warm nobody can act on that (rules.md §8.1).
 */
export function judgeCounted(program: Program, plan: Plan, readings: readonly Reading[], phase: Phase): Judgement {
  const judgement = program.judge(plan, readings, phase)
  if (!readings.some(isWarming) || judgement.results.every(({ outcome }) => outcome !== 'unknown')) return judgement
  const whenWarm = program.judge(plan, readings.map(warm), phase)
  const open = new Set(whenWarm.results.flatMap(({ rule, outcome }) => (outcome === 'unknown' ? [rule] : [])))
  const judged = judgement.judged.filter(({ result }) => result.outcome !== 'unknown' || open.has(result.rule))
  return { ...judgement, judged, results: judged.map(({ result }) => result) }
}

const isWarming = ({ flags }: Reading): boolean => flags.length === 1 && flags[0] === 'warming'
const warm = (reading: Reading): Reading => (isWarming(reading) ? { ...reading, high: reading.low } : reading)
