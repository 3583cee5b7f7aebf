export * from './exchanges.store.ts'
export * from './pulls.store.ts'
export * from './pushes.store.ts'
export { schema } from './tables.ts'
