export { routesOf } from './routes.ts'
