/** When something is done again and again. A slot is an instant, in milliseconds since 1970, UTC. */
export interface Schedule {
  readonly name: string
  /** `every`: so many milliseconds, counted from 1970. `at`: daily, minutes after midnight UTC. */
  readonly when: { readonly every: number } | { readonly at: number }
  /** Slots missed while nothing ran: only the newest is done, or each one (clocks). */
  readonly missed: 'latest' | 'every'
}

const DAY_MS = 86_400_000
// A clock that was wrong for years must not flood the queue; the rest follows at the next tick.
const SLOTS_PER_TICK = 500

/** The first slot after `now`. */
export function slotAfter(schedule: Schedule, now: number): number {
  const { when } = schedule
  if ('every' in when) return (Math.floor(now / when.every) + 1) * when.every
  const today = Math.floor(now / DAY_MS) * DAY_MS + when.at * 60_000
  return today > now ? today : today + DAY_MS
}

/** The slots to do now, and the one to wait for. A schedule seen for the first time waits for its first slot. */
export function slotsDue(schedule: Schedule, next: number | undefined, now: number): { due: number[]; next: number } {
  if (next === undefined) return { due: [], next: slotAfter(schedule, now) }
  const due: number[] = []
  let slot = next
  for (; slot <= now && due.length < SLOTS_PER_TICK; slot = slotAfter(schedule, slot)) due.push(slot)
  if (schedule.missed === 'every' || due.length === 0) return { due, next: slot }
  return { due: [previousSlot(schedule, now)], next: slotAfter(schedule, now) }
}

function previousSlot(schedule: Schedule, now: number): number {
  return slotAfter(schedule, now) - ('every' in schedule.when ? schedule.when.every : DAY_MS)
}
