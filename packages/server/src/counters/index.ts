export { type KeptCounters, keptCounters } from './kept.ts'
export { type CounterNames, counterNames } from './names.ts'
