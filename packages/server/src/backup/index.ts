export { backupKeyring, type Manifest, makeBackup, verifyBackup } from './backup.ts'
export { type Restored, restoreBackup } from './restore.ts'
