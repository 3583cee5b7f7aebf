import { existsSync } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beginQuiet } from '../restore/index.ts'
import { checkDatabase } from '../storage/maintenance.ts'
import { copyFolder, type Manifest, type Tell, verifyBackup } from './backup.ts'

/** Files of a data folder that a backup replaces. Keyring and master key stay: their tombstones win (platform.md §17). */
const REPLACED = ['lamplighter.db', 'lamplighter.db-wal', 'lamplighter.db-shm', 'blobs'] as const

export interface Restored {
  readonly manifest: Manifest
  /** Where what was there before went; nothing is deleted. */
  readonly before: string
}

/**
 * Puts a backup in the place of a data folder's content: verified first, then copied beside it, then exchanged. The server starts quiet
 * afterwards. The caller holds the folder's lock, so that no server runs.
 */
export async function restoreBackup(parts: {
  from: string
  keyring?: string
  data: string
  now: number
  tell: Tell
}): Promise<Restored> {
  const { from, keyring, data, now, tell } = parts
  const manifest = await verifyBackup(from, tell)
  if (keyring !== undefined) checkDatabase(join(keyring, 'keyring.db'))
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, '-')
  const incoming = join(data, `incoming-${stamp}`)
  const before = join(data, `before-${stamp}`)
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  await mkdir(before, { mode: 0o700 })
  await copyFolder(from, incoming)
  // Quiet before anything is exchanged: a kill between leaves a server that holds back too much, never too little.
  beginQuiet(data, { backupAt: manifest.at, restoredAt: now })
  for (const name of REPLACED) await moveIfThere(join(data, name), join(before, name))
  for (const name of ['lamplighter.db', 'blobs']) await moveIfThere(join(incoming, name), join(data, name))
  await rm(incoming, { recursive: true })
  if (keyring !== undefined && !existsSync(join(data, 'keyring.db'))) {
    await copyFile(join(keyring, 'keyring.db'), join(data, 'keyring.db'))
  }
  return { manifest, before }
}

async function moveIfThere(from: string, to: string): Promise<void> {
  if (existsSync(from)) await rename(from, to)
}
