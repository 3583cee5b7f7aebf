import type { LaneJson } from '@lamplighter/api'

/** Life-threat lanes first, then what is due first; a lane with nothing waiting goes last. Pure. */
export function inOrder(lanes: readonly LaneJson[]): LaneJson[] {
  const rank = (lane: LaneJson) => [lane.lifeThreat ? 0 : 1, lane.waiting > 0 ? 0 : 1, lane.nextDueAt ?? Infinity]
  return [...lanes].sort((a, b) => {
    const left = rank(a)
    const right = rank(b)
    return left.map((part, index) => Math.sign(part - (right[index] ?? 0)) || 0).find((sign) => sign !== 0) ?? 0
  })
}
