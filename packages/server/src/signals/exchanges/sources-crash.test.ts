import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type House, openHouse } from '../../testing/house.ts'
import type { FakeServer } from './testing/fake-server.ts'
import { entriesOf, feed, newestPull } from './testing/fed.ts'
import { madeMd5, madePdq } from './testing/hashes.ts'
import { pullElsewhere } from './testing/pull-life.ts'
import { sourceWays } from './testing/source-ways.ts'

/** More would say that a pull does not come to an end. */
const MOST_LIVES = 40
/** Calls that bring a page, and no sign-in. */
const BRINGS_PAGE = /FetchHashes|hash-list|threat_updates/

let house: House
const open: FakeServer[] = []
beforeAll(async () => {
  house = await openHouse({ bare: true, mediaNets: sourceWays.map(({ name }) => `exchange:${name}`) })
})
afterAll(() => house.close())
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

test.each(sourceWays)(
  'matching 26: $name, kill -9 over every page: nothing is lost or doubled',
  async ({ name, start }) => {
    const { fake, settings, credentials, put, take } = await start(house.clock.now - 60_000)
    open.push(fake)
    for (const n of [1, 2, 3, 4, 5]) put(n)
    take(2)
    await feed(house, name, { source: name, settings, credentials })
    const { pull } = await house.context.exchanges.pull(name, 'operator')
    // What a dying process asks for takes a number, too.
    fake.pageRows.push(...Array.from({ length: MOST_LIVES }, () => 4))
    let pages = 0
    let lives = 0
    await house.reopen({}, async () => {
      for (let ended: string | number = 'SIGKILL'; ended === 'SIGKILL'; lives += 1) {
        expect(lives).toBeLessThan(MOST_LIVES)
        ended = await pullElsewhere(house, { exchange: name, pull, dieAfter: null }, ({ kill }) => {
          fake.onCall = ({ path }) => {
            if (!BRINGS_PAGE.test(path)) return
            pages += 1
            if (pages % 2 === 1) kill()
          }
        })
      }
      fake.onCall = () => undefined
    })
    expect(lives).toBeGreaterThan(3)
    expect(pages).toBe(2 * (lives - 1))
    expect(await newestPull(house, name)).toMatchObject({ state: 'done', bad: 0 })
    const keys = async (list: string) =>
      [...(await entriesOf(house, `${name}_${list}`)).keys()].map((key) => key.split(' ').at(-1)).toSorted()
    expect(await keys('pictures')).toEqual([1, 3, 4, 5].map(madePdq).toSorted())
    expect(await keys('files')).toEqual([1, 2, 3, 4, 5].map(madeMd5).toSorted())
  },
  240_000,
)
