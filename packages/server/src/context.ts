import { createSecretKey } from 'node:crypto'
import { join } from 'node:path'
import { type ActionMeans, columnsOf, type DeliveryServices } from './actions/index.ts'
import { makeDesk } from './case-desk.ts'
import { importTask } from './chores.ts'
import { hmaPages } from './compat/hma/index.ts'
import { counterNames, type KeptCounters, keptCounters } from './counters/index.ts'
import {
  ERASURE_QUEUE,
  type ErasureServices,
  erasureHandler,
  routesOf as erasureRoutes,
  honourErasures,
} from './erasure/index.ts'
import {
  canaryHit,
  delivered,
  exchangePulled,
  failed,
  fetchFailed,
  indexMerged,
  judged,
  ledgerAlarm,
  listRefused,
  listsHit,
  snapshotRefused,
  unknownFields,
} from './events.ts'
import { type Decoder, emptyFolder, startDecoder } from './evidence/decoder/index.ts'
import { MEDIA_TIMES, type MediaVault, makeMediaFetcher, makeMediaVault } from './evidence/index.ts'
import { makeFace } from './face.ts'
import { followOthers } from './followed.ts'
import { indexStands, thingsStand } from './gauges.ts'
import type { App } from './http/app.ts'
import type { Config } from './http/config.ts'
import { Readiness } from './http/health.ts'
import { createLive, type Live } from './http/live.ts'
import { outgoing } from './http/outgoing.ts'
import type { Page, Route } from './http/route.ts'
import {
  archiveReader,
  backlogGuard,
  Flights,
  FOLLOW,
  type IntakeServices,
  keyedNames,
  takenByNow,
} from './intake/index.ts'
import { decoderEvents, indexLookedUp } from './matching-metrics.ts'
import { metrics, namesKnown } from './metrics.ts'
import { modules } from './modules.ts'
import { createPeople, makeNameIgnored, type People } from './people/index.ts'
import { keyringOf, netsOf, type PlaceOptions, storageOf } from './places.ts'
import {
  askedLists,
  countRules,
  declaredList,
  harmsOf,
  makeRegistry,
  makeSwitchboard,
  makeTally,
  type RuleRegistry,
  ruleNames,
  SWITCH_IDS,
  type Switchboard,
  shippedPolicies,
  type Tally,
} from './policy/index.ts'
import {
  BACKFILL,
  BACKTEST,
  backfillHandler,
  backtestHandler,
  makeReplayLog,
  makeUploads,
  RETRO,
  type ReplayLog,
  routesOf as replayRoutes,
  retroHandler,
  startProgress,
  type Uploads,
} from './replay/index.ts'
import { createQuiet, type Quiet } from './restore/index.ts'
import type { CaseDesk } from './review/index.ts'
import { startRunning } from './running.ts'
import { createSettings, type Settings } from './settings/index.ts'
import {
  EXCHANGE_TIMES,
  type Exchanges,
  exchangeRoutes,
  makeExchanges,
  PULL_QUEUE,
  PUSH_QUEUE,
} from './signals/exchanges/index.ts'
import {
  allLists,
  allowedHarms,
  directRoutes,
  type Entries,
  entryRoutes,
  type Imports,
  importRoutes,
  type ListLibrary,
  learnerProviders,
  type Models,
  makeCodec,
  makeEntries,
  makeEntryDesk,
  makeImports,
  makeLibrary,
  makeMatchDesk,
  makeMeasures,
  makeModels,
  makeTermFiles,
  modelRoutes,
  shippedProviders,
  termFileTaker,
} from './signals/index.ts'
import { softwareDigest, version } from './software.ts'
import { fallenWalls, type Stands, standsOf } from './stands.ts'
import { type ChunkSeal, notWritable, openStore, type Storage } from './storage/index.ts'
import type { Keyring } from './storage/keyring/index.ts'
import { makeSealer } from './storage/sealer.ts'
import { type Affected, openTransparency, PLATFORM, type Transparency } from './transparency/index.ts'

export interface ContextOptions extends PlaceOptions {
  readonly demo?: boolean
  /** Compares every answer with the contract. */
  readonly checkAnswers?: boolean
  readonly onFailure?: (thrown: unknown) => void
  /** The built console; `packages/console/dist` by default. */
  readonly consoleFolder?: string
  /** Milliseconds between two batches of the log; 300,000 by default. */
  readonly ledgerEveryMs?: number
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
  readonly imports: Imports
  readonly exchanges: Exchanges
  readonly entries: Entries
  readonly models: Models
  readonly registry: RuleRegistry
  readonly counters: KeptCounters
  readonly switchboard: Switchboard
  readonly tally: Tally
  readonly intake: IntakeServices
  readonly replay: ReplayLog
  readonly uploads: Uploads
  readonly desk: CaseDesk
  readonly vault: MediaVault
  readonly erasure: ErasureServices
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

async function build(
  options: ContextOptions,
  { storage, keyring, digest }: { storage: Storage; keyring: Keyring; digest: string },
): Promise<Context> {
  const { config } = options
  const { store } = storage
  const live = createLive()
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
  const entries = makeEntries(storage, fingerprintKey)
  const library = makeLibrary({
    ...{ storage, sealer, fingerprintKey, keysFor, keyring, now, entries },
    indexFolder: join(config.data, 'index'),
    events: {
      onMerged: indexMerged,
      onLookup: indexLookedUp,
      onRefused: snapshotRefused,
      onFailure: (error) => failed('index', error),
      onCanary: canaryHit,
    },
  })
  const codec = makeCodec(sealer, fingerprintKey)
  const imports = makeImports({ storage, keyring, library, now, onFailure: (error) => failed('index', error) })
  const exchanges = makeExchanges({
    ...{ storage, sealer, codec, keysFor, now, lists: library, chance: Math.random },
    outgoing: outgoing({ allowNets: netsOf(options), times: EXCHANGE_TIMES }),
    contentKey: fingerprintKey,
    tell: exchangePulled,
  })
  const measures = makeMeasures({ storage, book: library.book, entries: entries.book })
  const entryDesk = makeEntryDesk({
    ...{ storage, sealer, codec, entries, library, now, keysFor },
    onFailure: (error) => failed('index', error),
  })
  const counters = keptCounters({ storage, names: counterNames(keyring), now })
  const models = makeModels({ storage, keysFor, onBroken: (error) => failed('models', error) })
  const providers = new Map([...shippedProviders, ...learnerProviders(models)])
  const outside = async () => {
    const lists = (await store.read(allLists, undefined)).map((row) => [row.id, row] as const)
    const harms = new Map(lists.map(([id, row]) => [id, allowedHarms(row)]))
    const properties = new Map(lists.map(([id, row]) => [id, { sealed: row.sealed === 1, context: row.context === 1 }]))
    const of = { harmsOf: (list: string) => harms.get(list), propertiesOf: (list: string) => properties.get(list) }
    const dsaNotices = (await settings.get('eu.dsa.notices')) === 'on'
    return { ...of, dsaNotices, policies: shippedPolicies }
  }
  const registry = makeRegistry({ storage, providers: new Set(providers.keys()), counters, outside, now, keysFor })
  const termFiles = makeTermFiles({
    ...{ storage, library, keys: config.listKeys, onRefused: listRefused },
    declaredAs: (list) => declaredList(registry, list),
  })
  const switchboard = makeSwitchboard(storage)
  const tally = makeTally({
    async write(counts) {
      const opened = await store.tx(countRules, { counts, keys: await keysFor([]) })
      if (opened > 0) await registry.load()
    },
    onFailure: (error) => failed('rules', error),
  })
  const videoBytes = config.videoMib * 2 ** 20
  const decoder = startDecoder({
    native: config.decoderNative,
    prefer: config.decoderPrefer,
    ...(config.decoders !== undefined && { children: config.decoders }),
    folder: await emptyFolder(join(config.data, 'decoding')),
    events: decoderEvents,
  })
  const fetcher = makeMediaFetcher({
    outgoing: outgoing({ allowNets: netsOf(options), times: MEDIA_TIMES }),
    hosts: config.mediaHosts,
    onFailure: fetchFailed,
  })
  const vault = makeMediaVault({ storage, keyring, sealer, decoder, fetcher, videoBytes, now })
  const replay = makeReplayLog({
    ...{ storage, keyring, now },
    wished: async () => ({
      kept: Number(await settings.get('replay.days')),
      segment: Number(await settings.get('replay.segmentDays')),
    }),
  })
  const progress = startProgress(() => performance.now())
  const nameOf = keyedNames(sealKey)
  const bench: IntakeServices['bench'] = {
    ...{ rules: registry.live, running: registry.running, tally, counters },
    ...{ lists: library.book, entries, trials: library.trials, providers, vault, sealer, sealKey },
    switches: () => ({ set: switchboard.now(), at: now() }),
  }
  const uploads = makeUploads({ storage, keyring, reader: archiveReader(bench, nameOf) })
  const erasure: ErasureServices = { storage, keyring, sealer, vault, counters, replay, uploads, transparency, now }
  // Before anybody is answered: a copy of the data may have brought back who was erased since (ledger.md §12.1).
  await honourErasures(erasure)
  // An embedded database has one process, so nobody else is taking a file.
  if (config.database === 'embedded') await vault.tidy()
  const intake: IntakeServices = {
    bench,
    storage,
    nameOf,
    flights: new Flights(),
    replay,
    meansFor,
    vault,
    onIgnored: unknownFields,
    nameIgnored: makeNameIgnored(store),
    onLate: (error) => failed('gate', error),
    onJudged: ({ key, answer, ruling }, ms) => {
      listsHit(ruling?.signals ?? [])
      judged({
        kind: key.split('|')[1] ?? '',
        verdict: answer.verdict,
        ...(ms !== undefined && { ms }),
        unknown: answer.unknown,
        ...(answer.off !== undefined && { off: answer.off }),
        // `starter/name v3`, as a verdict cites them.
        rules: (ruling?.rules ?? []).map((rule) => rule.replace(/^.*\/| v\d+$/g, '')),
      })
    },
    videoBytes,
    checkBacklog: backlogGuard(storage.stream),
  }
  const desk = makeDesk({ storage, sealer, columns, meansFor })
  const deliveries: DeliveryServices = {
    store,
    wakeup: storage.wakeup,
    outgoing: outgoing({ allowNets: netsOf(options) }),
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
    imports,
    exchanges,
    entries,
    models,
    registry,
    counters,
    switchboard,
    tally,
    intake,
    replay,
    uploads,
    desk,
    vault,
    erasure,
    meansFor,
  }
  const others = followOthers({
    entries: () => entries.load(),
    lists: () => library.refresh(),
    models: () => models.load(),
    rulesets: () => registry.load(),
    switches: () => switchboard.load(),
  })
  // Before anything is loaded: what changes meanwhile is loaded again.
  storage.wakeup.listen((topic) => {
    live.changed(topic)
    others.hear(topic)
  })
  await registry.load()
  await switchboard.load()
  await library.load()
  // Not waited for: a list that is long is loaded while the server answers.
  entryDesk.resume().catch((error: unknown) => failed('index', error))
  imports.resume().catch((error: unknown) => failed('index', error))
  await models.load()
  others.begin()
  namesKnown({
    rules: () => ruleNames(registry),
    lists: () => library.book.all().map(({ id }) => id),
    exchanges: exchanges.names,
    signals: [...providers.keys()],
    switches: SWITCH_IDS,
  })
  const stands = async () => {
    const fallen = async () => fallenWalls(await decoder.walls())
    const { native, video } = decoder
    const asked = () => askedLists(registry)
    return standsOf({ storage, now, asked, fallen, native, video, switches: switchboard.now })
  }
  readiness.add('lists', () => (library.loaded ? undefined : 'the lists are not in memory yet'))
  readiness.add('models', () => models.missing())
  readiness.add('rules', () => void registry.live())
  const matchDesk = makeMatchDesk({ storage, library, decoder, fetcher })
  const harms = () => [...(harmsOf(registry) ?? [])]
  const hma = { ...{ desk: matchDesk, entryDesk, codec, library, exchanges, storage, harms }, chance: Math.random }
  const app = makeFace(
    { ...parts, measures, sealer, settings, decoder, live, quiet, readiness, formKey, stands },
    {
      routes: [
        ...replayRoutes({ storage, registry, keyring, progress, uploads, keysFor }),
        ...modelRoutes({ store }),
        ...importRoutes({
          ...{ storage, imports, harms: () => harmsOf(registry) },
          takeTermFile: termFileTaker({ termFiles, harms: () => harmsOf(registry) }),
        }),
        ...directRoutes(matchDesk),
        ...exchangeRoutes({ storage, exchanges, measures }),
        ...erasureRoutes(erasure),
        ...entryRoutes({ storage, entries, desk: entryDesk, codec, keysFor }),
        ...(options.routes?.(parts) ?? []),
      ],
      pages: [...hmaPages(hma), ...(options.pages?.(parts) ?? [])],
    },
    options,
  )
  const running: (() => Promise<void>)[] = []
  const stopCounting = metrics.collect(async () => {
    indexStands(library.pictures.shared.index)
    thingsStand(await stands())
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
    stands,
    start() {
      const long = {
        [ERASURE_QUEUE]: erasureHandler(erasure),
        [PULL_QUEUE]: exchanges.handler,
        [PUSH_QUEUE]: exchanges.pushHandler,
        [BACKTEST.queue]: backtestHandler({ storage, registry, keyring, progress, uploads }),
        [RETRO.queue]: retroHandler({
          ...{ storage, registry, keyring, progress, uploads },
          ...{ sealer, sealKey, now, keysFor },
        }),
        [BACKFILL.queue]: backfillHandler({
          ...{ storage, registry, keyring, progress, counters, now },
          takenByNow: () => takenByNow({ flights: intake.flights, stream: storage.stream }, FOLLOW),
          changedAt: () => settings.changedAt('replay.days', 'replay.segmentDays'),
        }),
      }
      const beside = {
        storage,
        keyring,
        intake,
        library,
        replay,
        uploads,
        desk,
        deliveries,
        counters,
        tally,
        entries,
        switchboard,
        transparency,
        decoder,
        long,
        tasks: [exchanges.task, importTask(imports)],
        now,
      }
      running.push(...startRunning(beside))
    },
    async close() {
      stopCounting()
      others.close()
      for (const stop of running.splice(0)) await stop()
      live.close()
      decoder.stop()
      imports.stop()
      await library.close()
      await imports.idle()
      await storage.close()
      keyring.close()
    },
  }
}
