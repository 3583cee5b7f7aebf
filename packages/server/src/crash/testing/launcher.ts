import { readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openContext } from '../../context.ts'
import { LIVE } from '../../counters/index.ts'
import { seedHouse } from '../../demo/seed.ts'
import type { App } from '../../http/app.ts'
import { loadConfig } from '../../http/config.ts'
import { startServer } from '../../http/server.ts'
import { FOLLOW } from '../../intake/index.ts'
import type { Errand, Question, Said } from './errand.ts'
import { COUNTERS, ROOMS } from './platform.ts'
import { findTruth, waiting } from './truth.store.ts'

// The server as a process that a test may kill: `node launcher.ts <errand as JSON>`, with a channel to its parent.

const errand: Errand = JSON.parse(process.argv[2] ?? '{}')
const starter = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/starter.wick')), 'utf8')
const say = (said: Said): void => void process.send?.(said)
// Nobody is left to ask for anything.
process.on('disconnect', () => process.exit(1))

const { config } = loadConfig({
  env: {
    ...(errand.database !== undefined && { LAMPLIGHTER_DATABASE: errand.database.url }),
    ...(errand.mediaHosts !== undefined && { LAMPLIGHTER_MEDIA_HOSTS: errand.mediaHosts }),
  },
  flags: { data: errand.folder, log: 'silent' },
  folder: errand.folder,
})
const context = await openContext({
  config,
  patient: true,
  ledgerEveryMs: 1_000,
  allowNets: new Map(
    ['webhook:harbour', ...(errand.mediaHosts === undefined ? [] : ['media:harbour'])].map((name) => [
      name,
      ['127.0.0.0/8'],
    ]),
  ),
  storage: {
    ...(errand.unsynced === true && { faults: { unsynced: true } }),
    ...(errand.database !== undefined && { schema: errand.database.schema }),
  },
})
const { storage, people } = context
const doer = { name: 'operator', staff: null, touch: 'operator', request: 'test' } as const
if (errand.dieAfterAppend === true) dieAfterAppend()
const secrets = errand.hook === null ? null : await settleIn(errand.hook)
let calls = 0
const counted: App = {
  routes: context.app.routes,
  fetch(request, env) {
    if (new URL(request.url).pathname.startsWith('/v1/')) calls += 1
    return context.app.fetch(request, env)
  },
}
const server = await startServer({
  app: counted,
  readiness: context.readiness,
  listen: { host: '127.0.0.1', port: 0 },
  data: errand.folder,
  graceMs: 0,
  shutdownMs: 30_000,
  onDrain: () => context.live.close(),
})
context.start()

process.on('SIGTERM', async () => {
  const outcome = await server.stop()
  await context.close()
  await new Promise((resolve) => process.send?.({ kind: 'stopped', calls } satisfies Said, resolve))
  process.exit(outcome === 'clean' ? 0 : 75)
})
process.on('message', async (question: Question) => {
  if (question === 'memory') say({ kind: 'memory', bytes: await held() })
  else if (question === 'truth')
    say({ kind: 'truth', truth: { ...(await storage.store.read(findTruth, undefined)), counts: await counts() } })
  else {
    const { records } = await storage.stream.backlog(FOLLOW)
    say({ kind: 'waiting', events: records, ...(await storage.store.read(waiting, undefined)) })
  }
})
say({ kind: 'ready', port: server.port, secrets })
// Written at the end of a process as a rule, and this one is killed: the next lives start in half the time.
if (errand.hook !== null) flushCompileCache()

/** Bytes of the heap and outside it, after collecting: three times, since what one collection lets go may hold more. */
async function held(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  for (let times = 0; times < 3; times += 1) {
    if (typeof collect === 'function') collect()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function settleIn(hook: string) {
  await seedHouse(context, hook)
  await countRooms()
  const scopes = ['screen', 'events', 'reports'] as const
  const { key } = await people.newKey({ name: 'test', connection: 'harbour', scopes, days: 1, doer })
  const { link } = await people.invite({ name: 'Lena', roles: ['lead', 'child-safety'], kind: 'invite', doer })
  return { key, link: new URL(link).pathname }
}

/** The starter rules, and counters of every sort that every message moves. */
async function countRooms(): Promise<void> {
  const { schemaText } = context.registry.live()
  const counting = `${starter}
counter in_room = count by room.id on message over 24h exact up to 1000
counter met_in_room = distinct target.id by room.id on message over 24h exact up to 1000
counter mutuals_in_room = sum tie.mutuals by room.id on message over 24h exact up to 1000
counter family_in_room = count by room.id on message where tie.family over 24h exact up to 1000
`
  const about = { doer, reason: 'count', seen: 'all' } as const
  await context.registry.put({ text: counting, schemaText, ...about })
}

async function counts() {
  // A cut may have taken the rules, too: then the events that are lost tell.
  if (!(await context.registry.load())) return []
  const { counters } = context.registry.live().program.ruleset
  const asked = COUNTERS.flatMap((name) => {
    const counter = counters.get(name)
    return counter === undefined ? [] : ROOMS.map((room) => ({ name, room, counter: counter.spec }))
  })
  const ops = asked.map(({ counter, room }) => ({
    counter,
    key: [room],
    at: Date.now(),
    event: 'asks',
    where: undefined,
    readOnly: true,
  }))
  const readings = await context.intake.bench.counters.apply(LIVE, ops)
  return asked.flatMap(({ name, room }, place) => {
    const reading = readings[place]
    return reading === undefined ? [] : [{ counter: name, room, low: reading.low, high: reading.high }]
  })
}

/** The events are durable, and nobody is told. */
function dieAfterAppend(): void {
  const append = storage.stream.append.bind(storage.stream)
  storage.stream.append = async (records) => {
    await append(records)
    process.kill(process.pid, 'SIGKILL')
    await new Promise(() => undefined)
  }
}
