export interface Standing {
  readonly done: number
  readonly total: number
  readonly perSecond: number
  /** Null while nobody can tell. */
  readonly etaS: number | null
}

/** How far this process is with its long pieces of work. Nothing of it is kept: what is done is noted segment by segment. */
export interface Progress {
  begin(id: string, at: { readonly done: number; readonly total: number }): { add(count: number): void }
  end(id: string): void
  of(id: string): Standing | undefined
}

interface Running {
  done: number
  readonly total: number
  readonly doneBefore: number
  readonly startedAt: number
}

/** @param clock milliseconds that only grow */
export function startProgress(clock: () => number): Progress {
  const running = new Map<string, Running>()
  return {
    begin(id, { done, total }) {
      const one: Running = { done, total, doneBefore: done, startedAt: clock() }
      running.set(id, one)
      return {
        add(count) {
          one.done += count
        },
      }
    },
    end(id) {
      running.delete(id)
    },
    of(id) {
      const one = running.get(id)
      if (one === undefined) return undefined
      const { done, total, doneBefore, startedAt } = one
      const perSecond = ((done - doneBefore) * 1_000) / Math.max(1, clock() - startedAt)
      return { done, total, perSecond, etaS: perSecond === 0 ? null : Math.ceil((total - done) / perSecond) }
    },
  }
}
