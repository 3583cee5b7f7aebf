import { type CounterStore, plain } from '@lamplighter/rules/counters'
import { historyCases, type StoreOptions } from '@lamplighter/rules/testing'
import { afterAll, describe, test } from 'vitest'
import type { Storage } from '../storage/index.ts'
import { engines, type Place } from '../storage/testing/engines.ts'
import { keptCounters } from './index.ts'
import { named } from './testing/named.ts'

const DEEP = process.env.LAMPLIGHTER_DEEP === '1'
/** Readings on each engine. */
const READINGS = Number(process.env.LAMPLIGHTER_READINGS ?? (DEEP ? 1_000_000 : 40_000))
/** Deliveries of one transaction, at most. */
const BATCH = 120
const TABLES = [new URL('./store.ts', import.meta.url)]
const NOW = Date.UTC(2026, 0, 1, 12)

interface Home {
  readonly place: Place
  readonly storage: Storage
  readonly options: StoreOptions
}

describe.each(engines)('rules 11.4: counters on $name against the full history', (engine) => {
  const homes = new Map<CounterStore, Home>()
  const openAt = async (place: Place, options: StoreOptions): Promise<CounterStore> => {
    // This is about what is counted and not about the power: `crash/` cuts that. SQLite need not wait for the disk.
    const storage = await place.open(TABLES, { now: () => NOW, faults: { unsynced: true } })
    const { since, hash = plain } = options
    const names = named(hash)
    // Rows are written and let go again and again, between the moves.
    const journal = { foldOps: 300, heldBytes: 20_000 }
    const from = Number.isFinite(since) ? since : null
    const store = keptCounters({ storage, names, now: () => NOW, since: from, journal })
    homes.set(store, { place, storage, options })
    return store
  }
  const make = async (options: StoreOptions): Promise<CounterStore> => openAt(await engine.place(), options)
  const restart = async (store: CounterStore): Promise<CounterStore> => {
    const home = homes.get(store)
    if (home === undefined) throw new Error('a store that nobody opened')
    homes.delete(store)
    await home.storage.close()
    return openAt(home.place, home.options)
  }
  afterAll(async () => {
    for (const { storage, place } of homes.values()) {
      await storage.close()
      await place.remove()
    }
  })

  // Each case has a database of its own and is as good as alone: while one waits for its commit the others count.
  for (const one of historyCases(make, { readings: READINGS, batch: BATCH, restart })) {
    test.concurrent(one.name, async ({ expect }) => {
      const figures = await one.run()
      if (DEEP) console.log(engine.name, one.name, figures)
      expect(figures.readings).toBeGreaterThanOrEqual(Math.ceil(READINGS / 8))
      expect(figures.restarts).toBeGreaterThan(0)
    }, 3_600_000)
  }
})
