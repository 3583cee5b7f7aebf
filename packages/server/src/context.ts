import { createHash, createSecretKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type ActionMeans,
  routesOf as actionsRoutes,
  appealForReview,
  bodySweep,
  columnsOf,
  type DeliveryServices,
  deliverAlways,
  endClaims,
  supports,
  WITHHELD_QUEUE,
  withheldForReview,
} from './actions/index.ts'
import { counterNames, type KeptCounters, keptCounters } from './counters/index.ts'
import {
  delivered,
  failed,
  followed,
  judged,
  ledgerAlarm,
  metrics,
  namesKnown,
  thingsStand,
  unknownFields,
} from './events.ts'
import { type Decoder, startDecoder, type WallName, type Walls } from './evidence/decoder/index.ts'
import { routesOf as evidenceRoutes, exposureOf, type MediaVault, makeMediaVault } from './evidence/index.ts'
import { rangeFrom } from './http/address.ts'
import { type App, createApp } from './http/app.ts'
import type { Config } from './http/config.ts'
import { metricsPage, openapiPage, standsPage } from './http/documents.ts'
import { healthPages, Readiness } from './http/health.ts'
import { iconPage } from './http/icon.ts'
import { createLimits } from './http/limits.ts'
import { createLive, type Live } from './http/live.ts'
import { outgoing } from './http/outgoing.ts'
import type { Page, Route } from './http/route.ts'
import { consolePages } from './http/static.ts'
import { backlogGuard, type IntakeServices, routesOf as intakeRoutes, keyedNames, startFollow } from './intake/index.ts'
import { housekeeping, SCHEDULE_QUEUE, type ScheduledTask, startScheduler, startWorker } from './jobs/index.ts'
import { modules } from './modules.ts'
import { type ReceiptFile, pagesOf as usersPages } from './pages/index.ts'
import {
  createPeople,
  makeNameIgnored,
  oneStaff,
  type People,
  routesOf as peopleRoutes,
  signInPages,
  staffLabel,
} from './people/index.ts'
import {
  countRules,
  listsNamed,
  makeRegistry,
  makeSwitchboard,
  makeTally,
  routesOf as policyRoutes,
  type RuleRegistry,
  SWITCH_IDS,
  type Switchboard,
  switchRoutes,
  type Tally,
} from './policy/index.ts'
import {
  BACKTEST_QUEUE,
  backtestHandler,
  makeReplayLog,
  RETRO_QUEUE,
  type ReplayLog,
  routesOf as replayRoutes,
  retroHandler,
  startProgress,
} from './replay/index.ts'
import { createQuiet, type Quiet, routesOf as restoreRoutes } from './restore/index.ts'
import {
  type CaseDesk,
  lifeThreat,
  receiveAppealWork,
  reviewedSince,
  routesOf as reviewRoutes,
  settleHandler,
  shippedLanes,
  withheldHandler,
} from './review/index.ts'
import { createSettings, type Settings, routesOf as settingsRoutes } from './settings/index.ts'
import {
  type ListLibrary,
  learnerProviders,
  type Models,
  makeLibrary,
  makeModels,
  shippedProviders,
  routesOf as signalsRoutes,
} from './signals/index.ts'
import { type Stands, standsOf } from './stands.ts'
import {
  type ChunkSeal,
  defineQuery,
  notWritable,
  openStore,
  type ReadDb,
  type Storage,
  type StorageOptions,
} from './storage/index.ts'
import { fileMasterKey, type Keyring, openKeyring } from './storage/keyring/index.ts'
import { makeSealer } from './storage/sealer.ts'
import { type Affected, openTransparency, PLATFORM, type Transparency } from './transparency/index.ts'
import { pagesOf as logPages } from './transparency/public-log.ts'
import { routesOf as transparencyRoutes } from './transparency/routes.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Version of this software, as in its package. */
export const version: string = JSON.parse(readFileSync(join(here, '../package.json'), 'utf8')).version

export interface ContextOptions {
  readonly config: Config
  readonly demo?: boolean
  /** Compares every answer with the contract. */
  readonly checkAnswers?: boolean
  readonly onFailure?: (thrown: unknown) => void
  /** The server's clock, milliseconds since 1970. */
  readonly now?: () => number
  /** A command or a test that opens the data alone: nobody waits behind its works, so they may take long. */
  readonly patient?: boolean
  /** The built console; `packages/console/dist` by default. */
  readonly consoleFolder?: string
  /** How the database is opened, beyond the settings: what tests choose. */
  readonly storage?: Partial<StorageOptions> & { readonly schema?: string }
  /** Milliseconds between two batches of the log; 300,000 by default. */
  readonly ledgerEveryMs?: number
  /** Ranges that webhooks may reach beside those of the settings; the demo opens its own loopback address. */
  readonly allowNets?: ReadonlyMap<string, readonly string[]>
  /** More pages, such as the demo's. */
  readonly pages?: (context: Parts) => readonly Page[]
  readonly routes?: (context: Parts) => readonly Route[]
}

/** What is built before the app. */
export interface Parts {
  readonly config: Config
  readonly storage: Storage
  readonly keyring: Keyring
  readonly people: People
  readonly transparency: Transparency
  readonly library: ListLibrary
  readonly models: Models
  readonly registry: RuleRegistry
  readonly switchboard: Switchboard
  readonly tally: Tally
  readonly intake: IntakeServices
  readonly replay: ReplayLog
  readonly desk: CaseDesk
  readonly vault: MediaVault
  meansFor(affected: readonly Affected[]): Promise<ActionMeans>
}

export interface Context extends Parts {
  readonly live: Live
  readonly quiet: Quiet
  readonly settings: Settings
  readonly readiness: Readiness
  readonly app: App
  readonly decoder: Decoder
  readonly deliveries: DeliveryServices
  /** What waits, is old or takes room now. */
  stands(): Promise<Stands>
  /** Starts what runs beside the calls: judging, deliveries, jobs, the log. Not while a restored server is quiet. */
  start(): void
  close(): Promise<void>
}

/** Builds everything once, by hand, in this order: storage, subjects, app. Nothing stays open when a part cannot be had. */
export async function openContext(options: ContextOptions): Promise<Context> {
  // The keyring is opened when the folder is ours alone; until then nobody has anything to seal.
  const opening = Promise.withResolvers<Keyring>()
  const seal: ChunkSeal = {
    seal: async (at, bytes) => (await opening.promise).sealStream(at, bytes),
    open: async (sealed) => (await opening.promise).unsealStream(sealed),
  }
  // Read while the database opens.
  const digest = softwareDigest()
  digest.catch(() => undefined)
  const storage = await openStore({ ...storageOf(options), seal }, modules)
  try {
    const keyring = await keyringOf(options)
    opening.resolve(keyring)
    return await build(options, { storage, keyring, digest: await digest })
  } catch (error) {
    await storage.close()
    throw error
  }
}

function keyringOf({ config, now }: ContextOptions): Promise<Keyring> {
  const folder = config.keyring ?? config.data
  return openKeyring(folder, {
    ...(now && { now }),
    ...(config.keyFile !== undefined && {
      master: fileMasterKey(config.keyFile, { make: !existsSync(join(folder, 'keyring.db')) }),
    }),
  })
}

async function build(
  options: ContextOptions,
  { storage, keyring, digest }: { storage: Storage; keyring: Keyring; digest: string },
): Promise<Context> {
  const { config, demo = false } = options
  const clock = options.now && { now: options.now }
  const { store } = storage
  const live = createLive()
  const limits = createLimits()
  const quiet = createQuiet(config.data)
  const readiness = new Readiness()
  readiness.add('database', () => notWritable(store))
  readiness.add('keyring', async () => void (await keyring.make('column', 'health')))
  const now = options.now ?? Date.now
  const sealer = makeSealer(keyring)
  const transparency = await openTransparency(storage, keyring, {
    url: config.url,
    everyMs: options.ledgerEveryMs ?? 300_000,
    software: { version, digest },
    now,
    alarm: (code) => ledgerAlarm(code),
    onProblem: (error) => failed('ledger', error),
  })
  // What came out of a backup may lack acts that were published since: it signs nothing before a person has looked (ledger.md §9).
  if (quiet.state() !== undefined) await transparency.markRestored()
  const { keysFor } = transparency
  const settings = createSettings(store, keysFor)
  const people = createPeople({ store, keyring, url: config.url, recordKeys: () => keysFor([PLATFORM]) })
  const columns = await columnsOf(keyring)
  const meansFor = async (affected: readonly Affected[]): Promise<ActionMeans> => ({
    columns,
    record: await keysFor(affected),
    site: config.url,
  })
  const fingerprintKey = await keyring.use(await keyring.make('column', 'fingerprints'), (key) =>
    key.derive('sealed values'),
  )
  const sealKey = createSecretKey(fingerprintKey)
  const formKey = await keyring.use(await keyring.make('column', 'forms'), (key) => key.derive('form numbers'))
  const library = makeLibrary({ storage, sealer, fingerprintKey, keysFor })
  const counters = keptCounters({ storage, names: counterNames(keyring), now })
  const models = makeModels({ storage, keysFor, onBroken: (error) => failed('models', error) })
  const providers = new Map([...shippedProviders, ...learnerProviders(models)])
  const registry = makeRegistry({ storage, providers: new Set(providers.keys()), counters, now, keysFor })
  const switchboard = makeSwitchboard(storage)
  const tally = makeTally({
    async write(counts) {
      const opened = await store.tx(countRules, { counts, keys: await keysFor([]) })
      if (opened > 0) await registry.load()
    },
    onFailure: (error) => failed('rules', error),
  })
  const decoder = startDecoder()
  const vault = makeMediaVault({ storage, keyring, sealer, decoder })
  const replay = makeReplayLog({
    ...{ storage, keyring, now },
    wished: async () => ({
      kept: Number(await settings.get('replay.days')),
      segment: Number(await settings.get('replay.segmentDays')),
    }),
  })
  const progress = startProgress(() => performance.now())
  const intake: IntakeServices = {
    bench: {
      ...{ rules: registry.live, running: registry.running, tally, counters },
      ...{
        lists: library.book,
        providers,
        vault,
        sealer,
        sealKey,
        switches: () => ({ set: switchboard.now(), at: now() }),
      },
    },
    storage,
    nameOf: keyedNames(sealKey),
    replay,
    meansFor,
    vault,
    onIgnored: unknownFields,
    nameIgnored: makeNameIgnored(store),
    onLate: (error) => failed('gate', error),
    onJudged: ({ key, answer, ruling }, ms) =>
      judged({
        kind: key.split('|')[1] ?? '',
        verdict: answer.verdict,
        ...(ms !== undefined && { ms }),
        unknown: answer.unknown,
        ...(answer.off !== undefined && { off: answer.off }),
        // `starter/name v3`, as a verdict cites them.
        rules: (ruling?.rules ?? []).map((rule) => rule.replace(/^.*\/| v\d+$/g, '')),
      }),
    checkBacklog: backlogGuard(storage.stream),
  }
  const desk: CaseDesk = {
    storage,
    sealer,
    meansFor,
    supported: () => store.read(supportedQuery, null),
    appealOf: (id) => appealOf(store, async () => columns, id),
    withheldOf: (number) => withheldForReview({ store, columns: async () => columns }, number),
    staffWords: async (id) => staffLabel((await store.read(oneStaff, { id })).number),
  }
  const deliveries: DeliveryServices = {
    store,
    wakeup: storage.wakeup,
    outgoing: outgoing({ allowNets: netsOf(config, options) }),
    meansFor,
    now,
    chance: Math.random,
    tell: ({ type, ms }) => delivered(type, ms),
  }
  const parts: Parts = {
    config,
    storage,
    keyring,
    people,
    transparency,
    library,
    models,
    registry,
    switchboard,
    tally,
    intake,
    replay,
    desk,
    vault,
    meansFor,
  }
  await registry.load()
  await switchboard.load()
  await library.load()
  await models.load()
  namesKnown({
    rules: () => ruleNames(registry),
    lists: () => library.book.all().map(({ id }) => id),
    signals: [...providers.keys()],
    switches: SWITCH_IDS,
  })
  const standing = {
    storage,
    now,
    asked: () => askedLists(registry),
    fallen: async () => fallenWalls(await decoder.walls()),
    switches: switchboard.now,
  }
  readiness.add('lists', () => (library.loaded ? undefined : 'the lists are not in memory yet'))
  readiness.add('models', () => models.missing())
  readiness.add('rules', () => void registry.live())
  storage.wakeup.listen((topic) => {
    live.changed(topic)
    // Another process took a step: this one swaps too, and goes on with what it has if that cannot be read.
    if (topic === 'models') models.load().catch((error: unknown) => failed('models', error))
    if (topic === 'switches') switchboard.load().catch((error: unknown) => failed('switches', error))
    if (topic === 'rulesets') registry.load().catch((error: unknown) => failed('rules', error))
  })
  const routes = [
    ...peopleRoutes({
      store,
      people,
      live,
      demo,
      platform: () => settings.get('platform.name'),
      exposure: (staff) => store.read(exposureOf, { staff, since: now() - SHIFT_MS }),
      lifeThreat: () => store.read(lifeThreat, lifeThreatLanes),
    }),
    ...restoreRoutes({ store, quiet }),
    ...intakeRoutes(intake),
    ...reviewRoutes(desk),
    ...evidenceRoutes({ storage, vault, decoder, sealer, keysFor }),
    ...policyRoutes({ storage, registry, tally, reviewed: (since) => store.read(reviewedSince, since), keysFor }),
    ...switchRoutes({ storage, switchboard, keysFor }),
    ...replayRoutes({ storage, registry, progress, keysFor }),
    ...signalsRoutes({ storage, library, harms: () => harmsOf(registry) }),
    ...actionsRoutes({
      store,
      wakeup: storage.wakeup,
      meansFor,
      receiveAppeal: receiveAppealWork,
      now,
      chance: Math.random,
    }),
    ...transparencyRoutes(transparency),
    ...settingsRoutes({ storage, settings }),
    ...(options.routes?.(parts) ?? []),
  ]
  const app = createApp({
    urls: [config.url, ...(config.officerUrl === undefined ? [] : [config.officerUrl])],
    demo,
    identity: people.identity,
    routes,
    pages: [
      ...healthPages(readiness),
      ...signInPages({ store, limits }),
      ...logPages(transparency),
      ...usersPages({
        store,
        meansFor,
        receiveAppeal: receiveAppealWork,
        formKey: async () => formKey,
        receipt: (record) => receiptFile(transparency, record),
        keptTables: () => storage.retention.rules,
        limits,
        platform: async () => ({
          name: await settings.get('platform.name'),
          contact: (await settings.get('platform.contact')) ?? config.url,
          leaveTo: await settings.get('platform.leaveTo'),
        }),
      }),
      ...(options.pages?.(parts) ?? []),
      ...consolePages(options.consoleFolder ?? join(here, '../../console/dist')),
      iconPage,
      openapiPage(routes, config.url, version),
      metricsPage(metrics),
      standsPage(() => standsOf(standing)),
    ],
    trustProxy: config.trustProxy,
    limits,
    ...clock,
    ...(options.checkAnswers && { checkAnswers: true }),
    ...(options.onFailure && { onFailure: options.onFailure }),
  })
  const running: (() => Promise<void>)[] = []
  const stopCounting = metrics.collect(async () => {
    thingsStand(await standsOf(standing))
  })
  return {
    ...parts,
    live,
    quiet,
    settings,
    readiness,
    app,
    decoder,
    deliveries,
    stands: () => standsOf(standing),
    start() {
      const stopping = new AbortController()
      const follower = startFollow(intake, {
        onBatch: followed,
        onPoison: () => failed('follow'),
        onFailure: (error) => failed('follow', error),
      })
      // The folder's lock says that no other process lives: on the embedded database every claim is a dead one's.
      const alone = storage.engine === 'sqlite' ? store.tx(endClaims, undefined) : Promise.resolve()
      const delivering = alone
        .catch((error: unknown) => failed('job', error))
        .then(() => deliverAlways(deliveries, stopping.signal))
      const chores = startScheduler({
        storage,
        tasks: [
          ...housekeeping({ storage, keyring, now }),
          mediaSweep(vault),
          bodySweep(store, now),
          counterSweep(counters, now),
          replayTend(replay),
          switchboard.task,
        ],
        onError: (error) => failed('schedule', error),
      })
      const worker = startWorker({
        storage,
        handlers: {
          'review.settle': settleHandler(desk),
          [WITHHELD_QUEUE]: withheldHandler(desk),
          [BACKTEST_QUEUE]: backtestHandler({ storage, registry, keyring, progress }),
          [RETRO_QUEUE]: retroHandler({ storage, registry, keyring, progress, sealer, sealKey, now, keysFor }),
          [SCHEDULE_QUEUE]: chores.handler,
        },
        // A backtest takes a whole core for a while.
        queues: { [BACKTEST_QUEUE]: { atOnce: 1 }, [RETRO_QUEUE]: { atOnce: 1 } },
        now,
        onEnd: (_queue, end, error) => (end === 'parked' ? failed('job', error) : undefined),
      })
      // A count that could not be written is written the next time.
      const writeCounts = () => tally.flush().catch((error: unknown) => failed('rules', error))
      const counting = setInterval(writeCounts, COUNT_MS).unref()
      const stopLog = transparency.start()
      // Now, so that the first picture does not wait for it.
      void decoder.walls()
      running.push(async () => {
        stopping.abort()
        await Promise.all([follower.stop(), delivering, worker.stop(), chores.stop()])
        clearInterval(counting)
        await writeCounts()
      }, stopLog)
    },
    async close() {
      stopCounting()
      for (const stop of running.splice(0)) await stop()
      live.close()
      decoder.stop()
      await storage.close()
      keyring.close()
    },
  }
}

/** What the live rules' schema can be about; undefined before the first rule set. */
function harmsOf(registry: RuleRegistry): ReadonlySet<string> | undefined {
  try {
    return new Set(registry.live().schema.harms.keys())
  } catch {
    return undefined
  }
}

/** Names of the live rules; none before the first rule set. */
function ruleNames(registry: RuleRegistry): string[] {
  try {
    return registry.live().program.ruleset.rules.map(({ name }) => name)
  } catch {
    return []
  }
}

/** Ids of the lists that the live rules ask; none before the first rule set. */
function askedLists(registry: RuleRegistry): string[] {
  try {
    return listsNamed(registry.live()).map(({ id }) => id)
  } catch {
    return []
  }
}

const fallenWalls = (walls: Walls): WallName[] =>
  (Object.keys(walls) as WallName[]).filter((name) => !walls[name].stands)

/** Between two writings of what rules said. */
const COUNT_MS = 5_000
const SHIFT_MS = 12 * 3_600_000
const lifeThreatLanes = shippedLanes.filter((lane) => lane.lifeThreat).map(({ id }) => id)

const supportedQuery = defineQuery('context.supported', (from: ReadDb) => supports(from))

function netsOf({ allowNets }: Config, options: ContextOptions) {
  const all = new Map([...(allowNets ?? []), ...(options.allowNets ?? [])])
  return new Map([...all].map(([name, ranges]) => [name, ranges.map((range) => rangeFrom(range))]))
}

async function appealOf(
  store: Storage['store'],
  key: () => Promise<Awaited<ReturnType<typeof columnsOf>>>,
  id: string,
) {
  const found = await appealForReview({ store, columns: key }, id)
  if (found === undefined) return undefined
  const { view, account, decision, content } = found
  return {
    id,
    decision,
    account,
    text: view.text,
    at: view.receivedAt,
    notice: { text: content.statement.text, policy: content.policy.name, effects: content.effects },
  }
}

/** What counters no longer need goes, and with it the keys of its names. */
function counterSweep(counters: KeptCounters, now: () => number): ScheduledTask {
  return {
    name: 'counter-sweep',
    when: { every: 3_600_000 },
    missed: 'latest',
    async run() {
      await counters.sweep(now())
      return 'done'
    },
  }
}

/** Segments of the replay log end on time, with their keys, and old lines go. */
function replayTend(replay: ReplayLog): ScheduledTask {
  return {
    name: 'replay-tend',
    when: { every: 3_600_000 },
    missed: 'latest',
    run: async () => `${await replay.tend()} chunks`,
  }
}

/** Files that nothing flagged go with their keys, a minute after what they belong to was judged. */
function mediaSweep(vault: MediaVault): ScheduledTask {
  return {
    name: 'media-sweep',
    when: { every: 60_000 },
    missed: 'latest',
    async run() {
      let total = 0
      for (let count = -1; count !== 0; total += count) count = await vault.sweep()
      return `${total} files`
    },
  }
}

/** SHA-256 over this package's own sources: what serves can be compared with what was published. */
async function softwareDigest(): Promise<string> {
  const names = (await readdir(here, { recursive: true })).filter((name) => name.endsWith('.ts')).sort()
  const hash = createHash('sha256')
  for (const name of names) hash.update(name).update(await readFile(join(here, name)))
  return hash.digest('hex')
}

/** What the notice page offers for download: the proof, or the promise while there is none yet. */
async function receiptFile(transparency: Transparency, record: string): Promise<ReceiptFile> {
  const found = await transparency.receiptOf(record, 'person')
  if (found.state === 'ready') return { state: 'ready', file: found.file }
  return found.state === 'pending' ? { state: 'pending', promise: found.recorded.promise } : { state: 'none' }
}

function storageOf({ config, now, patient, storage }: ContextOptions): Parameters<typeof openStore>[0] {
  const common = {
    by: version,
    ...(now && { now }),
    ...(patient && { limits: { workMs: 10_000, poolWaitMs: 10_000 } }),
    ...storage,
    ...(config.diskFloor !== undefined && 'bytes' in config.diskFloor && { diskFloorBytes: config.diskFloor.bytes }),
  }
  return config.database === 'embedded'
    ? { kind: 'sqlite', folder: config.data, ...common }
    : { kind: 'postgres', url: config.database, blobs: join(config.data, 'blobs'), ...common }
}
