import { madeMd5 } from '../../signals/exchanges/testing/hashes.ts'
import { startHttpFake } from '../../signals/exchanges/testing/http-fake.ts'
import { type GauntletSource, ROWS, TORN } from './gauntlet.ts'

/** A list over HTTP, as pages of JSON. */
export const gauntletPages: GauntletSource = {
  name: 'http_pages',
  async start({ emptyPages }) {
    const fake = await startHttpFake({ pageSize: ROWS, emptyPages })
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
}

/** A list over HTTP, as a file beside its manifest. */
export const gauntletFile: GauntletSource = {
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
}
