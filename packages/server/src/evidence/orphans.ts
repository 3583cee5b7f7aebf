import type { Storage } from '../storage/index.ts'
import { filesWithRows, type SealedFile } from './store.ts'
import type { FileKeyring } from './vault.ts'

/** Another process may still be taking a file that has no row yet; no upload takes this long. */
const ARRIVES_WITHIN_MS = 3 * 3_600_000
/** Looking reads the keys of all files. */
const LOOKS_EVERY_MS = 3_600_000

/**
 * Files that no row names: their upload was cut off by a kill between the file and its row, or nobody knows whether the row was written. Each
 * file has a key of its own that says which file it is for, so keys without a row lead to them.
 *
 * @param arriving keys of files that this process is taking now
 */
export function makeOrphans(parts: {
  readonly storage: Storage
  readonly keyring: Pick<FileKeyring, 'live'>
  readonly arriving: ReadonlySet<string>
}): { all(): Promise<SealedFile[]>; due(now: number): Promise<SealedFile[]> } {
  const { storage, keyring, arriving } = parts
  let seen = new Map<string, number>()
  let lookedAt = Number.NEGATIVE_INFINITY

  const all = async (): Promise<SealedFile[]> => {
    // The keys first: what comes after them has a row, or is arriving.
    const keys = keyring.live('exhibit').filter(({ id }) => !arriving.has(id))
    const known = new Set(await storage.store.read(filesWithRows, undefined))
    return keys.filter(({ id }) => !known.has(id)).map(({ id, ref }) => ({ blob: ref, keyId: id }))
  }
  return {
    all,
    /** Those that were found long enough ago, and have no row yet. */
    async due(now) {
      if (now - lookedAt < LOOKS_EVERY_MS) return []
      lookedAt = now
      const found = await all()
      seen = new Map(found.map(({ keyId }) => [keyId, seen.get(keyId) ?? now]))
      return found.filter(({ keyId }) => now - (seen.get(keyId) ?? now) >= ARRIVES_WITHIN_MS)
    },
  }
}
