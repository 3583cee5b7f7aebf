import { useEffect, useState } from 'react'
import { serverNow } from './api/clock.ts'

export interface Units {
  readonly s: string
  readonly min: string
  readonly h: string
  readonly d: string
}

/** A length of time in at most two units: `4 min`, `2 h 5 min`, `3 d 4 h`. Negative counts as none. */
export function duration(ms: number, units: Units): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const days = Math.floor(hours / 24)
  if (minutes < 1) return `${seconds} ${units.s}`
  if (hours < 1) return `${minutes} ${units.min}`
  if (days < 1) return minutes % 60 === 0 ? `${hours} ${units.h}` : `${hours} ${units.h} ${minutes % 60} ${units.min}`
  return hours % 24 === 0 ? `${days} ${units.d}` : `${days} ${units.d} ${hours % 24} ${units.h}`
}

/** A lane's oldest case against its due time: how much of the time is used, from 0 to 1, and whether it is over. */
export function dueBar(
  lane: { oldestAt: number | null; nextDueAt: number | null; overdue: number },
  now: number,
): { used: number; late: boolean } | null {
  if (lane.oldestAt === null || lane.nextDueAt === null) return null
  const late = lane.overdue > 0 || lane.nextDueAt <= now
  const whole = lane.nextDueAt - lane.oldestAt
  if (late || whole <= 0) return { used: 1, late }
  return { used: Math.min(1, Math.max(0, (now - lane.oldestAt) / whole)), late: false }
}

/** The server’s present time, told anew every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
