export { honourErasures } from './restored.ts'
export { routesOf } from './routes.ts'
export { type ErasureServices, erasureHandler } from './run.ts'
export { ERASURE_QUEUE } from './store.ts'
