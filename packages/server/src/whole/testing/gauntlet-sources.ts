import { graphToken } from '../../signals/exchanges/testing/fake-graph.ts'
import { fakeStopNcii, stopNciiKeys, stopNciiTokenEnds } from '../../signals/exchanges/testing/fake-stopncii.ts'
import { fakeTcap, tcapSignIn } from '../../signals/exchanges/testing/fake-tcap.ts'
import { cursorEnds, fakeGroup, fakeThreatExchange } from '../../signals/exchanges/testing/fake-threatexchange.ts'
import { ncmecAt } from '../../signals/exchanges/testing/fed.ts'
import { madeMd5, madePdq } from '../../signals/exchanges/testing/hashes.ts'
import { startNcmecFake } from '../../signals/exchanges/testing/ncmec-fake.ts'
import { type GauntletSource, ROWS, TORN } from './gauntlet.ts'
import { gauntletFile, gauntletPages } from './gauntlet-http.ts'

/** Rows of each page to come, those that nobody lives to read too. */
const pages = (emptyPages: boolean): number[] =>
  Array.from({ length: 400 }, (_, n) => (emptyPages && n % 4 === 3 ? 0 : ROWS))

export const gauntletSources: readonly GauntletSource[] = [
  {
    name: 'ncmec',
    async start({ now, emptyPages }) {
      const fake = await startNcmecFake({ pageSize: ROWS, emptyPages, now })
      // Behind the end of a window by more than clocks may be off: what is younger comes with the next one.
      const at = () => now() - 900_000
      const row = (n: number) => ({
        ...{ member: 42, id: `i${n}`, type: n % 2 === 0 ? ('image' as const) : ('video' as const), at: at() },
        fingerprints: { md5: madeMd5(n), pdq: madePdq(n) },
      })
      return {
        fake,
        body: ncmecAt(fake),
        lists: ['pdq', 'digest'],
        isPage: ({ path }) => path.endsWith('/entries'),
        resumedBy: { place: 'start', window: 'to' },
        put: (n) => fake.put({ ...row(n), classification: 'A1' }),
        twice: (n) => fake.put({ ...row(n), at: at() - 60_000, classification: 'B2' }),
        take: (n) => fake.retract(42, `i${n}`, at()),
        torn: () => fake.put({ ...row(99), fingerprints: { md5: TORN } }),
      }
    },
  },
  {
    name: 'stopncii',
    async start({ now, emptyPages }) {
      const fake = await fakeStopNcii()
      const both = (n: number, more: object) => {
        fake.clockS = Math.floor(now() / 1_000)
        fake.put({ signalType: 'ImagePDQ', hashValue: madePdq(n), ...more })
        fake.put({ signalType: 'VideoMD5', hashValue: madeMd5(n), ...more })
      }
      fake.pageRows.push(...pages(emptyPages))
      return {
        fake,
        body: { source: 'stopncii', settings: { address: `${fake.origin}/v1` }, credentials: stopNciiKeys },
        lists: ['pdq', 'digest'],
        isPage: ({ path }) => path.includes('FetchHashes'),
        endsPlace: stopNciiTokenEnds,
        resumedBy: { place: 'nextPageToken', window: 'startTimestamp' },
        put: (n) => both(n, { cases: ['A1'] }),
        twice: (n) => fake.twice(madePdq(n), ['B2']),
        take: (n) => both(n, { hashStatus: n % 2 === 0 ? 'Withdrawn' : 'Deleted' }),
        torn: () => fake.put({ signalType: 'VideoMD5', hashValue: TORN, cases: ['A1'] }),
      }
    },
  },
  {
    name: 'tcap',
    async start({ now, emptyPages }) {
      const fake = await fakeTcap()
      fake.callsPerToken = 2
      fake.pageRows.push(...pages(false))
      const put = (id: number, algorithm: string, hash_digest: string, more: object = {}) => {
        fake.clockMicros = now() * 1_000 + id
        fake.put({ id, algorithm, hash_digest, ideology: 'A1', ...more })
      }
      const both = (n: number, deleted: boolean) => {
        put(2 * n, 'PDQ', madePdq(n), { deleted })
        put(2 * n + 1, 'MD5', madeMd5(n), { deleted })
      }
      // A page of what this member may not see.
      if (emptyPages) for (let id = 1_001; id <= 1_000 + ROWS; id += 1) put(id, 'MD5', madeMd5(id), { hidden: true })
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
    async start({ now, emptyPages }) {
      const fake = await fakeThreatExchange()
      fake.pageRows.push(...pages(emptyPages))
      const both = (n: number, more: object) => {
        fake.clockS = Math.floor(now() / 1_000)
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
        resumedBy: { place: 'after', window: 'start_time' },
        put: (n) => both(n, {}),
        twice: (n) => both(n, { said: [{ status: 'MALICIOUS', tags: ['again'] }] }),
        // In turns said aloud, and by leaving the descriptors out or empty.
        take: (n) => both(n, { gone: (['flag', 'silent', 'empty'] as const)[n % 3] ?? 'flag' }),
        torn: () => fake.put({ id: '999', indicator: TORN, type: 'HASH_MD5' }),
      }
    },
  },
  gauntletPages,
  gauntletFile,
]
