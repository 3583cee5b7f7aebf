import { randomBytes } from 'node:crypto'
import type { Storage } from '../storage/index.ts'
import type { Rendered } from './decoder/index.ts'
import type { FileKeyring } from './places.ts'
import { collect, openFile, sealFile } from './sealed-file.ts'
import {
  beginRendition,
  endedRenditions,
  forgetRenditions,
  renditionKept,
  renditionOf,
  renditionsOf,
  type SealedFile,
} from './store.ts'

/** No rendition is nearly as long: 2,048 pixels a side. */
const MOST_BYTES = 16 * 1024 * 1024

/**
 * What all views of a file are made of, kept for a day: the whole picture at its largest, in colour and without anybody's number, or the sheet of a
 * video. It is sealed under the key of the file, so it ends with it.
 */
export interface Renditions {
  /** What is kept, or what `make` makes now. What cannot be kept is given all the same. */
  of(file: SealedFile, make: () => Promise<Rendered>): Promise<Uint8Array | Extract<Rendered, { state: 'unknown' }>>
  /** Removes what was made of files whose keys are destroyed. */
  end(files: readonly SealedFile[]): Promise<void>
  /** Removes what was kept for a day, or was left half made by a kill. @returns how many */
  sweep(max: number): Promise<number>
}

export function makeRenditions(parts: {
  readonly storage: Storage
  readonly keyring: Pick<FileKeyring, 'use'>
}): Renditions {
  const { storage, keyring } = parts
  const { store, blobs } = storage
  const making = new Map<string, Promise<Rendered>>()

  // A key of its own for each: what is made of a file a second time is other bytes.
  const keyOf = ({ keyId }: SealedFile, id: string): Promise<Uint8Array> =>
    keyring.use(keyId, (key) => key.derive(`rendition ${id}`))

  const kept = async (file: SealedFile): Promise<Uint8Array | undefined> => {
    const id = await store.read(renditionOf, file.blob)
    if (id === undefined) return undefined
    // Without its key nothing of the file is shown: that is no reason to make it anew.
    const key = await keyOf(file, id)
    try {
      return await collect(openFile(key, id, await blobs.get(id)), MOST_BYTES)
    } catch {
      // A copy of the database that was brought back may name what is not there.
      return undefined
    }
  }

  const keep = async (file: SealedFile, jpeg: Uint8Array): Promise<void> => {
    const id = `rendition-${randomBytes(16).toString('hex')}`
    await store.tx(beginRendition, { id, blob: file.blob })
    await blobs.put(id, sealFile(await keyOf(file, id), id, pieceOf(jpeg)))
    if (!(await store.tx(renditionKept, id))) await blobs.delete(id)
  }

  const made = (file: SealedFile, make: () => Promise<Rendered>): Promise<Rendered> => {
    const running = making.get(file.blob)
    if (running !== undefined) return running
    const started = (async () => {
      const rendered = await make()
      // Whoever waits is shown it in any case; a row that stands is swept.
      if (rendered.state === 'rendered') await keep(file, rendered.jpeg).catch(() => undefined)
      return rendered
    })().finally(() => making.delete(file.blob))
    making.set(file.blob, started)
    return started
  }

  const remove = async (ids: readonly string[]): Promise<number> => {
    for (const id of ids) await blobs.delete(id)
    if (ids.length > 0) await store.tx(forgetRenditions, ids)
    return ids.length
  }

  return {
    async of(file, make) {
      const before = await kept(file)
      if (before !== undefined) return before
      const rendered = await made(file, make)
      return rendered.state === 'rendered' ? rendered.jpeg : rendered
    },
    async end(files) {
      await remove(await store.read(renditionsOf, files))
    },
    sweep: async (max) => remove(await store.read(endedRenditions, max)),
  }
}

async function* pieceOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
