import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { derive, KEY_BYTES, newKey, SealBroken, seal, unseal } from '../crypto.ts'
import { KeyringError } from './errors.ts'

/** The key that wraps all others. A file here; a program or a security module may take its place. */
export interface MasterKey {
  /** Tells one master key from another; says nothing about it. */
  readonly id: string
  wrap(key: Uint8Array, context: Uint8Array): Promise<Uint8Array>
  /** @throws KeyringError `key_unavailable` for another master key */
  unwrap(wrapped: Uint8Array, context: Uint8Array): Promise<Uint8Array>
}

/**
 * The master key in a file of 32 bytes, mode 600.
 *
 * @param options `make`: write a new one if there is none; only when the keyring is new, or its keys would be lost silently
 * @throws KeyringError `master_key_exposed` when others may read the file · `master_key_missing`
 */
export function fileMasterKey(path: string, options: { make: boolean }): MasterKey {
  if (!existsSync(path)) {
    if (!options.make) {
      throw new KeyringError(
        'master_key_missing',
        `expected the master key in ${path}; put back the file that this installation was made with, or name its place in LAMPLIGHTER_KEY_FILE`,
      )
    }
    write(path)
  }
  const key = read(path)
  return {
    id: Buffer.from(derive(key, 'lamplighter master key id')).toString('hex').slice(0, 16),
    wrap: async (other, context) => seal(key, context, other),
    async unwrap(wrapped, context) {
      try {
        return unseal(key, context, wrapped)
      } catch (error) {
        if (!(error instanceof SealBroken)) throw error
        throw new KeyringError(
          'key_unavailable',
          `the master key in ${path} is not the one of this keyring; put back the file that this installation was made with`,
          { cause: error },
        )
      }
    },
  }
}

function write(path: string): void {
  const file = openSync(path, 'wx', 0o600)
  writeSync(file, newKey())
  fsyncSync(file)
  closeSync(file)
  const folder = openSync(dirname(path), 'r')
  fsyncSync(folder)
  closeSync(folder)
}

function read(path: string): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const { mode, size } = fstatSync(file)
    if ((mode & 0o077) !== 0) {
      throw new KeyringError(
        'master_key_exposed',
        `others may read ${path} (mode ${(mode & 0o777).toString(8)}); chmod 600 it`,
      )
    }
    const key = new Uint8Array(KEY_BYTES)
    if (size !== KEY_BYTES || readSync(file, key) !== KEY_BYTES) {
      throw new KeyringError(
        'key_unavailable',
        `expected ${KEY_BYTES} bytes in ${path}, found ${size}; put back the whole master key`,
      )
    }
    return key
  } finally {
    closeSync(file)
  }
}
