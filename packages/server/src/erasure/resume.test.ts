import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { type House, openHouse } from '../testing/house.ts'
import { operatorCalls } from '../testing/operator-calls.ts'
import { type ErasureServices, erasureHandler } from './run.ts'
import { LEFT } from './testing/left.ts'
import { hello, liveAs, settleAll, WHO, WORDS } from './testing/life.ts'
import { tracesIn } from './testing/traces.ts'

class Cut extends Error {}

describe.each(engines)('an erasure that is cut off on $name', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ engine, demo: true })
    const people = { first: await house.person('reviewer', 'child-safety'), second: await house.person('lead') }
    await liveAs(house, people)
    await settleAll(house, people.second)
    await hello(house)
  }, 120_000)
  afterAll(() => house.close())

  test('goes on wherever it was cut off, and comes to the same end', async () => {
    await operatorCalls(house, '/v1/erasures', { account: WHO, ground: 'request', reason: 'asked' })
    const { storage, erasure } = house.context
    const [job] = await storage.jobs.claim('erasure', 1, 60_000)
    if (job === undefined) throw new Error('no job waits')
    let steps = 0
    for (; ; steps += 1) {
      const run = erasureHandler(cutAfter(erasure, steps))
      const ended = await run(job, { signal: AbortSignal.timeout(60_000), claimed: () => job }).catch((error) => error)
      const [row] = await house.rows('erasure_runs')
      if (ended === 'completed') break
      expect(ended).toBeInstanceOf(Cut)
      expect(row).toMatchObject({ state: 'running', account: WHO })
    }
    // Before anything, after parts that were done and not noted, and between the end of the key and that of the run.
    expect(steps).toBeGreaterThan(6)
    expect((await house.rows('erasure_runs'))[0]).toMatchObject({ state: 'done', account: null })
    const { found } = await tracesIn(house, WORDS, WHO)
    expect([...found].filter((place) => LEFT[place] === undefined)).toEqual([])
    const indices = (await house.rows('ledger_erasures')).flatMap((row) => JSON.parse(String(row.indices)) as string[])
    expect(new Set(indices).size).toBe(indices.length)
  })
})

/** Goes so many steps and no further: a kill between two of them. Each time it is one more. */
function cutAfter(services: ErasureServices, most: number): ErasureServices {
  let done = 0
  const { store, stream } = services.storage
  const step = async <T>(run: () => Promise<T>): Promise<T> => {
    if (done === most) throw new Cut('cut off')
    done += 1
    return run()
  }
  return {
    ...services,
    storage: {
      stream,
      store: { ...store, read: store.read.bind(store), tx: (...given) => step(() => store.tx(...given)) },
    },
    vault: { erase: (of) => step(() => services.vault.erase(of)) },
    counters: { erase: async (entity) => step(async () => services.counters.erase(entity)) },
    replay: { erase: (entity) => step(() => services.replay.erase(entity)) },
    transparency: {
      nameOf: services.transparency.nameOf,
      erase: (who, ground) => step(() => services.transparency.erase(who, ground)),
    },
    keyring: {
      make: services.keyring.make.bind(services.keyring),
      tombstones: (kind) => services.keyring.tombstones(kind),
      destroy: (ids, why) => step(() => services.keyring.destroy(ids, why)),
    },
  }
}
