import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { type House, openHouse } from '../../testing/house.ts'
import { busy, cut, type FakeServer } from './testing/fake-server.ts'
import { entriesOf, exchangeRow, feed, goOn, newestPull, pull } from './testing/fed.ts'
import { madeMd5, madePdq } from './testing/hashes.ts'
import { sourceWays as ways } from './testing/source-ways.ts'

/*
 * The three through the engine that runs them, into lists that run: set up, pulled over bad lines, and something withdrawn.
 */

describe.each(engines)('sources ($name)', (engine) => {
  let house: House
  const open: FakeServer[] = []
  beforeAll(async () => {
    house = await openHouse({ engine, bare: true, mediaNets: ways.map(({ name }) => `exchange:${name}`) })
  })
  afterAll(() => house.close())
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

  /** A pull, with all its waits. */
  const pullThrough = async (name: string) => {
    let ending = await pull(house, name)
    const { id } = await newestPull(house, name)
    for (let waits = 0; ending !== 'done'; waits += 1) {
      expect(waits).toBeLessThan(20)
      ending = await goOn(house, String(id))
    }
  }

  test.each(ways)(
    'matching 26, 27: $name is pulled over cut and busy lines; what is withdrawn is gone one pull later',
    async ({ name, start }) => {
      const { fake, settings, credentials, put, take, later } = await start(house.clock.now - 60_000)
      open.push(fake)
      for (const n of [1, 2, 3, 4]) put(n)
      await feed(house, name, { source: name, settings, credentials })
      expect(await house.context.exchanges.check(name)).toEqual({ ok: true, rows: 8, bad: 0, unmatched: {} })

      fake.pageRows.push(2, 2, 2, 2)
      fake.trap(...Array.from({ length: 4 }, () => [undefined, cut, busy(429, 7)]).flat())
      await pullThrough(name)
      expect(await newestPull(house, name)).toMatchObject({ state: 'done', is_full: 1, bad: 0 })
      const values = async (list: string) =>
        [...(await entriesOf(house, `${name}_${list}`)).values()].map(({ value }) => value).toSorted()
      expect(await values('pictures')).toEqual([1, 2, 3, 4].map(madePdq).toSorted())
      expect(await values('files')).toEqual([1, 2, 3, 4].map(madeMd5).toSorted())

      house.clock.now += 3_600_000
      later(3_600_000)
      take(2)
      put(5)
      await pullThrough(name)
      expect(await newestPull(house, name)).toMatchObject({ state: 'done', is_full: 0, bad: 0 })
      expect(await values('pictures')).toEqual([1, 3, 4, 5].map(madePdq).toSorted())
      expect(await values('files')).toEqual([1, 2, 3, 4, 5].map(madeMd5).toSorted())

      // All at once: that is theirs to say, and the rails of these lists are wide.
      house.clock.now += 3_600_000
      later(3_600_000)
      for (const n of [1, 3, 4, 5]) take(n)
      await pullThrough(name)
      expect(await values('pictures')).toEqual([])
      expect((await values('files')).length).toBe(5)
      expect(await exchangeRow(house, name)).toMatchObject({ state: 'on', why: null })
    },
  )
})
