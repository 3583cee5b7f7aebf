export { type KeptCounters, keptCounters, LIVE } from './kept.ts'
export { type CounterNames, counterNames } from './names.ts'
export { coldAmong, lowerSince, type Standing, standingCounters } from './store.ts'
