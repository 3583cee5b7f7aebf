import { afterEach, beforeEach } from 'vitest'
import type { Storage, StorageOptions } from '../index.ts'
import type { Place, TestEngine } from './engines.ts'

export const MODULES = [new URL('./bank.store.ts', import.meta.url)]

/** A store that tests may close and open again, and whose clock they set. */
export interface Opened {
  storage: Storage
  place: Place
  /** Milliseconds since 1970 that the store is told. */
  now: number
  reopen(options?: StorageOptions): Promise<Storage>
}

/** Gives each test of the surrounding `describe` a fresh store. */
export function freshStore(
  engine: TestEngine,
  options: StorageOptions = {},
  modules: readonly URL[] = MODULES,
): Opened {
  const opened = { now: 1_750_000_000_000 } as Opened
  const open = (more: StorageOptions = {}): Promise<Storage> =>
    opened.place.open(modules, { now: () => opened.now, ...options, ...more })
  opened.reopen = async (more) => {
    await opened.storage.close()
    opened.storage = await open(more)
    return opened.storage
  }
  beforeEach(async () => {
    opened.now = 1_750_000_000_000
    opened.place = await engine.place()
    opened.storage = await open()
  })
  afterEach(async () => {
    await opened.storage.close()
    await opened.place.remove()
  })
  return opened
}
