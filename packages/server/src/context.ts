import { createSecretKey } from 'node:crypto'
import { join } from 'node:path'
import { type ActionMeans, columnsOf, type DeliveryServices } from './actions/index.ts'
import { makeDesk } from './case-desk.ts'
import { importTask, lookBackTend } from './chores.ts'
import { hmaPages } from './compat/hma/index.ts'
import { counterNames, keptCounters } from './counters/index.ts'
import { type ErasureServices, routesOf as erasureRoutes, honourErasures } from './erasure/index.ts'
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
  lookedBack,
  snapshotRefused,
  unknownFields,
} from './events.ts'
import { emptyFolder, startDecoder } from './evidence/decoder/index.ts'
import { MEDIA_TIMES, makeMediaFetcher, makeMediaVault } from './evidence/index.ts'
import { makeFace } from './face.ts'
import { followOthers } from './followed.ts'
import { indexStands, lookBackStands, thingsStand } from './gauges.ts'
import { Readiness } from './http/health.ts'
import { createLive } from './http/live.ts'
import { outgoing } from './http/outgoing.ts'
import { archiveReader, backlogGuard, Flights, type IntakeServices, keyedNames, matchesOf } from './intake/index.ts'
import { longJobs } from './long-jobs.ts'
import { lookBackHandler, makeLookBack } from './lookback/index.ts'
import { decoderEvents, indexLookedUp } from './matching-metrics.ts'
import { metrics, namesKnown } from './metrics.ts'
import { modules } from './modules.ts'
import type { Context, ContextOptions, Parts } from './parts.ts'
import { createPeople, makeNameIgnored } from './people/index.ts'
import { keyringOf, netsOf, storageOf } from './places.ts'
import {
  askedLists,
  countRules,
  declaredList,
  harmsOf,
  makeRegistry,
  makeSwitchboard,
  makeTally,
  ruleNames,
  SWITCH_IDS,
  shippedPolicies,
} from './policy/index.ts'
import { makeReplayLog, makeUploads, routesOf as replayRoutes, startProgress } from './replay/index.ts'
import { createQuiet } from './restore/index.ts'
import { startRunning } from './running.ts'
import { createSettings } from './settings/index.ts'
import { EXCHANGE_TIMES, exchangeRoutes, makeExchanges } from './signals/exchanges/index.ts'
import {
  allLists,
  allowedHarms,
  canaryRoutes,
  directRoutes,
  entryRoutes,
  importRoutes,
  learnerProviders,
  makeCodec,
  makeEntries,
  makeEntryDesk,
  makeImports,
  makeLibrary,
  makeMatchDesk,
  makeMeasures,
  makeModels,
  makeOwnCanaries,
  makeTermFiles,
  modelRoutes,
  shippedProviders,
  termFileTaker,
} from './signals/index.ts'
import { softwareDigest, version } from './software.ts'
import { fallenWalls, standsOf } from './stands.ts'
import { type ChunkSeal, notWritable, openStore, type Storage } from './storage/index.ts'
import type { Keyring } from './storage/keyring/index.ts'
import { makeSealer } from './storage/sealer.ts'
import { type Affected, openTransparency, PLATFORM } from './transparency/index.ts'

export type { Context, ContextOptions, Parts } from './parts.ts'

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
    canaries: makeOwnCanaries(storage, sealer),
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
  const lookBack = makeLookBack({
    ...{ storage, keyring, now },
    wished: async () => ({
      hours: Number(await settings.get('lookback.hours')),
      hashes: new Set((await settings.get('lookback.hashes'))?.split(',') ?? []),
    }),
  })
  settings.listen(async (name) => (name === 'lookback.hours' ? lookBack.tend() : undefined))
  // Whether it is on: the gate asks before the first batch.
  await lookBack.hours()
  const progress = startProgress(() => performance.now())
  const nameOf = keyedNames(sealKey)
  const bench: IntakeServices['bench'] = {
    ...{ rules: registry.live, running: registry.running, tally, counters },
    ...{ lists: library.book, entries, trials: library.trials, providers, vault, sealer, sealKey },
    switches: () => ({ set: switchboard.now(), at: now() }),
  }
  const uploads = makeUploads({ storage, keyring, reader: archiveReader(bench, nameOf) })
  const erasure: ErasureServices = {
    storage,
    keyring,
    sealer,
    vault,
    counters,
    replay,
    uploads,
    lookBack,
    transparency,
    now,
  }
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
    lookBack,
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
  const looksBack = lookBackHandler({
    ...{ storage, library, lookBack, registry, sealer, sealKey, matchesOf, now, keysFor },
    onFound: lookedBack,
  })
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
    lookBack,
    looksBack,
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
  const matchDesk = makeMatchDesk({ storage, library, decoder, fetcher, vault, videoBytes })
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
        ...canaryRoutes({ storage, sealer, desk: matchDesk, entries, keysFor }),
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
    lookBackStands(await lookBack.stands())
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
      const long = longJobs({
        ...{ storage, keyring, registry, progress, uploads, sealer, sealKey, now, keysFor },
        ...{ erasure, exchanges, counters, intake, settings, looksBack },
      })
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
        tasks: [exchanges.task, importTask(imports), lookBackTend(lookBack)],
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
