export { type CounterCase, counterSuite, type Figures, type MakeStore, type StoreOptions } from './counter-suite.ts'
export { Random } from './random.ts'
