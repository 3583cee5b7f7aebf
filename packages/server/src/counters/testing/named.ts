import type { Hash } from '@lamplighter/rules/counters'
import type { CounterNames } from '../names.ts'

/** Names that a test makes by itself: no keyring, and none is ever destroyed. */
export const named = (hash: Hash): CounterNames => ({
  ready: async () => undefined,
  hash,
  forget: async () => undefined,
  findable: () => Number.NEGATIVE_INFINITY,
})
