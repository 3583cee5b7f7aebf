export { beginQuiet, createQuiet, type Marker, type Quiet } from './quiet.ts'
export { routesOf } from './routes.ts'

export const restoreModule: URL = new URL('./store.ts', import.meta.url)
