import type { ExchangeBody } from '../../signals/exchanges/service.ts'
import type { FedLists } from '../../signals/exchanges/tables.ts'
import type { FakeCall, FakeServer, Trap } from '../../signals/exchanges/testing/fake-server.ts'
import { madeMd5 } from '../../signals/exchanges/testing/hashes.ts'
import { startHttpFake } from '../../signals/exchanges/testing/http-fake.ts'

const TORN = 'zz'.repeat(16)

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
]
