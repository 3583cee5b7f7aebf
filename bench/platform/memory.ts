import type { ScreenAnswer } from '@lamplighter/api'
import { type SettleInput, seenBefore, settleWork } from '../../packages/server/src/intake/store.ts'
import type { Store } from '../../packages/server/src/storage/index.ts'

/** A store that knows what the gate asks and keeps it in a Map: the pipeline without durability. */
export function memoryStore(): Store {
  const seen = new Map<string, { bodyHash: string; state: 'gated' | 'followed'; answer: ScreenAnswer }>()
  const settle = ({ events }: SettleInput): ScreenAnswer[] =>
    events.map(({ key, bodyHash, state, answer, ruling }) => {
      const given = { ...answer, ...(ruling !== null && { decision: ruling.id }) }
      seen.set(key, { bodyHash, state, answer: given })
      return given
    })
  return {
    engine: 'sqlite',
    async tx(work, input) {
      if (work.name !== settleWork.name) throw new Error(`the memory store does no ${work.name}`)
      return settle(input as SettleInput) as never
    },
    async read(query, input) {
      if (query.name !== seenBefore.name) throw new Error(`the memory store reads no ${query.name}`)
      return seen.get(String(input)) as never
    },
    close: () => Promise.resolve(),
  }
}
