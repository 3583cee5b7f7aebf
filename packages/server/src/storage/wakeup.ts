/** Wakes who waits in this process. A hint may be lost, late or doubled: polling stays the truth. */
export interface Wakeup {
  hint(topic: string): void
  /** Resolves at the next hint for `topic`, after `atMostMs`, or when `signal` aborts. */
  wait(topic: string, atMostMs: number, signal?: AbortSignal): Promise<void>
  /** Calls `listener` with every hint of this process. */
  listen(listener: (topic: string) => void): void
}

export function makeWakeup(): Wakeup {
  const waiting = new Map<string, Set<() => void>>()
  const listeners: ((topic: string) => void)[] = []
  return {
    listen(listener) {
      listeners.push(listener)
    },
    hint(topic) {
      for (const listener of listeners) listener(topic)
      for (const wake of waiting.get(topic) ?? []) wake()
    },
    wait(topic, atMostMs, signal) {
      if (signal?.aborted === true) return Promise.resolve()
      return new Promise((resolve) => {
        const wakers = waiting.get(topic) ?? new Set()
        waiting.set(topic, wakers)
        const wake = (): void => {
          clearTimeout(timer)
          wakers.delete(wake)
          signal?.removeEventListener('abort', wake)
          if (wakers.size === 0 && waiting.get(topic) === wakers) waiting.delete(topic)
          resolve()
        }
        const timer = setTimeout(wake, atMostMs)
        wakers.add(wake)
        signal?.addEventListener('abort', wake)
      })
    },
  }
}
