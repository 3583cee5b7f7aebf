import { hmacHex } from '../../http/crypto.ts'
import type { Storage } from '../../storage/index.ts'
import { EntryBook } from './entry-book.ts'
import { standingSince } from './store.ts'

/** What this process knows of single entries. */
export interface Entries {
  readonly book: EntryBook
  /** Reads what changed since it was read last. */
  load(): Promise<void>
  /** Name of a file in exceptions. @param sha256 64 hex digits */
  fileKey(sha256: string): string
}

/** @param fingerprintKey keys the names of files, so that a stolen database cannot be asked whether a file is excepted */
export function makeEntries({ store }: Pick<Storage, 'store'>, fingerprintKey: Uint8Array): Entries {
  const fileKey = (sha256: string): string => hmacHex(fingerprintKey, `exception ${sha256.toLowerCase()}`)
  const book = new EntryBook(fileKey)
  let newest: number | null = null
  let turn: Promise<unknown> = Promise.resolve()
  const read = async (): Promise<void> => {
    const found = await store.read(standingSince, { since: newest })
    book.stand(found.standing)
    book.except(found.exceptions)
    newest = found.newest
  }
  return {
    book,
    fileKey,
    // One after another, so that an older answer of the database never takes the place of a newer one.
    load() {
      const next = turn.then(read)
      turn = next.catch(() => undefined)
      return next
    },
  }
}
