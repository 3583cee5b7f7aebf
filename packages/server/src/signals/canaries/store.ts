export { addCanary, approveCanary, ownCanaries, removeCanary } from './canaries.store.ts'
export { schema } from './tables.ts'
