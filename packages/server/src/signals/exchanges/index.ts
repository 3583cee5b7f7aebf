export { EXCHANGE_TIMES } from './connect.ts'
export { exchangeRoutes } from './routes.ts'
export { type Exchanges, makeExchanges, sourceKinds } from './service.ts'
export { PULL_QUEUE, PUSH_QUEUE } from './store.ts'
