export { type KeptCounters, keptCounters, LIVE } from './kept.ts'
export { type CounterNames, counterNames } from './names.ts'
