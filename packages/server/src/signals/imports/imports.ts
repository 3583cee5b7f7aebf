import type { Manifest } from '@lamplighter/api'
import { openFile, sealFile } from '../../evidence/index.ts'
import { AppError } from '../../http/errors.ts'
import { newId, type Storage } from '../../storage/index.ts'
import type { Keyring } from '../../storage/keyring/index.ts'
import type { ImportStep, ListLibrary } from '../library.ts'
import type { ListChange } from '../lists/changes.ts'
import type { ListFacts } from '../lists/declaration.ts'
import { type ListKind, RowReader } from '../lists/parse.ts'
import { Arrival, checkArrived } from './arrival.ts'
import { LineCutter } from './lines.ts'
import { beginImport, endImport, fileArrived, forgetImport, openImports, tryImport } from './store.ts'
import type { ListImportsTable } from './tables.ts'

/** Ten million rows with what a source says of them. */
export const MOST_BYTES = 4 * 2 ** 30
const SLICE = 1_000
/** No file takes so long to come; another process may still be taking a younger one. */
const ARRIVES_WITHIN_MS = 6 * 3_600_000
/** Something that fails so often fails for ever. */
const MOST_TRIES = 5
/** How long a process that died keeps others from going on with its import. */
const HELD_MS = 15_000

export interface HandedIn {
  readonly facts: ListFacts
  readonly by: string
  readonly live: boolean
  readonly type: string
  readonly manifest?: Manifest | undefined
  readonly sha256?: string | undefined
  readonly bytes: AsyncIterable<Uint8Array>
}

/** How far one import is. */
export interface ImportFar {
  readonly phase: ImportStep
  readonly done: number
  readonly total: number
}

/** List files on their way to become versions. A file that has come whole is imported whatever happens to this process. */
export interface Imports {
  /**
   * Takes a file as it comes, sealed on disk, and begins to import it when all of it is there and is what it should be. The same file again finds
   * its import.
   *
   * @throws AppError `manifest` · `invalid` · `malformed` · `too_large`; then nothing is left of it
   */
  take(file: HandedIn): Promise<string>
  /** How far it is, where this process is at it. */
  far(id: string): ImportFar | undefined
  /** Goes on with what processes left that were killed, and removes what never came whole. */
  resume(): Promise<void>
  /** Waits until this process imports nothing. */
  idle(): Promise<void>
  /** Stops where it is; the next start goes on. */
  stop(): void
}

class Stopped extends Error {
  override name = 'Stopped'
}

export function makeImports(parts: {
  readonly storage: Storage
  readonly keyring: Pick<Keyring, 'make' | 'use' | 'live' | 'destroy'>
  readonly library: Pick<ListLibrary, 'import'>
  readonly now: () => number
  onFailure(error: unknown): void
}): Imports {
  const { storage, keyring, library } = parts
  const { store, blobs, leases } = storage
  const running = new Map<string, Promise<void>>()
  const far = new Map<string, ImportFar>()
  const arriving = new Set<string>()
  let stopped = false

  const keyOf = async (id: string): Promise<Uint8Array> =>
    keyring.use(await keyring.make('import', id), (key) => key.derive('file'))
  const drop = async (id: string): Promise<void> => {
    await blobs.delete(id)
    const keys = keyring.live('import').filter(({ ref }) => ref === id)
    await keyring.destroy(
      keys.map((key) => key.id),
      'import_ended',
    )
  }

  /** An import of this very file that has not ended. */
  const known = async ({ facts, live, sha256 }: HandedIn): Promise<string | undefined> => {
    if (sha256 === undefined) return undefined
    const open = await store.read(openImports, undefined)
    return open.find(
      (row) =>
        row.state === 'running' &&
        row.list === facts.id &&
        row.sha256 === sha256 &&
        (row.live === 1) === live &&
        row.facts === JSON.stringify(facts),
    )?.id
  }

  /** The changes of a file that was read and checked when it came. */
  async function* changesIn(row: ListImportsTable, kind: ListKind): AsyncGenerator<readonly ListChange[]> {
    const lines = new LineCutter()
    const reader = new RowReader(row.type, kind)
    let some: ListChange[] = []
    const read = function* (cut: readonly string[]): Generator<readonly ListChange[]> {
      for (const one of reader.rows(cut)) {
        if ('why' in one) continue
        if (some.push({ op: 'put', kind, entry: one.entry }) < SLICE) continue
        yield some
        some = []
      }
    }
    for await (const piece of openFile(await keyOf(row.id), row.id, await blobs.get(row.id))) {
      if (stopped) throw new Stopped()
      yield* read(lines.take(piece))
    }
    yield* read(lines.end())
    if (some.length > 0) yield some
  }

  const carryOut = async (row: ListImportsTable): Promise<void> => {
    const facts = JSON.parse(row.facts) as ListFacts
    // Published by a process that was killed before it could say so.
    if (row.version === null)
      await library.import({
        ...{ facts, by: row.by, live: row.live === 1, imported: row.id },
        ...{ changes: changesIn(row, facts.kind), counts: { rows: row.rows, bad: row.bad } },
        onProgress: (phase, done, total) => far.set(row.id, { phase, done, total }),
      })
    await store.tx(endImport, { id: row.id, failure: null })
  }

  const run = async (id: string): Promise<void> => {
    let fence = await leases.acquire(`import:${id}`, HELD_MS)
    // Another process is at it.
    if (fence === undefined) return
    const renewing = setInterval(() => {
      if (fence === undefined) return
      leases.renew(fence, HELD_MS).then(
        (renewed) => {
          fence = renewed
        },
        () => undefined,
      )
    }, HELD_MS / 3)
    try {
      await oneTry(id)
    } finally {
      clearInterval(renewing)
      await leases.release(fence)
    }
  }

  const oneTry = async (id: string): Promise<void> => {
    const row = await store.tx(tryImport, id)
    if (row === undefined) return
    try {
      await carryOut(row)
    } catch (error) {
      if (stopped) return
      const refused = error instanceof AppError && error.code !== 'conflict' ? error : undefined
      if (refused === undefined) parts.onFailure(error)
      // What another process does to the list comes to an end, and so may a fault of ours: it is tried again.
      if (refused === undefined && row.attempts < MOST_TRIES) return
      const { code, message } = AppError.from(error)
      await store.tx(endImport, { id, failure: { code, detail: message } })
    }
    await drop(id)
  }

  const start = (id: string): void => {
    if (running.has(id) || stopped) return
    const done = run(id)
      .catch((error: unknown) => {
        if (!stopped) parts.onFailure(error)
      })
      .finally(() => {
        running.delete(id)
        far.delete(id)
      })
    running.set(id, done)
  }

  const keep = async (id: string, file: HandedIn): Promise<void> => {
    const { facts, by, live, type } = file
    await store.tx(beginImport, { id, list: facts.id, by, live: live ? 1 : 0, facts: JSON.stringify(facts), type })
    const arrival = new Arrival({ type, kind: facts.kind, most: MOST_BYTES })
    await blobs.put(id, sealFile(await keyOf(id), id, arrival.through(file.bytes)))
    const arrived = arrival.end()
    checkArrived(arrived, file)
    const { badRows, ...numbers } = arrived
    await store.tx(fileArrived, { id, ...numbers, bad_rows: JSON.stringify(badRows) })
  }

  return {
    async take(file) {
      const before = await known(file)
      if (before !== undefined) {
        // Read to its end: who is still sending would hear of a broken line instead of the answer.
        for await (const _ of file.bytes);
        start(before)
        return before
      }
      const id = newId('im', parts.now())
      arriving.add(id)
      try {
        await keep(id, file)
      } catch (error) {
        await drop(id)
        await store.tx(forgetImport, id)
        throw error
      } finally {
        arriving.delete(id)
      }
      start(id)
      return id
    },
    far: (id) => far.get(id),
    async resume() {
      const open = await store.read(openImports, undefined)
      for (const { id, state, at } of open) {
        const dead = storage.engine === 'sqlite' || parts.now() - at > ARRIVES_WITHIN_MS
        if (state === 'running') start(id)
        else if (dead && !arriving.has(id)) {
          await drop(id)
          await store.tx(forgetImport, id)
        }
      }
      // What ended just before its process was killed.
      const ids = new Set([...open.map(({ id }) => id), ...arriving, ...running.keys()])
      for (const { ref } of storage.engine === 'sqlite' ? keyring.live('import') : [])
        if (!ids.has(ref)) await drop(ref)
    },
    async idle() {
      while (running.size > 0) await Promise.all(running.values())
    },
    stop() {
      stopped = true
    },
  }
}
