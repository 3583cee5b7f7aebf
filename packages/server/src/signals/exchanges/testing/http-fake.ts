import { createHash } from 'node:crypto'
import { type FakeAnswer, type FakeCall, type FakeServer, startFake } from './fake-server.ts'

/** One row as a page of JSON has it. */
export type HttpRow = Readonly<Record<string, unknown>>

type FeedChange = { readonly upsert: HttpRow } | { readonly delete: HttpRow }

export interface HttpFake extends FakeServer {
  /** Address of the manifest of the list that is served as a file. */
  readonly manifestUrl: string
  /** Address of the list that is served as pages of JSON. */
  readonly pagesUrl: string
  /** What the file holds from now on; `manifest` changes what its manifest says of it. */
  file(text: string, manifest?: Readonly<Record<string, unknown>>): void
  /** Appends to the feed of pages. */
  change(...changes: readonly FeedChange[]): void
  /** Tokens given out so far are no longer taken: 410. */
  expire(): void
  readonly token: string
}

/**
 * A list that is served over HTTP: as a file beside its manifest, with an ETag; and as pages `{next, upserts, deletes}`. It refuses what nobody
 * agreed on: a missing or wrong token, another method, unknown query fields, a `next` that it never gave.
 */
export async function startHttpFake(options: { pageSize?: number; emptyPages?: boolean } = {}): Promise<HttpFake> {
  const { pageSize = 3, emptyPages = true } = options
  const token = 'a-token-of-the-exchange'
  let file = { text: 'value\n', manifest: {} as Readonly<Record<string, unknown>> }
  const feed: FeedChange[] = []
  let generation = 1

  const answer = (call: FakeCall): FakeAnswer => {
    if (call.headers.authorization !== `Bearer ${token}`) return text(401, 'sign in')
    if (call.method !== 'GET') return text(405, 'only GET')
    if (call.path === '/tiles.csv.manifest.json') return call.query.size > 0 ? text(400, 'no query') : manifest(call)
    if (call.path === '/tiles.csv') return call.query.size > 0 ? text(400, 'no query') : text(200, file.text)
    if (call.path === '/pages') return page(call)
    return text(404, 'nothing here')
  }

  const manifest = (call: FakeCall): FakeAnswer => {
    const sha256 = createHash('sha256').update(file.text).digest('hex')
    const rows = file.text.split('\n').filter((line) => line !== '').length - 1
    const honest = {
      format: 'lamplighter-hashes/1',
      list: 'tiles',
      kind: 'pdq',
      version: 1,
      source: 'Harbour',
      made: '2026-01-01T00:00:00Z',
      rows,
      sha256,
      terms: { name: 'test', share: false, export: false, device: false, harms: ['csea'], feedback: 'none' },
    }
    const body = JSON.stringify({ ...honest, ...file.manifest })
    const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`
    if (call.headers['if-none-match'] === etag) return { status: 304, headers: { etag } }
    return { status: 200, headers: { etag, 'content-type': 'application/json' }, body }
  }

  const page = (call: FakeCall): FakeAnswer => {
    if ([...call.query.keys()].some((name) => name !== 'next')) return text(400, 'only next')
    const next = call.query.get('next')
    const place = next === null ? { generation, at: 0, isGap: false } : placeOf(next)
    if (place === undefined) return text(400, 'this next was never given')
    if (place.generation !== generation) return text(410, 'this next is too old')
    // After the first page comes one that holds nothing, though more follows.
    const isGap = emptyPages && place.at === pageSize && !place.isGap && feed.length > pageSize
    const end = isGap ? place.at : Math.min(place.at + pageSize, feed.length)
    const shown = feed.slice(place.at, end)
    const given = end === place.at && !isGap ? next : `${generation}.${end}${isGap ? '.gap' : ''}`
    const body = JSON.stringify({
      next: given ?? `${generation}.0`,
      upserts: shown.flatMap((one) => ('upsert' in one ? [one.upsert] : [])),
      deletes: shown.flatMap((one) => ('delete' in one ? [one.delete] : [])),
    })
    return { status: 200, headers: { 'content-type': 'application/json' }, body }
  }

  const server = await startFake(answer)
  return Object.assign(server, {
    token,
    manifestUrl: `${server.origin}/tiles.csv.manifest.json`,
    pagesUrl: `${server.origin}/pages`,
    file(text: string, manifest: Readonly<Record<string, unknown>> = {}) {
      file = { text, manifest }
    },
    change: (...changes: readonly FeedChange[]) => void feed.push(...changes),
    expire: () => void generation++,
  })
}

const text = (status: number, body: string): FakeAnswer => ({ status, headers: { 'content-type': 'text/plain' }, body })

function placeOf(next: string): { generation: number; at: number; isGap: boolean } | undefined {
  const [, generation, at, gap] = /^(\d+)\.(\d+)(\.gap)?$/.exec(next) ?? []
  return generation === undefined
    ? undefined
    : { generation: Number(generation), at: Number(at), isGap: gap !== undefined }
}
