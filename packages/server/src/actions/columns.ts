import type { Keyring } from '../storage/keyring/index.ts'
import type { ColumnKey } from './sealing.ts'

/**
 * The key under which this subject seals inside its works. It is derived, so that the keyring's own key never leaves it; the derived one
 * travels with the input of a work and is kept nowhere.
 */
export async function columnsOf(keyring: Pick<Keyring, 'make' | 'use'>): Promise<ColumnKey> {
  const id = await keyring.make('column', 'actions')
  return { id, key: await keyring.use(id, (key) => key.derive('lamplighter actions columns')) }
}
