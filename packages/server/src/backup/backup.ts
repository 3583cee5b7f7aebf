import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { copyFile, link, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { z } from 'zod'
import { AppError } from '../http/errors.ts'
import { checkDatabase, copyDatabase } from '../storage/maintenance.ts'

const File = z.object({ path: z.string(), bytes: z.int(), sha256: z.string() })

/** What a backup holds: each file with its SHA-256, the schema, the moment (platform.md §17). */
export const Manifest = z.object({
  lamplighter: z.literal('backup/1'),
  version: z.string(),
  /** Milliseconds since 1970 when the copy was begun: everything acknowledged before is in it. */
  at: z.int(),
  migrations: z.array(z.string()),
  files: z.array(File),
})
export type Manifest = z.infer<typeof Manifest>

export type Tell = (what: string, done: number, total: number) => void

/**
 * Copies the embedded database and the blobs of a data folder into an empty folder, while the server may go on writing; then opens the
 * copy and checks it. Keys are never part of it (security.md §8).
 */
export async function makeBackup(parts: {
  data: string
  to: string
  version: string
  now: number
  tell: Tell
}): Promise<Manifest> {
  const { data, to, tell } = parts
  await emptyFolder(to)
  const database = join(to, 'lamplighter.db')
  await copyDatabase(join(data, 'lamplighter.db'), database, (done, total) => tell('copying the database', done, total))
  // Blobs after the database: a row of the copy never lacks its blob, and a blob too many does no harm.
  await copyBlobs(join(data, 'blobs'), join(to, 'blobs'), tell)
  const { migrations } = checkDatabase(database)
  const files = await hashAll(to, tell)
  const manifest: Manifest = { lamplighter: 'backup/1', version: parts.version, at: parts.now, migrations, files }
  await writeFile(join(to, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true, mode: 0o600 })
  return manifest
}

/** Copies the keyring into a folder of its own, whose copies live shorter. The master key stays where it is. */
export async function backupKeyring(from: string, to: string): Promise<void> {
  await emptyFolder(to)
  await copyDatabase(join(from, 'keyring.db'), join(to, 'keyring.db'))
  checkDatabase(join(to, 'keyring.db'))
}

/**
 * Checks that a backup is whole: every file of the manifest, byte for byte, no other, and a database that SQLite finds sound.
 *
 * @throws AppError `conflict` naming the first file that is not as it was
 */
export async function verifyBackup(folder: string, tell: Tell): Promise<Manifest> {
  const path = join(folder, 'manifest.json')
  if (!existsSync(path))
    throw new AppError('not_found', `${folder} holds no manifest.json: it is no backup, or not a whole one.`)
  const manifest = Manifest.parse(JSON.parse(await readFile(path, 'utf8')))
  const found = new Map((await hashAll(folder, tell)).map((file) => [file.path, file.sha256]))
  for (const { path: name, sha256 } of manifest.files) {
    if (found.get(name) !== sha256)
      throw new AppError('conflict', `${name} is missing or not as it was. Use another backup.`)
    found.delete(name)
  }
  const [stranger] = found.keys()
  if (stranger !== undefined) throw new AppError('conflict', `${stranger} is not part of this backup. Use another one.`)
  checkDatabase(join(folder, 'lamplighter.db'))
  return manifest
}

export async function copyFolder(from: string, to: string): Promise<void> {
  for (const path of await filesBelow(from)) {
    await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 })
    await copyFile(join(from, path), join(to, path))
  }
}

async function copyBlobs(from: string, to: string, tell: Tell): Promise<void> {
  if (!existsSync(from)) return
  const paths = (await filesBelow(from)).filter((path) => !path.startsWith('unfinished'))
  for (const [n, path] of paths.entries()) {
    await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 })
    await linkOrCopy(join(from, path), join(to, path))
    tell('copying files', n + 1, paths.length)
  }
}

/** A blob never changes, so a second name of it is a copy; across disks it has to be a real one. A blob deleted meanwhile is none. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK') throw error
    await copyFile(from, to)
  }
}

async function hashAll(folder: string, tell: Tell): Promise<z.infer<typeof File>[]> {
  const paths = (await filesBelow(folder)).filter((path) => path !== 'manifest.json')
  const files: z.infer<typeof File>[] = []
  for (const path of paths.sort()) {
    files.push({ path, bytes: (await stat(join(folder, path))).size, sha256: await sha256Of(join(folder, path)) })
    tell('checking files', files.length, paths.length)
  }
  return files
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

async function emptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await readdir(folder)).length > 0) throw new AppError('conflict', `${folder} is not empty. Name a new folder.`)
}
