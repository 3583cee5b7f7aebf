import type { ExchangeBody } from '../../signals/exchanges/service.ts'
import type { FedLists } from '../../signals/exchanges/tables.ts'
import { graphToken } from '../../signals/exchanges/testing/fake-graph.ts'
import type { FakeCall, FakeServer, Trap } from '../../signals/exchanges/testing/fake-server.ts'
import { fakeStopNcii, stopNciiKeys, stopNciiTokenEnds } from '../../signals/exchanges/testing/fake-stopncii.ts'
import { fakeTcap, tcapSignIn } from '../../signals/exchanges/testing/fake-tcap.ts'
import { cursorEnds, fakeGroup, fakeThreatExchange } from '../../signals/exchanges/testing/fake-threatexchange.ts'
import { ncmecAt } from '../../signals/exchanges/testing/fed.ts'
import { madeMd5, madePdq } from '../../signals/exchanges/testing/hashes.ts'
import { startHttpFake } from '../../signals/exchanges/testing/http-fake.ts'
import { startNcmecFake } from '../../signals/exchanges/testing/ncmec-fake.ts'

/** Their clock is so much behind ours. */
const SLOW_MS = 5 * 60_000
const TORN = 'zz'.repeat(16)
/** Rows of each page to come, those that nobody lives to read too; an empty page is not the last one. */
const PAGES = Array.from({ length: 200 }, (_, n) => (n % 4 === 3 ? 0 : 5))

export interface GauntletSource {
  readonly name: string
  /** @param now our clock, in milliseconds */
  start(now: () => number): Promise<Gauntlet>
}

export interface Gauntlet {
  readonly fake: FakeServer
  readonly body: Pick<ExchangeBody, 'source' | 'settings' | 'credentials'>
  readonly lists: (keyof FedLists)[]
  /** Whether a call is for a page, and not for a sign-in. */
  isPage(call: FakeCall): boolean
  /** What a place in the middle of a window is answered that has ended. */
  readonly endsPlace?: Trap
  /** Lists picture and file n. */
  put(n: number): void
  /** Shows n a second time as it was before, with another class. */
  twice(n: number): void
  take(n: number): void
  /** A row of which the hash is none. */
  torn(): void
}

export const gauntletSources: readonly GauntletSource[] = [
  {
    name: 'ncmec',
    async start(now) {
      const fake = await startNcmecFake({ pageSize: 5, now: () => now() - SLOW_MS })
      const at = () => now() - 3 * SLOW_MS
      const image = (n: number) => ({
        ...{ member: 42, id: `i${n}`, type: 'image' as const, at: at() },
        fingerprints: { md5: madeMd5(n), pdq: madePdq(n) },
      })
      return {
        fake,
        body: ncmecAt(fake),
        lists: ['pdq', 'digest'],
        isPage: ({ path }) => path.endsWith('/entries'),
        put: (n) => fake.put({ ...image(n), classification: 'A1' }),
        twice: (n) => fake.put({ ...image(n), at: at() - 60_000, classification: 'B2' }),
        take: (n) => fake.retract(42, `i${n}`, at()),
        torn: () => fake.put({ ...image(99), fingerprints: { md5: TORN } }),
      }
    },
  },
  {
    name: 'http_pages',
    async start() {
      const fake = await startHttpFake({ pageSize: 5 })
      const row = (n: number, more: object) => ({ upsert: { value: madeMd5(n), source_id: `i${n}`, ...more } })
      return {
        fake,
        body: {
          source: 'http',
          settings: { url: fake.pagesUrl, form: 'pages', kind: 'digest' },
          credentials: { token: fake.token },
        },
        lists: ['digest'],
        isPage: () => true,
        // A feed is in order: what it says of a row later is how the row is.
        put: (n) => fake.change(row(n, { class: 'A1' })),
        twice: (n) => fake.change(row(n, { class: 'B2' }), row(n, { class: 'A1' })),
        take: (n) => fake.change({ delete: { source_id: `i${n}` } }),
        torn: () => fake.change({ upsert: { value: TORN } }),
      }
    },
  },
  {
    name: 'http_file',
    async start() {
      const fake = await startHttpFake()
      let rows: { id: string; value: string }[] = []
      const serve = (now: typeof rows) => {
        rows = now
        fake.file(['value,source_id', ...rows.map(({ id, value }) => `${value},${id}`), ''].join('\n'), {
          kind: 'digest',
        })
      }
      return {
        fake,
        body: {
          source: 'http',
          settings: { url: fake.manifestUrl, form: 'file', kind: 'digest' },
          credentials: { token: fake.token },
        },
        lists: ['digest'],
        isPage: () => true,
        put: (n) => serve([...rows, { id: `i${n}`, value: madeMd5(n) }]),
        twice: (n) => serve([...rows, { id: `i${n}`, value: madeMd5(n) }]),
        take: (n) => serve(rows.filter(({ id }) => id !== `i${n}`)),
        torn: () => serve([...rows, { id: 'torn', value: TORN }]),
      }
    },
  },
  {
    name: 'stopncii',
    async start(now) {
      const fake = await fakeStopNcii()
      const tick = () => {
        fake.clockS = Math.floor((now() - SLOW_MS) / 1_000)
      }
      const both = (n: number, more: object) => {
        tick()
        fake.put({ signalType: 'ImagePDQ', hashValue: madePdq(n), ...more })
        fake.put({ signalType: 'VideoMD5', hashValue: madeMd5(n), ...more })
      }
      fake.pageRows.push(...PAGES)
      return {
        fake,
        body: { source: 'stopncii', settings: { address: `${fake.origin}/v1` }, credentials: stopNciiKeys },
        lists: ['pdq', 'digest'],
        isPage: ({ path }) => path.includes('FetchHashes'),
        endsPlace: stopNciiTokenEnds,
        put: (n) => both(n, { cases: ['A1'] }),
        twice: (n) => fake.twice(madePdq(n), ['B2']),
        take: (n) => both(n, { hashStatus: 'Withdrawn' }),
        torn: () => fake.put({ signalType: 'VideoMD5', hashValue: TORN, cases: ['A1'] }),
      }
    },
  },
  {
    name: 'tcap',
    async start(now) {
      const fake = await fakeTcap()
      fake.callsPerToken = 2
      fake.pageRows.push(...PAGES)
      const put = (id: number, algorithm: string, hash_digest: string, deleted = false) => {
        fake.clockMicros = (now() - SLOW_MS) * 1_000 + id
        fake.put({ id, algorithm, hash_digest, deleted, ideology: 'A1' })
      }
      const both = (n: number, deleted: boolean) => {
        put(2 * n, 'PDQ', madePdq(n), deleted)
        put(2 * n + 1, 'MD5', madeMd5(n), deleted)
      }
      return {
        fake,
        body: { source: 'tcap', settings: { address: fake.origin }, credentials: tcapSignIn },
        lists: ['pdq', 'digest'],
        isPage: ({ path }) => path.includes('hash-list'),
        put: (n) => both(n, false),
        twice: (n) => fake.twice(2 * n, 'B2'),
        take: (n) => both(n, true),
        torn: () => put(999, 'MD5', TORN),
      }
    },
  },
  {
    name: 'threatexchange',
    async start(now) {
      const fake = await fakeThreatExchange()
      fake.pageRows.push(...PAGES)
      const both = (n: number, more: object) => {
        fake.clockS = Math.floor((now() - SLOW_MS) / 1_000)
        fake.put({ id: String(2 * n), indicator: madePdq(n), type: 'HASH_PDQ', ...more })
        fake.put({ id: String(2 * n + 1), indicator: madeMd5(n), type: 'HASH_MD5', ...more })
      }
      return {
        fake,
        body: {
          source: 'threatexchange',
          settings: { address: `${fake.origin}/v22.0`, group: fakeGroup },
          credentials: { accessToken: graphToken },
        },
        lists: ['pdq', 'digest'],
        isPage: ({ path }) => path.includes('threat_updates'),
        endsPlace: cursorEnds,
        put: (n) => both(n, {}),
        twice: (n) => both(n, { said: [{ status: 'MALICIOUS', tags: ['again'] }] }),
        // In turns said aloud, and by leaving the descriptors out.
        take: (n) => both(n, { gone: n % 2 === 0 ? 'silent' : 'flag' }),
        torn: () => fake.put({ id: '999', indicator: TORN, type: 'HASH_MD5' }),
      }
    },
  },
]
