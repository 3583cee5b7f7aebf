export { type KeyringCode, KeyringError } from './errors.ts'
export { type KeyHandle, type KeyKind, type Keyring, openKeyring, type Place } from './keyring.ts'
export { fileMasterKey, type MasterKey } from './master-key.ts'
