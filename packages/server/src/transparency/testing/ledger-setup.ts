import { join } from 'node:path'
import type { Keyring } from '../../storage/keyring/index.ts'
import type { Storage } from '../../storage/open.ts'
import { openTransparency, type Transparency, type TransparencyConfig } from '../transparency.ts'

export const MODULES = [new URL('../store.ts', import.meta.url), new URL('./acts.store.ts', import.meta.url)]

/** A ledger with the settings of the tests. */
export function openTestLedger(
  storage: Storage,
  keyring: Keyring,
  config: Partial<TransparencyConfig> = {},
): Promise<Transparency> {
  const software = { version: '0.1.0', digest: '00'.repeat(32) }
  return openTransparency(storage, keyring, { url: 'https://safety.example', everyMs: 300_000, software, ...config })
}

// Tests share their machine with others; a slow moment is no reason to fail.
export const SLOW = { limits: { workMs: 10_000 } }

/** The keyring lives apart from the database. */
export const keyringFolder = (place: { folder: string }): string => join(place.folder, 'keyring')
