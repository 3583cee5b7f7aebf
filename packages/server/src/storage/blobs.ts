import { randomBytes } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { link, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StorageError } from './errors.ts'

/** Whole files by id, visible only when complete and durable. Content is sealed by the caller. */
export interface Blobs {
  /**
   * Same id, same bytes: nothing changes (`created: false`).
   * @param options `lockUntil`: not deleted before; a later put may lengthen it, none shortens it
   * @throws StorageError `blob_conflict` when the id has other bytes
   */
  put(
    id: string,
    bytes: AsyncIterable<Uint8Array>,
    options?: { lockUntil?: number },
  ): Promise<{ bytes: number; created: boolean }>
  /** @param range bytes `from` to `to`, both included. @throws StorageError `blob_missing` */
  get(id: string, range?: { from: number; to: number }): Promise<AsyncIterable<Uint8Array>>
  delete(id: string): Promise<'deleted' | 'absent' | { lockedUntil: number }>
  /** Ids in byte order, after `after`. */
  list(after?: string): AsyncIterable<string>
}

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{2,99}$/
const UNFINISHED = 'unfinished'
const LOCK = '.lock'

/** Blobs in a folder. `now` is the clock that locks are compared with. */
export async function openFolderBlobs(folder: string, now: () => number): Promise<Blobs> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // What a killed `put` left behind was never visible.
  await rm(join(folder, UNFINISHED), { recursive: true, force: true })
  await mkdir(join(folder, UNFINISHED), { mode: 0o700 })
  return new FolderBlobs(folder, now)
}

class FolderBlobs implements Blobs {
  readonly #folder: string
  readonly #now: () => number
  /** Folders in it whose names are on disk for sure, as this process has seen to it. */
  readonly #shelves = new Set<string>()

  constructor(folder: string, now: () => number) {
    this.#folder = folder
    this.#now = now
  }

  async put(
    id: string,
    bytes: AsyncIterable<Uint8Array>,
    options: { lockUntil?: number } = {},
  ): Promise<{ bytes: number; created: boolean }> {
    const path = this.#path(id)
    const unfinished = join(this.#folder, UNFINISHED, `${id}.${randomBytes(6).toString('hex')}`)
    try {
      const written = await writeDurably(unfinished, bytes)
      await this.#shelf(dirname(path))
      if (options.lockUntil !== undefined) await this.#lengthenLock(path, options.lockUntil)
      const created = await linkOnce(unfinished, path)
      if (!created && !(await sameBytes(unfinished, path))) {
        throw new StorageError('blob_conflict', `blob ${id} exists with other bytes; an id stands for one content`)
      }
      await syncFolder(dirname(path))
      return { bytes: written, created }
    } finally {
      await unlink(unfinished).catch(unlessAbsent)
    }
  }

  async get(id: string, range?: { from: number; to: number }): Promise<AsyncIterable<Uint8Array>> {
    const path = this.#path(id)
    const file = await open(path, constants.O_RDONLY).catch((error: unknown) => {
      if (isAbsent(error)) throw new StorageError('blob_missing', `blob ${id} does not exist`)
      throw error
    })
    return createReadStream(path, {
      fd: file,
      ...(range === undefined ? {} : { start: range.from, end: range.to }),
    })
  }

  async delete(id: string): Promise<'deleted' | 'absent' | { lockedUntil: number }> {
    const path = this.#path(id)
    const lockedUntil = await lockOf(path)
    if (lockedUntil > this.#now()) return { lockedUntil }
    const there = await stat(path).then(
      () => true,
      () => false,
    )
    await rm(path, { force: true })
    await rm(path + LOCK, { force: true })
    if (there) await syncFolder(dirname(path))
    return there ? 'deleted' : 'absent'
  }

  async *list(after = ''): AsyncIterable<string> {
    const ids: string[] = []
    for (const shelf of await readdir(this.#folder)) {
      if (shelf === UNFINISHED) continue
      for (const name of await readdir(join(this.#folder, shelf))) if (ID.test(name) && name > after) ids.push(name)
    }
    yield* ids.sort()
  }

  // Ids begin with their kind or time; their ends are random, so shelves fill evenly.
  #path(id: string): string {
    if (!ID.test(id)) throw new TypeError('a blob id has 3 to 100 letters, digits, "_" or "-"')
    return join(this.#folder, id.slice(-2), id)
  }

  async #shelf(path: string): Promise<void> {
    if (this.#shelves.has(path)) return
    await mkdir(path, { recursive: true, mode: 0o700 })
    await syncFolder(this.#folder)
    this.#shelves.add(path)
  }

  async #lengthenLock(path: string, until: number): Promise<void> {
    if ((await lockOf(path)) >= until) return
    const fresh = join(this.#folder, UNFINISHED, randomBytes(9).toString('hex'))
    await writeDurably(fresh, once(new TextEncoder().encode(String(until))))
    await rename(fresh, path + LOCK)
  }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

/** Written at once: each call of the system is a way to another thread and back. */
const AT_ONCE = 256 * 1024
const NO_BYTES = new Uint8Array()

async function writeDurably(path: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await open(path, 'wx', 0o600)
  try {
    let written = 0
    let waiting: Uint8Array[] = []
    let length = 0
    const flush = async (): Promise<void> => {
      const { bytesWritten } = await file.writev(waiting)
      // A disk may take less than it is given at once.
      const rest = bytesWritten === length ? NO_BYTES : Buffer.concat(waiting).subarray(bytesWritten)
      for (let at = 0; at < rest.length; ) at += (await file.write(rest, at)).bytesWritten
      written += length
      waiting = []
      length = 0
    }
    for await (const piece of bytes) {
      waiting.push(piece)
      length += piece.length
      if (length >= AT_ONCE) await flush()
    }
    await flush()
    await file.sync()
    return written
  } finally {
    await file.close()
  }
}

/** Gives the file its name in one step. Unlike a rename it never replaces a file that another writer was first to name. */
async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function sameBytes(a: string, b: string): Promise<boolean> {
  if ((await stat(a)).size !== (await stat(b)).size) return false
  const one = createReadStream(a)[Symbol.asyncIterator]()
  const two = createReadStream(b)[Symbol.asyncIterator]()
  for (;;) {
    // Both streams read local files in pieces of one size.
    const [left, right] = await Promise.all([one.next(), two.next()])
    if (left.done === true || right.done === true) return left.done === right.done
    if (Buffer.compare(left.value, right.value) !== 0) return false
  }
}

async function lockOf(path: string): Promise<number> {
  try {
    return Number(await readFile(path + LOCK, 'utf8'))
  } catch (error) {
    if (isAbsent(error)) return 0
    throw error
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function unlessAbsent(error: unknown): void {
  if (!isAbsent(error)) throw error
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
