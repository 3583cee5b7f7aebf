export { hmaPages } from './pages.ts'
