import { randomBytes } from 'node:crypto'
import { gather, isStorageError, type Storage } from '../storage/index.ts'
import { beginMedia, type SealedFile } from './store.ts'

/** From so many files in one second on, places are made ahead: where fewer come, no key waits for a file. */
const AHEAD_FROM = 16
/** Places that are made ahead at most, and those of one commit. */
const MOST_AHEAD = 64
const DEMAND_MS = 1_000
/** One that nobody has taken by then is left to those that end uploads which were cut off, long before they come. */
const GOOD_FOR_MS = 600_000

/** As much of the keyring as files need: one key a file, destroyed with it. */
export interface FileKeyring {
  makeAll(kind: 'exhibit', refs: readonly string[]): Promise<string[]>
  use<T>(id: string, how: (key: { derive(info: string): Uint8Array }) => Promise<T> | T): Promise<T>
  destroy(ids: readonly string[], why: string): Promise<void>
}

/** Where the next file will lie: a name, and a key of its own, both noted in `media_arriving`. */
export type TakePlace = () => Promise<SealedFile>

/**
 * A key is a commit of the keyring, which the main thread waits for, and its note is a transaction. So callers that meet share both, and while
 * many files come some places are made ahead: as many as were taken in the last second.
 */
export function makePlaces({
  storage,
  keyring,
  now,
}: {
  readonly storage: Storage
  readonly keyring: FileKeyring
  readonly now: () => number
}): TakePlace {
  let free: { readonly place: SealedFile; readonly until: number }[] = []
  let taken: number[] = []

  const make = async (count: number): Promise<SealedFile[]> => {
    const blobs = Array.from({ length: count }, () => `media-${randomBytes(16).toString('hex')}`)
    const keyIds = await keyring.makeAll('exhibit', blobs)
    const places = blobs.flatMap((blob, at) => keyIds.slice(at, at + 1).map((keyId) => ({ blob, keyId })))
    try {
      await storage.store.tx(beginMedia, places)
    } catch (error) {
      // Nobody knows whether they were noted: if they were, they are found by it.
      if (!isStorageError(error, 'commit_unknown')) await keyring.destroy(keyIds, 'the upload was not begun')
      throw error
    }
    return places
  }

  const fromFree = (count: number): SealedFile[] => {
    const at = now()
    free = free.filter(({ until }) => until > at)
    return free.splice(0, count).map(({ place }) => place)
  }

  const made = gather<undefined, SealedFile>({
    weigh: () => 1,
    most: MOST_AHEAD,
    async write(calls) {
      const there = fromFree(calls.length)
      const missing = calls.length - there.length
      if (missing === 0) return there
      const fresh = await make(missing + (taken.length < AHEAD_FROM ? 0 : Math.min(taken.length, MOST_AHEAD)))
      const until = now() + GOOD_FOR_MS
      free.push(...fresh.slice(missing).map((place) => ({ place, until })))
      return [...there, ...fresh.slice(0, missing)]
    },
  })

  return async () => {
    const at = performance.now()
    taken = [...taken.filter((one) => one > at - DEMAND_MS), at].slice(-MOST_AHEAD)
    const [place] = fromFree(1)
    return place ?? made(undefined)
  }
}
