export type { KeptTable } from './privacy-page.ts'
export { type PagesServices, pagesOf, type ReceiptFile } from './routes.ts'
