/** How an endpoint fares. */
export interface EndpointHealth {
  /** Failures in a row over all rows. */
  readonly fails: number
  /** After too many failures: not tried again before. */
  readonly probeAt: number
}

/** Calls to one endpoint at a time. */
export const atOnce = 8
/** From then on the endpoint gets one probe per interval instead of every row (platform.md §13). */
export const downAfter = 20
export const probeEveryMs = 5 * 60_000

export const isDown = (health: EndpointHealth): boolean => health.fails >= downAfter

/** How many rows may go to the endpoint now, when `inFlight` already do. Near the limit fewer go, so that it is never overshot. */
export function roomFor(health: EndpointHealth, inFlight: number, now: number): number {
  if (isDown(health)) return inFlight === 0 && health.probeAt <= now ? 1 : 0
  return Math.max(0, Math.min(atOnce, downAfter - health.fails) - inFlight)
}

/** @param chance 0 to 1: a probe comes up to 20 % late, never early */
export function afterFailure(health: EndpointHealth, now: number, chance: number): EndpointHealth {
  const fails = health.fails + 1
  return { fails, probeAt: fails >= downAfter ? now + Math.round(probeEveryMs * (1 + 0.2 * chance)) : 0 }
}

export const healthy: EndpointHealth = { fails: 0, probeAt: 0 }
