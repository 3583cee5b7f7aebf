import { createSecretKey } from 'node:crypto'
import type { Entity } from '@lamplighter/rules'
import { days, type Storage } from '../storage/index.ts'
import type { Keyring } from '../storage/keyring/index.ts'
import { eraseLines, removeChunks } from './chunks.store.ts'
import { type IdKeys, type SealedId, sealedIds } from './ids.ts'
import { Pen } from './pen.ts'

/** How long lines are kept, and how long equal ids look equal. 0 of either: nothing is kept. */
export interface ReplayDays {
  readonly kept: number
  readonly segment: number
}

/** Content-free facts of past events, for backtests (rules.md §8.4). */
export interface ReplayLog {
  /** Whether the next events are kept, as known when it was last looked up. */
  readonly isKept: boolean
  /** For the lines of one chunk; undefined while nothing is kept. */
  pen(): Promise<Pen | undefined>
  /** Ends segments whose time is over and removes what is too old; gives how many chunks. */
  tend(): Promise<number>
  /** Takes out the lines that name somebody. Those of closed segments name nobody any more. */
  erase(entity: Entity): Promise<void>
}

interface Segment {
  /** Id of its key. */
  readonly id: string
  readonly ref: string
  readonly sealedId: SealedId
}

/** @param wished the platform's own numbers */
export function makeReplayLog(parts: {
  readonly storage: Storage
  readonly keyring: Keyring
  readonly now: () => number
  readonly wished: () => Promise<ReplayDays>
}): ReplayLog {
  const { keyring, now, wished } = parts
  const { store } = parts.storage
  let open: Segment | undefined
  let isKept = true

  const look = async (): Promise<ReplayDays> => {
    const numbers = await wished()
    isKept = numbers.kept > 0 && numbers.segment > 0
    return numbers
  }

  // Named by the instant at which it began: whoever asks first makes its key, and all others find it.
  const refAt = (segmentDays: number): string => {
    const span = days(segmentDays)
    return String(Math.floor(now() / span) * span)
  }

  // Destroyed, nobody can tell any more whose lines they were.
  const closeAllBut = async (ref: string | undefined): Promise<void> => {
    const over = keyring.live('replay').filter((key) => key.ref !== ref)
    if (over.length === 0) return
    await keyring.destroy(
      over.map(({ id }) => id),
      'segment_closed',
    )
  }

  const segment = async (ref: string): Promise<Segment> => {
    const id = await keyring.make('replay', ref)
    if (open?.id === id) return open
    await closeAllBut(ref)
    open = { id, ref, sealedId: await idsUnder(keyring, id) }
    return open
  }

  return {
    get isKept() {
      return isKept
    },
    async pen() {
      const numbers = await look()
      if (!isKept) return undefined
      const { id, sealedId } = await segment(refAt(numbers.segment))
      return new Pen(id, sealedId)
    },
    async tend() {
      const numbers = await look()
      await closeAllBut(isKept ? refAt(numbers.segment) : undefined)
      if (!isKept) open = undefined
      // What is written at this very moment is kept for no time either.
      const before = isKept ? now() - days(numbers.kept) : now() + 1
      let total = 0
      for (let slice = -1; slice !== 0; total += slice) slice = await store.tx(removeChunks, { before })
      return total
    },
    async erase({ type, id }) {
      for (const key of keyring.live('replay')) {
        const sealed = (await idsUnder(keyring, key.id))(type, id)
        for (let after: number | undefined = 0; after !== undefined; )
          after = await store.tx(eraseLines, { segment: key.id, sealed, after })
      }
    },
  }
}

/** The segment whose lines can still be led back to what they name: that whose key is there, and the younger of two. */
export const openSegment = (keyring: Pick<Keyring, 'live'>): string | undefined =>
  keyring.live('replay').toSorted((a, b) => Number(b.ref) - Number(a.ref))[0]?.id

/** Ids as one segment says them. */
export const idsUnder = async (keyring: Keyring, id: string): Promise<SealedId> =>
  sealedIds(await idKeysOf(keyring, id))

/** Each purpose has a key of its own. */
export const idKeysOf = (keyring: Keyring, id: string): Promise<IdKeys> =>
  keyring.use(id, (key) => ({
    mac: createSecretKey(key.derive('replay ids: synthetic IV')),
    cipher: createSecretKey(key.derive('replay ids')),
  }))
