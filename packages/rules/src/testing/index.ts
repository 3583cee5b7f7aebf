export { type CounterCase, type Figures, type MakeStore, namedCases, type StoreOptions } from './counter-cases.ts'
export { counterSuite, historyCases } from './counter-suite.ts'
export { TWELVE_MISTAKES } from './mistakes.ts'
export { Random } from './random.ts'
