import { createHash } from 'node:crypto'
import { AppError } from '../http/errors.ts'
import { isStorageError, type Storage } from '../storage/index.ts'
import type { Sealer } from '../storage/sealer.ts'
import type { Decoder, LargeFile, Measurement, Rendered } from './decoder/index.ts'
import type { FilesOf } from './erase.store.ts'
import type { MediaFetcher } from './fetch.ts'
import { after, makeMeasuring } from './measuring.ts'
import { type FileKeyring, makePlaces } from './places.ts'
import { makeRenditions } from './renditions.ts'
import { sealFile } from './sealed-file.ts'
import {
  arrivingSince,
  dropMedia,
  endArriving,
  endExhibits,
  endFilesOf,
  exhibitsDestroyed,
  forgetFilesOf,
  mediaByKey,
  type SealedFile,
  storeMedia,
  takeBackMedia,
} from './store.ts'
import type { MediaTable } from './tables.ts'
import { type Taken, taking } from './taking.ts'

/** No upload takes this long; another process may still be taking a file that came later. */
const ARRIVES_WITHIN_MS = 3 * 3_600_000

export interface StoredMedia {
  readonly row: MediaTable
  /** Undefined while the file is not measured yet. */
  readonly facts: Measurement | undefined
}

/** Files that the platform handed in: sealed on arrival, measured by the decoder, dropped or kept as exhibits. */
export interface MediaVault {
  /**
   * Takes the bytes of one file. Resolves when they are durable; measuring goes on in the background.
   *
   * @throws AppError `too_large` · `conflict` the id names other bytes · `digest_mismatch` the bytes do not have the digest that was sent ·
   *   `invalid` there are none
   */
  put(upload: {
    readonly connection: string
    readonly id: string
    readonly audience: 'public' | 'private'
    readonly claimedType: string | null
    /** SHA-256 in lower-case hex, where the platform sent it. */
    readonly sha256?: string | undefined
    /** How long it is, as its sender says. */
    readonly declared?: number | undefined
    readonly bytes: AsyncIterable<Uint8Array>
  }): Promise<{ created: boolean; row: MediaTable }>
  /**
   * Lays the bytes of a file down, sealed, while `use` looks at them; nothing is left of it after that, nor after a kill. What fits into memory is given
   * whole. Throws as `put`, and as `use`.
   */
  passing<T>(
    file: { readonly declared?: number | undefined; readonly bytes: AsyncIterable<Uint8Array> },
    use: (file: Uint8Array | LargeFile) => Promise<T>,
  ): Promise<T>
  /** Destroys a file that its platform takes back. Nothing happens where there is none. @throws AppError `held` */
  takeBack(connection: string, id: string): Promise<void>
  /** The file with its facts, waiting up to `budgetMs` for a measurement that is under way. */
  find(connection: string, id: string, budgetMs: number): Promise<StoredMedia | undefined>
  /** What is known of a stored file, waiting up to `budgetMs` for a measurement that is under way. */
  facts(row: MediaTable, budgetMs: number): Promise<Measurement | undefined>
  /**
   * As `find`, for a file that is at an address: fetched if it is not there yet, and stored as if it had been handed in. Waits up to `budgetMs`;
   * what is late goes on, and the next call finds it.
   */
  fetched(
    file: { readonly connection: string; readonly id: string; readonly url: string },
    budgetMs: number,
  ): Promise<StoredMedia | 'late' | 'fetch_failed'>
  /** Who may see files, by what was said when they were handed in: public if all of them are. Undefined where one is not known. */
  audienceOf(connection: string, ids: readonly string[]): Promise<'public' | 'private' | undefined>
  /** The bytes of a sealed file; of one that is too large for memory a way to read it. @throws AppError `gone` when its key was destroyed */
  bytes(file: SealedFile): Promise<Uint8Array | LargeFile>
  /** The picture that all views of a file are made of: kept for a day. @throws AppError as `bytes` */
  shown(file: SealedFile): Promise<Uint8Array | Extract<Rendered, { state: 'unknown' }>>
  /** Destroys the files of a person: key, bytes, rows. A second run finishes what was cut off. @returns how many */
  erase(of: FilesOf): Promise<number>
  /** Removes files whose time is over, flagged or not; returns how many. Those of uploads that were cut off go, too. */
  sweep(): Promise<number>
  /** Removes what a process that was killed left behind. Only before anybody is answered, and where no other process takes files. */
  tidy(): Promise<void>
}

const SWEPT = 200

export const mediaKey = (connection: string, id: string): string => `${connection}|${id}`

export function makeMediaVault(parts: {
  readonly storage: Storage
  readonly keyring: FileKeyring
  readonly sealer: Sealer
  readonly decoder: Decoder
  readonly fetcher: MediaFetcher
  /** The most that one video may have. */
  readonly videoBytes: number
  readonly now: () => number
}): MediaVault {
  const { storage, keyring, sealer, decoder, fetcher, videoBytes, now } = parts
  const renditions = makeRenditions({ storage, keyring })
  const fetching = new Map<string, Promise<boolean>>()
  const fileKey = (id: string): Promise<Uint8Array> => keyring.use(id, (key) => key.derive('file'))
  const takePlace = makePlaces({ storage, keyring, now })
  const measuring = makeMeasuring({ storage, sealer, decoder, fileKey })

  const fetchOnce = (connection: string, id: string, url: string): Promise<boolean> => {
    const key = mediaKey(connection, id)
    const running = fetching.get(key)
    if (running !== undefined) return running
    const started = fetchAndPut({ connection, id, url }).finally(() => fetching.delete(key))
    fetching.set(key, started)
    return started
  }

  const fetchAndPut = async ({
    connection,
    id,
    url,
  }: {
    connection: string
    id: string
    url: string
  }): Promise<boolean> => {
    try {
      // Who may see it is not said with an address; the event says so, and where it does not, it is private.
      const got = await fetcher(connection, url, (file) => vault.put({ connection, id, audience: 'private', ...file }))
      return got !== undefined
    } catch (error) {
      // Handed in under the same id meanwhile, with other bytes: those count.
      if (error instanceof AppError && error.code === 'conflict') return true
      throw error
    }
  }

  const vault: MediaVault = {
    async put({ connection, id, audience, claimedType, sha256: promised, declared, bytes }) {
      const key = mediaKey(connection, id)
      const { blob, keyId } = await takePlace()
      const sha256 = createHash('sha256')
      const taken: Taken = { size: 0, held: [] }
      const coming = taking(bytes, sha256, taken, { videoBytes, declared })
      const sealed = sealFile(await fileKey(keyId), blob, coming)
      try {
        await storage.blobs.put(blob, sealed)
        if (taken.size === 0) throw empty()
        const digest = sha256.digest('hex')
        if (promised !== undefined && promised !== digest) {
          throw new AppError(
            'digest_mismatch',
            'The bytes do not have the SHA-256 that was sent with them; send the file again.',
          )
        }
        const stored = await storage.store.tx(storeMedia, {
          media_key: key,
          media_id: id,
          audience,
          size: taken.size,
          sha256: digest,
          blob,
          key_id: keyId,
          claimed_type: claimedType,
        })
        if (!stored.created) await forget({ blob, keyId })
        // Measuring starts at once; whoever needs the result waits for it in `find`.
        measuring.measure(stored.row, taken.held && Buffer.concat(taken.held)).catch(() => undefined)
        return stored
      } catch (error) {
        // Nobody knows whether the row was written: if it was, its file must open. Else it still stands among those that come (`tidy`).
        if (!isStorageError(error, 'commit_unknown')) await forget({ blob, keyId })
        throw error
      }
    },
    async passing({ declared, bytes }, use) {
      const file = await takePlace()
      try {
        const taken: Taken = { size: 0, held: undefined }
        const coming = taking(bytes, { update: () => undefined }, taken, { videoBytes, declared })
        await storage.blobs.put(file.blob, sealFile(await fileKey(file.keyId), file.blob, coming))
        if (taken.size === 0) throw empty()
        return await use(await measuring.bytes(file))
      } finally {
        await forget(file)
      }
    },
    async takeBack(connection, id) {
      const file = await storage.store.tx(takeBackMedia, mediaKey(connection, id))
      if (file !== undefined) await gone([file], 'the platform took the file back')
    },
    async find(connection, id, budgetMs) {
      const row = await storage.store.read(mediaByKey, mediaKey(connection, id))
      return row && { row, facts: await measuring.facts(row, budgetMs) }
    },
    facts: measuring.facts,
    async fetched({ connection, id, url }, budgetMs) {
      const began = performance.now()
      const done = fetchOnce(connection, id, url).catch(() => false)
      const arrived = await Promise.race([done, after(budgetMs)])
      if (arrived === undefined) return 'late'
      const left = Math.max(0, budgetMs - (performance.now() - began))
      return (arrived ? await vault.find(connection, id, left) : undefined) ?? 'fetch_failed'
    },
    async audienceOf(connection, ids) {
      const rows = await Promise.all(ids.map((id) => storage.store.read(mediaByKey, mediaKey(connection, id))))
      if (rows.some((row) => row === undefined)) return undefined
      return rows.every((row) => row?.audience === 'public') ? 'public' : 'private'
    },
    bytes: measuring.bytes,
    shown: (file) =>
      renditions.of(file, async () => decoder.render(await measuring.bytes(file), { step: 'full', colour: true })),
    async erase(of) {
      await destroy(await storage.store.tx(endFilesOf, of), 'erasure')
      return storage.store.tx(forgetFilesOf, of)
    },
    async tidy() {
      await cutOff(now() + 1)
    },
    async sweep() {
      const dropped = await storage.store.tx(dropMedia, { max: SWEPT })
      await gone(dropped, 'nothing flagged the file')
      const { ended, files } = await storage.store.tx(endExhibits, { max: SWEPT })
      await destroy(files, 'the hold of the exhibit ended')
      if (files.length > 0) {
        await storage.store.tx(exhibitsDestroyed, { blobs: files.map(({ blob }) => blob) })
      }
      await cutOff(now() - ARRIVES_WITHIN_MS)
      return dropped.length + ended + (await renditions.sweep(SWEPT))
    },
  }
  return vault

  async function forget(file: SealedFile): Promise<void> {
    await destroy([file], 'the upload was not kept')
    // If nobody can note it now, a sweep finds nothing more to destroy and notes it then.
    await storage.store.tx(endArriving, [file.keyId]).catch(() => undefined)
  }

  /** Destroys files, and then what stands of them among those on their way. */
  async function gone(files: readonly SealedFile[], why: string): Promise<void> {
    await destroy(files, why)
    if (files.length > 0)
      await storage.store.tx(
        endArriving,
        files.map(({ keyId }) => keyId),
      )
  }

  /** Ends files whose upload, or whose end, was cut off with its process. Only what was noted before it came: a database that knows less must not end what another knows. */
  async function cutOff(before: number): Promise<void> {
    await gone(await storage.store.read(arrivingSince, before), 'it was cut off')
  }

  // The key first: bytes that outlive it are noise.
  async function destroy(files: readonly SealedFile[], why: string): Promise<void> {
    if (files.length === 0) return
    await keyring.destroy(
      files.map(({ keyId }) => keyId),
      why,
    )
    for (const { blob } of files) await storage.blobs.delete(blob)
    await renditions.end(files)
  }
}

const empty = () => new AppError('invalid', 'The body is empty; send the bytes of the file.')
