import { readFileSync } from 'node:fs'
import type { Role } from '@lamplighter/api'
import { hashPicture } from '@lamplighter/matching'
import { sql } from 'kysely'
import { openSecret } from '../actions/connections.store.ts'
import { addConnection, deliverDue, WITHHELD_QUEUE } from '../actions/index.ts'
import { Receiver } from '../actions/testing/platform.ts'
import { type Context, type ContextOptions, openContext } from '../context.ts'
import { loadConfig } from '../http/config.ts'
import { randomToken } from '../http/crypto.ts'
import { FOLLOW, type FollowEvents, followOnce } from '../intake/index.ts'
import { settleHandler, withheldHandler } from '../review/index.ts'
import { drawSynthetic, type SampleKind } from '../signals/sample-pictures.ts'
import { encodePng } from '../signals/sample-png.ts'
import { defineQuery, partitionLease, type ReadDb } from '../storage/index.ts'
import { type Place, postgres, sqlite, type TestEngine } from '../storage/testing/engines.ts'
import { operatorDoer } from './server.ts'

/** What a call was answered. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  /** As sent. */
  readonly text: string
  readonly bytes: Uint8Array
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails where it is not there
  readonly body: any
}

export interface CallOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

type Caller = (method: string, path: string, options?: CallOptions) => Promise<Answered>

/** Somebody of the staff, signed in. */
export interface Person {
  readonly id: string
  /** `R-7`. */
  readonly label: string
  /** What their browser sends with each call. */
  readonly credentials: Readonly<Record<string, string>>
  call: Caller
  /** Signs in again, when the session has ended. */
  signIn(): Promise<void>
  /** Claims the case that is due first in a lane and opens it. */
  next(lane: string): Promise<Answered['body']>
  /** Claims a case by number and opens it. */
  take(number: number): Promise<Answered['body']>
  decide(opened: { number: number; revision: number }, choice: string, more?: object): Promise<Answered>
}

/** A whole Lamplighter on an empty place, with the starter rules, a platform with a key, a webhook receiver, and a clock that the test moves. */
export interface House {
  readonly context: Context
  readonly clock: { now: number }
  readonly receiver: Receiver
  readonly place: Place
  /** Faults of ours that became a 500. */
  readonly failures: unknown[]
  /** Calls as the platform. */
  readonly platform: Caller
  /** What the platform sends with its calls. */
  readonly credentials: Readonly<Record<string, string>>
  /** Calls as nobody: a person with a link, an outsider. */
  readonly visit: Caller
  screen(event: object, headers?: Readonly<Record<string, string>>): Promise<Answered>
  report(event: object): Promise<Answered>
  putPicture(id: string, bytes: Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Answered>
  /** Adds a person with these roles and signs them in. */
  person(...roles: Role[]): Promise<Person>
  /** Judges what waits in the stream. Gives how many records became unjudged cases. */
  follow(): Promise<number>
  /** Lets time pass, runs the jobs that are due, and sends what is due. */
  pass(ms: number): Promise<void>
  /** The row of the case that was opened last. */
  newestCase(): Promise<Record<string, unknown>>
  /** Rows of a table in no order, read past everything. */
  rows(table: string): Promise<Record<string, unknown>[]>
  /** Closes everything and opens it again on the same place. @param meanwhile runs while nothing is open */
  reopen(storage?: ContextOptions['storage'], meanwhile?: () => Promise<unknown>): Promise<void>
  close(): Promise<void>
}

const allRows = defineQuery(
  'test.all-rows',
  // In the order in which they were made: SQLite gives that by itself, PostgreSQL by the key, which begins with the time or counts up.
  ({ db, engine }: ReadDb, name: string): Promise<Record<string, unknown>[]> =>
    db
      .selectFrom(name as 'cases')
      .selectAll()
      .$if(engine === 'postgres', (query) => query.orderBy(sql`1`))
      .execute() as Promise<unknown> as Promise<Record<string, unknown>[]>,
)

/** What stands on the lists of the house: terms, a domain, and two pictures. */
export const LISTED = {
  threat_terms: 'will regret it',
  blackmail_terms: 'or else',
  meeting_terms: 'bring nobody',
  proscribed_orgs: 'Example Front',
  bad_domains: 'prize.example',
} as const
export const CSAM = ['hatched', 1] as const
export const TERROR = ['pattern', 7] as const

const DOES = [
  'remove',
  'restore',
  'hold',
  'release',
  'label',
  'unlabel',
  'limit',
  'unlimit',
  'warn',
  'suspend',
  'unsuspend',
] as const
const SCOPES = ['screen', 'events', 'reports', 'appeals', 'actions', 'policies', 'accounts', 'metrics'] as const
const wick = (name: string): string =>
  readFileSync(new URL(import.meta.resolve(`@lamplighter/rules/wick/${name}`)), 'utf8')

// The same tests on the other engine: `LAMPLIGHTER_TEST_ENGINE=postgres`.
const engineOfRun = process.env.LAMPLIGHTER_TEST_ENGINE === 'postgres' ? postgres : sqlite

export interface HouseOptions {
  readonly engine?: TestEngine
  readonly storage?: ContextOptions['storage']
  /** Another way to the database of the place. */
  readonly database?: (place: Place) => string | undefined
  /** `null`: none is live yet. */
  readonly rules?: string | null
  readonly demo?: boolean
  /** Without the lists of the starter rules: all of them are down. */
  readonly bare?: boolean
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const place = await (options.engine ?? engineOfRun).place()
  const database = options.database?.(place) ?? place.url
  const clock = { now: Date.UTC(2026, 5, 1, 9) }
  const failures: unknown[] = []
  const open = (storage: ContextOptions['storage'] = {}): Promise<Context> =>
    openContext({
      config: loadConfig({
        env: database === undefined ? {} : { LAMPLIGHTER_DATABASE: database },
        flags: { data: place.folder, log: 'silent' },
        folder: place.folder,
      }).config,
      checkAnswers: true,
      demo: options.demo ?? false,
      patient: true,
      onFailure: (thrown) => failures.push(thrown),
      now: () => clock.now,
      allowNets: new Map([['webhook:main', ['127.0.0.0/8']]]),
      consoleFolder: place.folder,
      storage: {
        partitions: 2,
        ...options.storage,
        ...storage,
        ...(place.schema !== undefined && { schema: place.schema }),
      },
    })
  let context = await open()
  const receiver = await Receiver.open()
  if (options.rules !== null) {
    await context.registry.put({
      text: options.rules ?? wick('starter.wick'),
      schemaText: wick('chat.schema.wick'),
      reason: 'the rules of the house',
      doer: operatorDoer,
      seen: 'all',
    })
  }
  if (options.bare !== true) await putLists(context)
  const means = await context.meansFor([])
  const made = await context.storage.store.tx(addConnection, {
    wish: { name: 'main', kind: 'webhook', url: receiver.url, does: [...DOES] },
    means,
  })
  receiver.secrets = [openSecret(means.columns, made.id, made.secret) ?? '']
  const { key } = await context.people.newKey({
    name: 'test',
    connection: 'main',
    scopes: [...SCOPES],
    days: 300,
    doer: operatorDoer,
  })

  const send = async (
    method: string,
    path: string,
    given: CallOptions,
    own: Record<string, string>,
  ): Promise<Answered> => {
    const raw = given.body instanceof Uint8Array || typeof given.body === 'string'
    const body = given.body === undefined ? undefined : raw ? given.body : JSON.stringify(given.body)
    const answer = await context.app.fetch(
      new Request(new URL(path, context.config.url), {
        method,
        redirect: 'manual',
        ...(body !== undefined && { body: body as string | Uint8Array<ArrayBuffer>, duplex: 'half' }),
        headers: { ...(raw ? {} : { 'content-type': 'application/json' }), ...own, ...given.headers },
      }),
    )
    const bytes = new Uint8Array(await answer.arrayBuffer())
    const text = new TextDecoder().decode(bytes)
    const isJson = (answer.headers.get('content-type') ?? '').includes('json')
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      bytes,
      body: isJson ? JSON.parse(text) : bytes,
    }
  }
  const credentials = { authorization: `Bearer ${key}` }
  const visit: Caller = (method, path, given = {}) => send(method, path, given, {})
  const platform: Caller = (method, path, given = {}) => send(method, path, given, credentials)

  const person = async (...roles: Role[]): Promise<Person> => {
    // One address signs in ten times a minute at most.
    clock.now += 6_001
    const invited = await context.people.invite({ name: 'Somebody', roles, kind: 'invite', doer: operatorDoer })
    const cookieFor = async (link: string): Promise<string> => {
      const opened = await send('POST', new URL(link).pathname, {}, {})
      const given = opened.headers.getSetCookie()[0]?.split(';', 1)[0]
      if (given === undefined) throw new Error(`signing in was answered ${opened.status} ${opened.text}`)
      return given
    }
    const own = { cookie: await cookieFor(invited.link), 'sec-fetch-site': 'same-origin' }
    const call: Caller = (method, path, given = {}) =>
      send(method, path, given, {
        ...own,
        ...(method === 'GET' ? {} : { 'idempotency-key': randomToken(128) }),
      })
    const me = await call('GET', '/v1/me')
    const read = async (number: number) => (await call('GET', `/v1/cases/${number}`)).body
    return {
      id: invited.id,
      label: me.body.staff,
      credentials: own,
      call,
      async signIn() {
        clock.now += 6_001
        const wish = { id: invited.id, reason: 'again', kind: 'invite', doer: operatorDoer } as const
        own.cookie = await cookieFor((await context.people.relink(wish)).link)
      },
      async next(lane) {
        const { body } = await call('POST', `/v1/lanes/${lane}/next`, { body: {} })
        if (typeof body.number !== 'number') throw new Error(`lane ${lane} gave ${JSON.stringify(body)}`)
        return read(body.number)
      },
      async take(number) {
        const answer = await call('POST', `/v1/cases/${number}/claim`, { body: {} })
        if (answer.status !== 200) throw new Error(`claiming ${number} was answered ${answer.status} ${answer.text}`)
        return read(number)
      },
      decide: ({ number, revision }, choice, more = {}) =>
        call('POST', `/v1/cases/${number}/decisions`, {
          body: {
            choice,
            policy: 'HAR-1',
            reasonCode: 'insult',
            statement: choice === 'none' ? null : { language: 'en', text: 'This is not allowed here.' },
            ...more,
          },
          headers: { 'if-match': `"${revision}"` },
        }),
    }
  }

  const watch = { poison: 0 }
  const on: FollowEvents = {
    onBatch: () => undefined,
    onPoison: () => {
      watch.poison += 1
    },
    onFailure: (error) => failures.push(error),
  }
  const deliver = async (): Promise<void> => {
    while ((await deliverDue(context.deliveries)) > 0);
  }
  return {
    get context() {
      return context
    },
    clock,
    receiver,
    place,
    failures,
    platform,
    credentials,
    visit,
    // A busy machine may need longer than the gate's 200 ms; a test of the deadline names its own wait.
    screen: (event, headers) =>
      platform('POST', '/v1/screen', { body: event, headers: { prefer: 'wait=10', ...headers } }),
    report: (event) => platform('POST', '/v1/reports', { body: event }),
    putPicture: (id, bytes, headers) =>
      platform('PUT', `/v1/media/${id}?audience=public`, {
        body: bytes,
        headers: { 'content-type': 'image/png', prefer: 'wait=10', ...headers },
      }),
    person,
    async follow() {
      const { stream, leases } = context.storage
      const before = watch.poison
      for (let part = 0; part < stream.partitions; part += 1) {
        const fence = await leases.acquire(partitionLease(FOLLOW, part), 60_000)
        if (fence === undefined) throw new Error('somebody else judges the stream')
        while ((await followOnce(context.intake, fence, on)) > 0);
        await leases.release(fence)
      }
      return watch.poison - before
    },
    async pass(ms) {
      clock.now += ms
      const { jobs } = context.storage
      const handlers = { 'review.settle': settleHandler(context.desk), [WITHHELD_QUEUE]: withheldHandler(context.desk) }
      for (const [queue, handler] of Object.entries(handlers)) {
        for (const job of await jobs.claim(queue, 100, 60_000)) {
          await handler(job, { signal: AbortSignal.timeout(60_000), claimed: () => job })
          await jobs.complete(job)
        }
      }
      await deliver()
    },
    async newestCase() {
      const rows = await context.storage.store.read(allRows, 'cases')
      return rows.toSorted((a, b) => Number(a.number) - Number(b.number)).at(-1) ?? {}
    },
    rows: (table) => context.storage.store.read(allRows, table),
    async reopen(storage, meanwhile) {
      await context.close()
      await meanwhile?.()
      context = await open(storage)
    },
    async close() {
      receiver.close()
      await context.close()
      await place.remove()
    },
  }
}

async function putLists(context: Context): Promise<void> {
  const put = (id: string, kind: 'text' | 'domain' | 'pdq' | 'digest', harm: string, text: string) =>
    context.library.import({
      facts: {
        id,
        kind,
        harm,
        sealed: id.startsWith('csam') || id === 'terror_media',
        context: id === 'proscribed_orgs',
        source: 'test',
        staleAfterMs: null,
      },
      text,
      contentType: 'text/plain',
      by: 'operator',
    })
  const { threat_terms, blackmail_terms, meeting_terms, proscribed_orgs, bad_domains } = LISTED
  await put('threat_terms', 'text', 'threat_to_life', threat_terms)
  await put('blackmail_terms', 'text', 'intimate_images', blackmail_terms)
  await put('meeting_terms', 'text', 'csea', meeting_terms)
  await put('proscribed_orgs', 'text', 'terrorism', proscribed_orgs)
  await put('bad_domains', 'domain', 'malware', bad_domains)
  await put('csam_media', 'pdq', 'csea', pdqOf(CSAM))
  await put('terror_media', 'pdq', 'terrorism', pdqOf(TERROR))
  await put('csam_digests', 'digest', 'csea', '0'.repeat(64))
}

type Sample = readonly [kind: SampleKind, seed: number]

export function pdqOf([kind, seed]: Sample): string {
  const { width, height, data } = drawSynthetic(kind, seed, 512)
  const hashed = hashPicture({ width, height, channels: 4, data }, 'full')
  if ('none' in hashed) throw new Error('a drawn picture has no hash')
  return hashed.pdq
}

/** A made-up picture as a PNG file. */
export const picture = ([kind, seed]: Sample, side = 512): Uint8Array => encodePng(drawSynthetic(kind, seed, side))

let count = 0
/** An id that no other event of this run has. */
export function freshId(): string {
  count += 1
  return `x${count}`
}

/** A message of one adult to another, who do not know each other. */
export function messageOf(text: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const id = typeof more.id === 'string' ? more.id : freshId()
  return {
    kind: 'message',
    id,
    occurred_at: '2026-06-01T09:00:00.000Z',
    actor: { id: 'kestrel', age: 86_400_000 * 400, age_band: 'adult', age_source: 'declared', kind: 'person' },
    target: { id: 'plover', age_band: 'adult', kind: 'person' },
    tie: { connected: false, first_contact: true },
    // Content is read where everybody may see it; what is private has tests of its own.
    room: { id: 'square', type: 'forum', audience: 'public' },
    item: { id, text },
    ...more,
  }
}

/** A report of the item with this id. */
export function reportOf(item: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const id = typeof more.id === 'string' ? more.id : freshId()
  return {
    kind: 'report',
    id,
    occurred_at: '2026-06-01T09:00:00.000Z',
    actor: { id: `reporter-${id}` },
    target: { id: 'kestrel' },
    item: { id: item },
    report: { id, harm: 'harassment' },
    ...more,
  }
}

/** An upload of files that were handed in before. */
export function uploadOf(...files: (string | object)[]): Record<string, unknown> {
  return {
    kind: 'upload',
    id: freshId(),
    occurred_at: '2026-06-01T09:00:00.000Z',
    actor: { id: 'kestrel', kind: 'person' },
    room: { id: 'square', type: 'forum', audience: 'public' },
    media: files.map((file) => (typeof file === 'string' ? { id: file, type: 'image/png' } : file)),
  }
}
