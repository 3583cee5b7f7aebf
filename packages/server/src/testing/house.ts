import { readFileSync } from 'node:fs'
import type { Role } from '@lamplighter/api'
import { sql } from 'kysely'
import { openSecret } from '../actions/connections.store.ts'
import { addConnection, deliverDue, WITHHELD_QUEUE } from '../actions/index.ts'
import { Receiver } from '../actions/testing/platform.ts'
import { type Context, type ContextOptions, openContext } from '../context.ts'
import { ERASURE_QUEUE, erasureHandler } from '../erasure/index.ts'
import { loadConfig } from '../http/config.ts'
import { FOLLOW, type FollowEvents, followOnce } from '../intake/index.ts'
import { LOOK_BACK_QUEUE } from '../lookback/index.ts'
import { settleHandler, withheldHandler } from '../review/index.ts'
import { defineQuery, partitionLease, type ReadDb } from '../storage/index.ts'
import { type Place, postgres, sqlite, type TestEngine } from '../storage/testing/engines.ts'
import { putLists } from './listed.ts'
import { type Answered, type Caller, type CallOptions, type Person, signedIn } from './person.ts'
import { operatorDoer } from './server.ts'
import { LIST_KEY } from './term-files.ts'

export { CSAM, LISTED, pdqOf, picture, TERROR } from './listed.ts'
export { freshId, messageOf, reportOf, uploadOf } from './made-events.ts'
export type { Answered, CallOptions, Person } from './person.ts'

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
const SCOPES = [
  ...(['screen', 'events', 'reports', 'appeals', 'actions', 'policies', 'accounts', 'metrics'] as const),
  ...(['hash', 'match', 'compat.hma', 'compat.hma.write'] as const),
] as const
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
  /** Hosts from which files are fetched by address. */
  readonly mediaHosts?: string
  /** Connections that may reach loopback beside `webhook:main`. */
  readonly mediaNets?: readonly string[]
  /** Whether pictures of rarer forms and videos are decoded; on if not said. */
  readonly decoderNative?: 'off'
  /** The most MiB of one video. */
  readonly videoMib?: number
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
        env: {
          ...(database !== undefined && { LAMPLIGHTER_DATABASE: database }),
          LAMPLIGHTER_LIST_KEYS: LIST_KEY,
          ...(options.videoMib !== undefined && { LAMPLIGHTER_VIDEO_MIB: String(options.videoMib) }),
          ...(options.decoderNative !== undefined && { LAMPLIGHTER_DECODER_NATIVE: options.decoderNative }),
          ...(options.mediaHosts !== undefined && { LAMPLIGHTER_MEDIA_HOSTS: options.mediaHosts }),
        },
        flags: { data: place.folder, log: 'silent' },
        folder: place.folder,
      }).config,
      checkAnswers: true,
      demo: options.demo ?? false,
      patient: true,
      onFailure: (thrown) => failures.push(thrown),
      now: () => clock.now,
      allowNets: new Map(['webhook:main', ...(options.mediaNets ?? [])].map((name) => [name, ['127.0.0.0/8']])),
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
      untaught: true,
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
    const isJson = /[/+]json\b/.test(answer.headers.get('content-type') ?? '')
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

  const person = (...roles: Role[]): Promise<Person> => signedIn({ people: () => context.people, clock, send }, roles)

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
      const handlers = {
        'review.settle': settleHandler(context.desk),
        [WITHHELD_QUEUE]: withheldHandler(context.desk),
        [ERASURE_QUEUE]: erasureHandler(context.erasure),
        [LOOK_BACK_QUEUE]: context.looksBack,
      }
      for (const [queue, handler] of Object.entries(handlers)) {
        for (const job of await jobs.claim(queue, 100, 60_000)) {
          const end = await handler(job, { signal: AbortSignal.timeout(60_000), claimed: () => job })
          if (end === 'done') await jobs.complete(job)
          else if (typeof end === 'object' && 'retryAt' in end) await jobs.retry(job, end.why, end.retryAt)
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
