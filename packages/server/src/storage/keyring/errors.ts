/** Why the keyring could not give a key or open a seal. */
export type KeyringCode =
  | 'key_destroyed'
  | 'key_unavailable'
  | 'master_key_exposed'
  | 'master_key_missing'
  | 'seal_broken'

export class KeyringError extends Error {
  override name = 'KeyringError'
  readonly code: KeyringCode

  constructor(code: KeyringCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
