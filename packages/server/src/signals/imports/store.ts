export {
  beginImport,
  endImport,
  fileArrived,
  forgetImport,
  oneImport,
  openImports,
  tryImport,
} from './imports.store.ts'
export { schema } from './tables.ts'
