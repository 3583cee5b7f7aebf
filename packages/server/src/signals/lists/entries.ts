import { hmacHex } from '../../http/crypto.ts'
import type { CommandKey } from '../../http/route.ts'
import type { Doer } from '../../people/index.ts'
import type { Storage } from '../../storage/index.ts'
import { newId } from '../../storage/index.ts'
import type { Sealer } from '../../storage/sealer.ts'
import type { Affected, RecordKeys } from '../../transparency/index.ts'
import type { ActDone } from './entry-acts.store.ts'
import type { EntryAct } from './entry-acts.ts'
import { EntryBook } from './entry-book.ts'
import { actOnEntry, agreeToAct, standingSince, waitingActs } from './store.ts'
import type { EntryActsTable } from './tables.ts'

/** What is known of single entries, in this process and in the database. */
export interface Entries {
  readonly book: EntryBook
  /** Reads what changed since it was read last. */
  load(): Promise<void>
  /** Name of a file in exceptions. @param sha256 64 hex digits */
  fileKey(sha256: string): string
  /** Does it, or on a sealed list keeps it until another person agrees. It holds in this process when this returns. */
  act(act: EntryAct, doer: Doer, once?: CommandKey): Promise<ActDone>
  agree(id: string, doer: Doer, once?: CommandKey): Promise<ActDone>
  /** What waits for a second person. */
  waiting(): Promise<readonly EntryActsTable[]>
}

export interface EntryParts {
  readonly storage: Storage
  readonly sealer: Sealer
  /** Keys the names of files, so that a stolen database cannot be asked whether a file is excepted. */
  readonly fingerprintKey: Uint8Array
  readonly now: () => number
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}

export function makeEntries({ storage, sealer, fingerprintKey, now, keysFor }: EntryParts): Entries {
  const { store } = storage
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
  // One after another, so that an older answer of the database never takes the place of a newer one.
  const load = (): Promise<void> => {
    const next = turn.then(read)
    turn = next.catch(() => undefined)
    return next
  }

  return {
    book,
    load,
    fileKey,
    async act(act, doer, once) {
      const id = newId('ea', now())
      const sealed = await sealer.seal('entry_acts', 'body', id, act)
      const input = { id, act, sealed, doer, keys: await keysFor([]) }
      const done = await store.tx(actOnEntry, input, once && { once })
      await load()
      return done
    },
    async agree(id, doer, once) {
      const row = (await store.read(waitingActs, undefined)).find((one) => one.id === id && one.state === 'open')
      // Without its row the work says what is wrong, or what was answered before to the same command.
      const act = row === undefined ? undefined : await sealer.open<EntryAct>('entry_acts', 'body', id, row.body)
      const done = await store.tx(agreeToAct, { id, act, doer, keys: await keysFor([]) }, once && { once })
      await load()
      return done
    },
    waiting: () => store.read(waitingActs, undefined),
  }
}
