// What commands do to a data folder whose server does not run, or reads beside it. Not for subjects.
export { tablesIn } from './postgres/tables.ts'
export { checkDatabase, copyDatabase } from './sqlite/copy.ts'
export { type FolderLock, lockFolder } from './sqlite/lock.ts'
export { waitingSteps } from './sqlite/waiting.ts'
