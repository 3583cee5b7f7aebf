/** Things of one name are done one after another, in the order of asking; those of another name go on beside them. */
export interface Turns {
  inTurn<T>(name: string, what: () => Promise<T>): Promise<T>
  /** Waits until nothing is being done. */
  idle(): Promise<void>
}

export function makeTurns(): Turns {
  const last = new Map<string, Promise<unknown>>()
  return {
    inTurn(name, what) {
      const done = (last.get(name) ?? Promise.resolve()).then(what)
      // Whoever comes next waits for the end, however it ends.
      const ended = done
        .catch(() => undefined)
        .then(() => {
          if (last.get(name) === ended) last.delete(name)
        })
      last.set(name, ended)
      return done
    },
    async idle() {
      while (last.size > 0) await Promise.all(last.values())
    },
  }
}
