export type { CounterCase, Figures, MakeStore, StoreOptions } from './counter-cases.ts'
export { counterSuite } from './counter-suite.ts'
export { TWELVE_MISTAKES } from './mistakes.ts'
export { Random } from './random.ts'
