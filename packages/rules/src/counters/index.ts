export type { Entry, Exact, Move } from './exact.ts'
export { type Hash, type HashedKey, hashKey, hashMove, partsOf, plain, rowKey } from './hashing.ts'
export { MemoryCounters, type MemoryOptions } from './memory.ts'
export { pack, unpack } from './pack.ts'
export { type CounterState, emptyState, eraseMember, move, read, sweepState, sweptAt } from './state.ts'
export {
  type CounterOp,
  type CounterSpec,
  type CounterStore,
  type Entity,
  type Flag,
  GRACE,
  type Kept,
  type Reading,
} from './store.ts'
