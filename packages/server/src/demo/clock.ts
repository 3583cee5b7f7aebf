/** A clock that can be set back while a made-up past is written, and then runs true. Within one seeding it only goes forward. */
export interface DemoClock {
  now(): number
  /** Lets it be `ms` before now. */
  setBack(ms: number): void
}

export function makeClock(): DemoClock {
  let back = 0
  return {
    now: () => Date.now() - back,
    setBack(ms) {
      back = ms
    },
  }
}
