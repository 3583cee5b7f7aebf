import { failed } from './events.ts'

/** What this process holds in memory and others may change: each is loaded anew when somebody says so. */
export const FOLLOWED = ['entries', 'lists', 'models', 'rulesets', 'switches'] as const
type Followed = (typeof FOLLOWED)[number]

const FAILS_AS = {
  entries: 'index',
  lists: 'index',
  models: 'models',
  rulesets: 'rules',
  switches: 'switches',
} as const satisfies Record<Followed, Parameters<typeof failed>[0]>

/** After a load that failed: until then the process goes on with what it has. */
const AGAIN_MS = 1_000

export interface Following {
  hear(topic: string): void
  /** From now on what is heard is loaded, and what was heard before. Not earlier: the first load of a start must not meet another one. */
  begin(): void
  close(): void
}

/** @param loads bring what the database says now into memory, one after another of each kind */
export function followOthers(loads: Readonly<Record<Followed, () => Promise<unknown>>>): Following {
  const waiting = new Set<Followed>()
  const again = new Map<Followed, NodeJS.Timeout>()
  let state: 'waits' | 'follows' | 'closed' = 'waits'
  const load = (topic: Followed): void => {
    clearTimeout(again.get(topic))
    loads[topic]().catch((error: unknown) => {
      if (state === 'closed') return
      failed(FAILS_AS[topic], error)
      // What somebody took out would go on matching here, and nobody may say it a second time.
      again.set(topic, setTimeout(() => load(topic), AGAIN_MS).unref())
    })
  }
  return {
    hear(heard) {
      const topic = FOLLOWED.find((one) => one === heard)
      if (topic === undefined) return
      if (state === 'follows') load(topic)
      else waiting.add(topic)
    },
    begin() {
      state = 'follows'
      for (const topic of waiting) load(topic)
    },
    close() {
      state = 'closed'
      for (const timer of again.values()) clearTimeout(timer)
    },
  }
}
