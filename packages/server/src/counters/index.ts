export { type KeptCounters, keptCounters, LIVE } from './kept.ts'
export { type CounterNames, counterNames } from './names.ts'
export { coldAmong } from './store.ts'
