import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { type House, openHouse } from '../../testing/house.ts'
import { graphToken } from './testing/fake-graph.ts'
import { busy, cut, type FakeServer } from './testing/fake-server.ts'
import { fakeStopNcii, stopNciiKeys } from './testing/fake-stopncii.ts'
import { fakeTcap, tcapSignIn } from './testing/fake-tcap.ts'
import { fakeGroup, fakeThreatExchange } from './testing/fake-threatexchange.ts'
import { entriesOf, exchangeRow, feed, goOn, newestPull, pull } from './testing/fed.ts'
import { madeMd5, madePdq } from './testing/hashes.ts'

/*
 * The three through the engine that runs them, into lists that run: set up, pulled over bad lines, and something withdrawn.
 */

/** What differs between the three, so that one test can say what they have in common. */
interface Way {
  readonly name: string
  start(clockMs: number): Promise<Started>
}
interface Started {
  readonly fake: FakeServer & { readonly pageRows: number[] }
  readonly settings: object
  readonly credentials: unknown
  /** Lists picture and file n, or takes picture n back. */
  put(n: number): void
  take(n: number): void
  later(ms: number): void
}

const ways: readonly Way[] = [
  {
    name: 'stopncii',
    async start(clockMs) {
      const fake = await fakeStopNcii()
      fake.clockS = Math.floor(clockMs / 1_000)
      return {
        fake,
        settings: { address: `${fake.origin}/v1` },
        credentials: stopNciiKeys,
        put(n) {
          fake.put({ signalType: 'ImagePDQ', hashValue: madePdq(n), cases: ['case'] })
          fake.put({ signalType: 'VideoMD5', hashValue: madeMd5(n), cases: ['case'] })
        },
        take: (n) => fake.put({ signalType: 'ImagePDQ', hashValue: madePdq(n), hashStatus: 'Withdrawn' }),
        later: (ms) => {
          fake.clockS += ms / 1_000
        },
      }
    },
  },
  {
    name: 'tcap',
    async start(clockMs) {
      const fake = await fakeTcap()
      fake.clockMicros = clockMs * 1_000
      fake.callsPerToken = 2
      return {
        fake,
        settings: { address: fake.origin },
        credentials: tcapSignIn,
        put(n) {
          fake.put({ id: 2 * n, algorithm: 'PDQ', hash_digest: madePdq(n) })
          fake.put({ id: 2 * n + 1, algorithm: 'MD5', hash_digest: madeMd5(n) })
        },
        take: (n) => fake.put({ id: 2 * n, algorithm: 'PDQ', hash_digest: madePdq(n), deleted: true }),
        later: (ms) => {
          fake.clockMicros += ms * 1_000
        },
      }
    },
  },
  {
    name: 'threatexchange',
    async start(clockMs) {
      const fake = await fakeThreatExchange()
      fake.clockS = Math.floor(clockMs / 1_000)
      return {
        fake,
        settings: { address: `${fake.origin}/v22.0`, group: fakeGroup },
        credentials: { accessToken: graphToken },
        put(n) {
          fake.put({ id: String(2 * n), indicator: madePdq(n), type: 'HASH_PDQ' })
          fake.put({ id: String(2 * n + 1), indicator: madeMd5(n), type: 'HASH_MD5' })
        },
        take: (n) => fake.put({ id: String(2 * n), indicator: madePdq(n), type: 'HASH_PDQ', gone: 'silent' }),
        later: (ms) => {
          fake.clockS += ms / 1_000
        },
      }
    },
  },
]

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
