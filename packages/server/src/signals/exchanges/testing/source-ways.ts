import { graphToken } from './fake-graph.ts'
import type { FakeServer } from './fake-server.ts'
import { fakeStopNcii, stopNciiKeys } from './fake-stopncii.ts'
import { fakeTcap, tcapSignIn } from './fake-tcap.ts'
import { fakeGroup, fakeThreatExchange } from './fake-threatexchange.ts'
import { madeMd5, madePdq } from './hashes.ts'

/** What differs between the three, so that one test can say what they have in common. */
export interface SourceWay {
  readonly name: string
  start(clockMs: number): Promise<StartedSource>
}
export interface StartedSource {
  readonly fake: FakeServer & { readonly pageRows: number[] }
  readonly settings: object
  readonly credentials: unknown
  /** Lists picture and file n, or takes picture n back. */
  put(n: number): void
  take(n: number): void
  later(ms: number): void
}

export const sourceWays: readonly SourceWay[] = [
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
