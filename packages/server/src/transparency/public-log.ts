import { gzipSync } from 'node:zlib'
import { KINDS, TILE_WIDTH } from '@lamplighter/ledger'
import { AppError } from '../http/errors.ts'
import { type Page, type PageCall, page } from '../http/route.ts'
import { isStorageError } from '../storage/errors.ts'
import { type LogPath, parseLogPath } from './log-path.ts'
import { logPage } from './page.ts'
import { checkpointOfLog, openEntries, publishedKeys } from './public-store.ts'
import type { Transparency } from './transparency.ts'
import { keysJson, policyText } from './trust.ts'

const YEAR_S = 31_536_000
const IMMUTABLE = `public, max-age=${YEAR_S}, immutable`
const SHORT = 'public, max-age=5'
const OCTETS = 'application/octet-stream'
const TEXT = 'text/plain; charset=utf-8'
const JSON_TYPE = 'application/json'

/** What everyone may read of the log, without signing in (ledger.md §13.1). Nothing beyond the largest signed size is served. */
export function pagesOf(ledger: Transparency): Page[] {
  const declared = { method: 'get', act: 'public', cors: true } as const
  const keys = async () => json(keysJson(await ledger.parts.store.read(publishedKeys, null)))
  const front = async () => logPage(await ledger.states(), ledger.config)
  return [
    page({ ...declared, kind: 'users', path: '/log', handle: front }),
    page({ ...declared, kind: 'users', path: '/log/', handle: front }),
    page({ ...declared, kind: 'plain', path: '/log/keys.json', handle: keys }),
    page({ ...declared, kind: 'plain', path: '/.well-known/lamplighter/keys.json', handle: keys }),
    page({ ...declared, kind: 'plain', path: '/log/kinds.json', handle: async () => json(kindsJson()) }),
    page({
      ...declared,
      kind: 'plain',
      path: '/log/policy',
      handle: async () => text(policyText(await ledger.parts.store.read(publishedKeys, null), ledger.config.url)),
    }),
    page({ ...declared, kind: 'plain', path: '/log/{log}/{file+}', handle: (call) => serveFile(ledger, call) }),
  ]
}

async function serveFile(ledger: Transparency, call: PageCall): Promise<Response> {
  const { log = '', file = '' } = call.params
  // The sealed log has an address too, but nobody gets anything there.
  if (!/^actions(-[1-9]\d*)?$/.test(log)) throw absent()
  const signed = await ledger.parts.store.read(checkpointOfLog, log)
  if (signed === undefined) throw absent()
  if (file === 'checkpoint') return text(signed.text)
  const path = parseLogPath(file)
  if (path === undefined || !isWithin(path, signed.size)) throw absent()
  if (path.kind === 'open') return openings(ledger, signed.origin, path)
  return serveTile(ledger, { origin: signed.origin, path, zip: acceptsGzip(call.raw) })
}

async function serveTile(
  ledger: Transparency,
  asked: { origin: string; path: Exclude<LogPath, { kind: 'open' }>; zip: boolean },
): Promise<Response> {
  const files = ledger.parts.files(asked.origin)
  const { path } = asked
  const bytes = await (path.kind === 'tile'
    ? files.tile(path.level, path.n, path.width)
    : files.bundle(path.n, path.width)
  ).catch((error: unknown) => {
    throw isMissing(error) ? absent() : error
  })
  const headers = { 'content-type': OCTETS, 'cache-control': IMMUTABLE }
  if (path.kind === 'tile') return new Response(Buffer.from(bytes), { headers })
  const varied = { ...headers, vary: 'accept-encoding' }
  if (!asked.zip) return new Response(Buffer.from(bytes), { headers: varied })
  return new Response(gzipSync(bytes), { headers: { ...varied, 'content-encoding': 'gzip' } })
}

async function openings(ledger: Transparency, origin: string, path: LogPath): Promise<Response> {
  const from = path.n * TILE_WIDTH
  const rows = await ledger.parts.store.read(openEntries, { origin, from, to: from + path.width })
  const list = rows.map((row) => `{"index":${row.leaf_index},"opening":${row.opening}}`)
  return new Response(`[${list.join(',')}]`, { headers: { 'content-type': JSON_TYPE, 'cache-control': IMMUTABLE } })
}

/** Whether all hashes or entries of that file are in the tree of that size. */
function isWithin(path: LogPath, size: number): boolean {
  const level = path.kind === 'tile' ? path.level : 0
  return path.n * TILE_WIDTH + path.width <= Math.floor(size / TILE_WIDTH ** level)
}

const isMissing = (error: unknown): boolean =>
  isStorageError(error, 'blob_missing') || (error instanceof Error && 'code' in error && error.code === 'missing_tile')

const acceptsGzip = (request: Request): boolean =>
  /(^|[\s,])gzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(request.headers.get('accept-encoding') ?? '')

const absent = (): AppError => new AppError('not_found', 'The log has no such file, or not yet.')

function text(body: string): Response {
  return new Response(body, { headers: { 'content-type': TEXT, 'cache-control': SHORT } })
}

function json(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: { 'content-type': JSON_TYPE, 'cache-control': SHORT } })
}

function kindsJson(): unknown {
  return { kinds: [...KINDS.values()] }
}
