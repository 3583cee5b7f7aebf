import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { busy, cut, type FakeCall, type Trap } from '../signals/exchanges/testing/fake-server.ts'
import { entriesOf, exchangeRow, feed, newestPull } from '../signals/exchanges/testing/fed.ts'
import { madeMd5, madePdq } from '../signals/exchanges/testing/hashes.ts'
import { pullElsewhere } from '../signals/exchanges/testing/pull-life.ts'
import { type House, openHouse } from '../testing/house.ts'
import { type Gauntlet, gauntletSources } from './testing/gauntlet-sources.ts'
import { allTables } from './testing/tables.ts'

/*
 * Every page, every trap: each page is asked for by a process that is shot over it, then by one whose connection is cut or that is told to wait, and
 * only then answered. Rows are torn and come twice, and most of it is taken back in the end.
 */

/** More would say that a pull does not come to an end. */
const MOST_LIVES = 60
const HOUR_MS = 3_600_000

let house: House
const open: { close(): Promise<void> }[] = []
beforeAll(async () => {
  house = await openHouse({ bare: true, mediaNets: gauntletSources.map(({ name }) => `exchange:${name}`) })
})
afterAll(() => house.close())
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

test.each(gauntletSources)(
  'matching 26: $name, killed in every page, trapped in every page: no entry lost, none doubled, deletions applied, cursor right',
  async ({ name, start }) => {
    const source = await start(() => house.clock.now)
    open.push(source.fake)
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) source.put(n)
    source.twice(3)
    source.torn()
    const lists = Object.fromEntries(source.lists.map((kind) => [kind, `${name}_${kind}`]))
    await feed(house, name, source.body, { lists })
    const first = await pullThrough(name, source)
    expect(first.shot).toBe(first.pages)
    expect(first.trapped).toBe(first.pages)
    expect(first.pages).toBeGreaterThan(1)
    expect(await newestPull(house, name)).toMatchObject({ state: 'done', bad: 1 })
    await expectListed(name, source, [1, 2, 3, 4, 5, 6, 7, 8])
    const { cursor } = await exchangeRow(house, name)

    house.clock.now += HOUR_MS
    for (const n of [1, 2, 3, 4, 5, 6, 7]) source.take(n)
    source.put(9)
    const second = await pullThrough(name, source)
    expect(second.shot).toBe(second.pages)
    expect(await newestPull(house, name)).toMatchObject({ state: 'done' })
    await expectListed(name, source, [8, 9])
    expect((await exchangeRow(house, name)).cursor).not.toBe(cursor)
  },
  600_000,
)

async function expectListed(name: string, { lists }: Gauntlet, numbers: readonly number[]): Promise<void> {
  for (const kind of lists) {
    const found = [...(await entriesOf(house, `${name}_${kind}`)).values()].map(({ value }) => value)
    expect([kind, found.toSorted()]).toEqual([kind, numbers.map(kind === 'pdq' ? madePdq : madeMd5).toSorted()])
  }
}

/** Takes a pull through the gauntlet to its end. @returns for how many pages it asked, and how often it was shot and trapped */
async function pullThrough(name: string, { fake, isPage, endsPlace }: Gauntlet) {
  const { pull } = await house.context.exchanges.pull(name, 'operator')
  const asked = new Map<string, number>()
  const pageOf = ({ path, query }: FakeCall) => `${path}?${query}`
  const counts = { shot: 0, trapped: 0 }
  // A place ends once: what begins anew is asked for all its pages again, and too often is a fault.
  let places = endsPlace === undefined ? 0 : 1
  const trap: Trap = (answer, call) => {
    if (!isPage(call) || asked.get(pageOf(call)) !== 2) return answer
    counts.trapped += 1
    const ended = places > 0 ? endsPlace?.(answer, call) : undefined
    if (ended === undefined || ended === answer)
      return [cut, busy(429, 1), busy(503)][counts.trapped % 3]?.(answer, call) ?? answer
    places -= 1
    return ended
  }
  fake.trap(...Array.from({ length: 500 }, () => trap))
  const isRunning = async () =>
    (await allTables(house.place)).get('pulls')?.some(({ id, state }) => id === pull && state === 'running') === true
  await house.reopen({}, async () => {
    for (let lives = 0; await isRunning(); lives += 1) {
      expect(lives, `${name} goes on and on`).toBeLessThan(MOST_LIVES)
      const ended = await pullElsewhere(house, { exchange: name, pull, dieAfter: null }, ({ kill }) => {
        fake.onCall = (call: FakeCall) => {
          if (!isPage(call)) return
          const time = (asked.get(pageOf(call)) ?? 0) + 1
          asked.set(pageOf(call), time)
          if (time === 1) kill()
        }
      })
      if (ended === 'SIGKILL') counts.shot += 1
      // Whoever was told to wait waits.
      house.clock.now += 60_000
    }
    fake.onCall = () => undefined
  })
  return { ...counts, pages: asked.size }
}
