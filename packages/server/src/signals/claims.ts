import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../http/errors.ts'
import { type Fence, isStorageError, type Storage } from '../storage/index.ts'
import type { Write } from './stage-rows.ts'
import { makeTurns } from './turns.ts'

/** How long a process that died keeps others from a list. */
const HELD_MS = 6_000
const RENEW_MS = 2_000
/** Longer than a dead process can hold it: who is refused met one that lives. */
const WAIT_MS = 15_000
const LOOK_MS = 100

/** Who may change a list now: one process, and in it one change after another. */
export interface Claims {
  /**
   * Does something to a list while nobody else changes it.
   *
   * @param what writes through `write`, so that nothing is written any more once the list is somebody else's
   * @throws AppError `conflict` another process is changing it
   */
  hold<T>(list: string, what: (write: Write) => Promise<T>): Promise<T>
  /** Waits until nothing is being done to any list. */
  idle(): Promise<void>
}

export function makeClaims(storage: Pick<Storage, 'store' | 'leases'>): Claims {
  const { store, leases } = storage
  const turns = makeTurns()

  const leased = async <T>(list: string, what: (write: Write) => Promise<T>): Promise<T> => {
    let fence = await acquire(`list:${list}`)
    const renewing = setInterval(() => {
      leases.renew(fence, HELD_MS).then(
        (renewed) => {
          fence = renewed
        },
        // Nothing is lost by it: whatever is written next is refused once the list is somebody else's.
        () => undefined,
      )
    }, RENEW_MS)
    try {
      return await what((work, input, options) => store.tx(work, input, { ...options, fence }))
    } catch (error) {
      if (isStorageError(error, 'lease_lost')) throw taken()
      throw error
    } finally {
      clearInterval(renewing)
      await leases.release(fence)
    }
  }

  const acquire = async (name: string): Promise<Fence> => {
    for (const until = performance.now() + WAIT_MS; ; ) {
      const fence = await leases.acquire(name, HELD_MS)
      if (fence !== undefined) return fence
      if (performance.now() > until) throw taken()
      await sleep(LOOK_MS)
    }
  }

  return {
    // On SQLite no other process can be there: it holds the whole store.
    hold: (list, what) =>
      turns.inTurn(list, () =>
        store.engine === 'sqlite' ? what((work, input, options) => store.tx(work, input, options)) : leased(list, what),
      ),
    idle: turns.idle,
  }
}

const taken = () =>
  new AppError(
    'conflict',
    'Another process is changing this list; nothing was changed here. Try again when it is done.',
  )
