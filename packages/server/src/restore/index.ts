export { beginQuiet, createQuiet, type Marker, type Quiet } from './quiet.ts'
export { routesOf } from './routes.ts'
