import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type ParsedEntry, parseEntry, parseRows } from '../lists/parse.ts'
import { accepted, textOf } from './answers.ts'
import { type Ask, ExchangeError, type Page, type Source, type SourceChange, type SourceKind } from './source.ts'

const MANIFEST = '.manifest.json'

const Settings = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .refine((url) => new URL(url).username === '' && new URL(url).hash === '', 'expected no user name and no # part'),
    /** `file`: a list file beside its manifest; `pages`: pages of JSON `{next, upserts, deletes}`. */
    form: z.enum(['file', 'pages']),
    kind: z.enum(['pdq', 'digest']),
  })
  .refine(
    ({ url, form }) =>
      form === 'pages' ||
      new URL(url).pathname.endsWith(`.csv${MANIFEST}`) ||
      new URL(url).pathname.endsWith(`.jsonl${MANIFEST}`),
    {
      path: ['url'],
      message: `expected the address of the manifest, which ends in .csv${MANIFEST} or .jsonl${MANIFEST}`,
    },
  )
type Settings = z.output<typeof Settings>

const secret = z.string().regex(/^[\x21-\x7e]{1,2000}$/)
const Credentials = z.union([
  z.strictObject({ token: secret }),
  z.strictObject({
    username: z.string().regex(/^[^:\p{Cc}]{1,200}$/u),
    password: z.string().regex(/^\P{Cc}{1,200}$/u),
  }),
  z.strictObject({}),
])
type Credentials = z.output<typeof Credentials>

/** A list that somebody serves over HTTP (matching.md §10.2). */
export const http: SourceKind<Settings, Credentials> = {
  id: 'http',
  settings: Settings,
  credentials: Credentials,
  origin: ({ url }) => new URL(url).origin,
  open: (settings, credentials) => {
    const calls = { settings, headers: signIn(credentials) }
    return settings.form === 'file' ? fileSource(calls) : pagesSource(calls)
  },
}

interface Calls {
  readonly settings: Settings
  readonly headers: Readonly<Record<string, string>>
}

function signIn(credentials: Credentials): Readonly<Record<string, string>> {
  if ('token' in credentials) return { authorization: `Bearer ${credentials.token}` }
  if (!('username' in credentials)) return {}
  const { username, password } = credentials
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}` }
}

const Manifest = z.strictObject({
  format: z.literal('lamplighter-hashes/1'),
  list: z.string(),
  kind: z.string(),
  version: z.union([z.number(), z.string()]),
  source: z.string(),
  made: z.string(),
  rows: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/i),
  terms: z.unknown(),
})

const FileCursor = z.strictObject({ etag: z.string().nullable() })
const FileAt = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('manifest'), etag: z.string().nullable() }),
  z.strictObject({ step: z.literal('file'), etag: z.string().nullable(), rows: z.number(), sha256: z.string() }),
])

/** The manifest first: where it is the one of the last pull, nothing is new. Then the file, whole. */
function fileSource(calls: Calls): Source {
  return {
    begin: (cursor) => ({
      at: { step: 'manifest', etag: cursor === undefined ? null : FileCursor.parse(cursor).etag },
      full: true,
    }),
    page(place, ask) {
      const at = FileAt.parse(place)
      return at.step === 'manifest' ? manifestPage(calls, at.etag, ask) : filePage(calls, at, ask)
    },
  }
}

async function manifestPage({ settings, headers }: Calls, etag: string | null, ask: Ask): Promise<Page> {
  const known = etag === null ? {} : { 'if-none-match': etag }
  const answer = await ask({ method: 'GET', url: settings.url, headers: { ...headers, ...known } })
  if (answer.status === 304 && etag !== null) return { ...NOTHING, next: { cursor: { etag }, unchanged: true } }
  const manifest = Manifest.safeParse(jsonOf(textOf(accepted(answer))))
  if (!manifest.success) throw unreadable(`not a manifest (${problemOf(manifest.error)})`)
  const { rows, sha256, kind } = manifest.data
  if (kind !== settings.kind) throw unreadable('the manifest is of a list of another kind')
  return { ...NOTHING, next: { at: { step: 'file', etag: answer.headers.etag ?? null, rows, sha256 } } }
}

async function filePage(
  { settings, headers }: Calls,
  at: { readonly etag: string | null; readonly rows: number; readonly sha256: string },
  ask: Ask,
): Promise<Page> {
  const url = new URL(settings.url)
  url.pathname = url.pathname.slice(0, -MANIFEST.length)
  const answer = accepted(await ask({ method: 'GET', url: url.href, headers }))
  const digest = createHash('sha256').update(answer.body).digest('hex')
  // Somebody puts a new file there while we read: its manifest is asked for again.
  if (digest !== at.sha256.toLowerCase()) throw new ExchangeError('window_over', 'the file is not that of its manifest')
  const text = textOf(answer)
  const lines = text.split(/\r?\n/)
  const changes: SourceChange[] = []
  const bad: Page['bad'][number][] = []
  const type = url.pathname.endsWith('.csv') ? 'text/csv' : 'application/x-ndjson'
  for (const row of parseRows(text, type, settings.kind)) {
    if ('why' in row) bad.push({ raw: new TextEncoder().encode(lines[row.line - 1]), why: row.why })
    else changes.push(putOf(settings, row.entry))
  }
  if (changes.length + bad.length !== at.rows) {
    throw unreadable(`the manifest says ${at.rows} rows, the file holds ${changes.length + bad.length}`)
  }
  return { changes, bad, unmatched: {}, next: { cursor: { etag: at.etag } } }
}

const Body = z.strictObject({
  next: z.string().min(1).max(4000).nullable(),
  upserts: z.array(z.unknown()),
  deletes: z.array(z.unknown()),
})
const text = z.string().max(500)
const Upsert = z.strictObject({
  value: z.string(),
  quality: z.number().optional(),
  source_id: text.min(1).optional(),
  class: text.optional(),
  added: z.string().optional(),
  expires: z.string().optional(),
  tags: z.array(text).optional(),
  note: text.optional(),
})
const Delete = z.union([
  z.strictObject({ source_id: text.min(1), value: z.string().optional() }),
  z.strictObject({ value: z.string() }),
])
const PagesCursor = z.strictObject({ next: z.string().nullable() })
/** `resumed`: this place is the cursor of an earlier pull, so a source that no longer takes it has lost us. */
const PagesAt = z.strictObject({ next: z.string().nullable(), resumed: z.boolean() })

/**
 * Pages of JSON. On each, deletes come before upserts, and name an entry as its upsert did: by `source_id`, or by its value where it had none. The end is a page whose `next` is the one that it was asked by: nothing came after it yet, and the next pull asks from there.
 * `next: null` ends too, and says that the source keeps no place: the next pull asks for everything again.
 */
function pagesSource(calls: Calls): Source {
  return {
    begin(cursor) {
      const next = cursor === undefined ? null : PagesCursor.parse(cursor).next
      return { at: { next, resumed: next !== null }, full: next === null }
    },
    page: (at, ask) => jsonPage(calls, PagesAt.parse(at), ask),
  }
}

async function jsonPage({ settings, headers }: Calls, at: z.output<typeof PagesAt>, ask: Ask): Promise<Page> {
  const url = new URL(settings.url)
  if (at.next !== null) url.searchParams.set('next', at.next)
  const answer = await ask({ method: 'GET', url: url.href, headers })
  if (answer.status === 410 && at.next !== null) {
    throw new ExchangeError(at.resumed ? 'cursor_lost' : 'window_over', 'the place is no longer taken')
  }
  const body = Body.safeParse(jsonOf(textOf(accepted(answer))))
  if (!body.success) throw unreadable(`not a page (${problemOf(body.error)})`)
  const { next, upserts, deletes } = body.data
  const rows = [
    ...deletes.map((row) => dropOf(row) ?? badRow(row, 'expected "source_id" or "value"')),
    ...upserts.map((row) => upsertOf(settings, row)),
  ]
  const isEnd = next === null || next === at.next
  return {
    changes: rows.flatMap((row) => ('op' in row ? [row] : [])),
    bad: rows.flatMap((row) => ('op' in row ? [] : [row])),
    unmatched: {},
    next: isEnd ? { cursor: { next } } : { at: { next, resumed: false } },
  }
}

function dropOf(row: unknown): SourceChange | undefined {
  const said = Delete.safeParse(row)
  if (!said.success) return undefined
  const value = said.data.value?.trim().toLowerCase()
  const sourceId = 'source_id' in said.data ? said.data.source_id : value
  return sourceId === undefined ? undefined : { op: 'drop', sourceId, ...(value !== undefined && { value }) }
}

function upsertOf(settings: Settings, row: unknown): SourceChange | Page['bad'][number] {
  const said = Upsert.safeParse(row)
  if (!said.success) return badRow(row, `not an entry (${problemOf(said.error)})`)
  const { tags, ...rest } = said.data
  const fields = Object.entries({ ...rest, tags: tags?.join(';') }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  )
  const entry = parseEntry(Object.fromEntries(fields), settings.kind)
  return 'why' in entry ? badRow(row, entry.why) : putOf(settings, entry)
}

/** An entry without an id of its source is known by its value. */
function putOf({ kind }: Settings, entry: ParsedEntry): SourceChange {
  return { op: 'put', sourceId: entry.sourceId ?? entry.value, kind, entry }
}

const NOTHING = { changes: [], bad: [], unmatched: {} }
const badRow = (row: unknown, why: string) => ({ raw: new TextEncoder().encode(JSON.stringify(row)), why })
const unreadable = (why: string): ExchangeError => new ExchangeError('unreadable', why)

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw unreadable('the answer is not JSON')
  }
}

/** Which field is wrong: names of ours, never what the other side wrote there. */
const problemOf = ({ issues }: z.ZodError): string => issues[0]?.path.map(String).join('.') || 'its shape'
