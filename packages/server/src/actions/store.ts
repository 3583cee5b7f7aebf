/** The tables and works of this subject, for the list that the writer loads. Each file beside it holds one group of works. */
export { listConnections } from './connections.store.ts'
export { claimDeliveries, settleDelivery } from './deliveries.store.ts'
export { acknowledge, offerActions } from './poll.store.ts'
export { forgetBodies } from './sweep.store.ts'
export { schema } from './tables.ts'
