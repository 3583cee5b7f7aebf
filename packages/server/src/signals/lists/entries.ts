import { hmacHex } from '../../http/crypto.ts'
import type { Storage } from '../../storage/index.ts'
import type { SilencedHit } from '../look.ts'
import { EntryBook } from './entry-book.ts'
import { hotEntries, noteUses, standingSince } from './store.ts'

/** What this process knows of single entries. */
export interface Entries {
  readonly book: EntryBook
  /** Reads what changed since it was read last. */
  load(): Promise<void>
  /** Counts what exceptions silenced. Nothing here can fail a verdict. */
  saw(silenced: readonly Pick<SilencedHit, 'exception'>[], now: number): void
  /** Writes what was counted. Numbers are kept until they are written. */
  flush(): Promise<void>
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
    book.heat(await store.read(hotEntries, undefined))
    newest = found.newest
  }
  let uses = new Map<string, { times: number; at: number }>()
  return {
    book,
    fileKey,
    saw(silenced, now) {
      for (const id of new Set(silenced.map(({ exception }) => exception)))
        uses.set(id, { times: (uses.get(id)?.times ?? 0) + 1, at: now })
    },
    async flush() {
      if (uses.size === 0) return
      const counted = uses
      uses = new Map()
      try {
        await store.tx(noteUses, { uses: [...counted].map(([id, use]) => ({ id, ...use })) })
      } catch (error) {
        for (const [id, { times, at }] of counted) uses.set(id, { times: times + (uses.get(id)?.times ?? 0), at })
        throw error
      }
    },
    // One after another, so that an older answer of the database never takes the place of a newer one.
    load() {
      const next = turn.then(read)
      turn = next.catch(() => undefined)
      return next
    },
  }
}
