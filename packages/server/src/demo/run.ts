import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { demoSay } from '@lamplighter/api'
import { type Context, openContext } from '../context.ts'
import type { Config } from '../http/config.ts'
import { AppError } from '../http/errors.ts'
import { route } from '../http/route.ts'
import { allStaff } from '../people/index.ts'
import { caseOfSubject } from '../review/index.ts'
import { lockFolder } from '../storage/maintenance.ts'
import { type DemoClock, makeClock } from './clock.ts'
import { makeTown } from './harbour.ts'
import { makeHook } from './hook.ts'
import { seedPast } from './past.ts'
import { type Platform, platformOf } from './platform.ts'
import { eventOf, type Seeded, STAFF, seedHouse, seedTown } from './seed.ts'
import { DEMO_EXCHANGE, seedExchange, sourcePages } from './source.ts'
import { startTraffic } from './traffic.ts'

export interface RunningDemo {
  readonly context: Context
  /** Signs in once, for 15 minutes. */
  readonly link: string
  /** Undefined when the town was there already. */
  readonly seeded: Seeded | undefined
  startTraffic(): { stop(): void }
}

/** How often the demo's log closes a batch. */
const LEDGER_MS = 10_000
const LOOPBACK = ['127.0.0.0/8', '::1/128']
const SCOPES = ['screen', 'events', 'reports', 'appeals', 'actions', 'policies', 'accounts'] as const

/**
 * Opens the demo: a whole Lamplighter for one made-up town, on loopback only.
 *
 * @param reset forgets everything that was there
 */
export async function openDemo(
  config: Config,
  options: {
    readonly reset: boolean
    readonly onProgress: (done: number, total: number) => void
    readonly clock?: DemoClock
  },
): Promise<RunningDemo> {
  claimFolder(config.data, options.reset)
  const { clock = makeClock() } = options
  const hook = makeHook()
  const source = sourcePages()
  const held: { platform?: Platform } = {}
  const context = await openContext({
    config,
    demo: true,
    now: clock.now,
    ledgerEveryMs: LEDGER_MS,
    allowNets: new Map(['webhook:harbour', `exchange:${DEMO_EXCHANGE}`].map((name) => [name, LOOPBACK])),
    pages: () => [...hook.pages, ...source],
    routes: () => [
      route(demoSay, async ({ body, now }) => {
        if (held.platform === undefined) throw new AppError('not_ready', 'The demo is still starting.')
        const said = await say(context, held.platform, body.text, now)
        return { body: { ...said, page: said.case === null ? null : `${config.url}/review/C-${said.case}` } }
      }),
    ],
  })
  const known = (await context.storage.store.read(allStaff, undefined)).length > 0
  if (!known) {
    await seedHouse(context, `${config.url}/demo/hook`)
    await context.settings.put('platform.name', 'Harbour', { reason: 'the demo’s town', doer: doer() })
  }
  const { key } = await context.people.newKey({
    name: `demo ${new Date().toISOString()}`,
    connection: 'harbour',
    scopes: [...SCOPES],
    days: 1,
    doer: doer(),
  })
  const platform = platformOf(context.app, config.url, key)
  held.platform = platform
  if (!known) await seedPast(context, clock)
  const seeded = known ? undefined : await seedTown(context, platform, clock, options.onProgress)
  await seedExchange(context, config.url)
  const first = (await context.storage.store.read(allStaff, undefined)).find(({ name }) => name === STAFF[0].name)
  if (first === undefined) throw new AppError('internal', 'The demo has no staff; start it with --reset.')
  const { link } = await context.people.relink({ id: first.id, reason: 'the demo started', kind: 'code', doer: doer() })
  context.start()
  return { context, link, seeded, startTraffic: () => startTraffic(platform, () => undefined) }
}

/**
 * Makes the folder the demo's, so that a made-up town never gets into a real installation, nor a reset deletes one.
 *
 * @throws AppError `conflict` somebody's data are in it · StorageError `already_running`
 */
export function claimFolder(data: string, reset: boolean): void {
  const mark = join(data, 'demo')
  const file = (name: string) => existsSync(join(data, name))
  if ((file('lamplighter.db') || file('master.key')) && !existsSync(mark)) {
    throw new AppError('conflict', `${data} is not the demo’s. Give the demo a folder of its own with --data.`)
  }
  mkdirSync(data, { recursive: true, mode: 0o700 })
  if (reset) {
    const lock = lockFolder(data)
    try {
      rmSync(data, { recursive: true })
    } finally {
      lock.release()
    }
    mkdirSync(data, { mode: 0o700 })
  }
  writeFileSync(mark, 'Made up. "lamplighter demo --reset" deletes this folder without asking.\n', { mode: 0o600 })
}

const doer = () => ({ name: 'operator', staff: null, touch: 'operator' as const, request: 'demo' })

/** One message of a made-up adult, in the open chat, to a made-up child who does not know them: what the shipped rules look at most closely. */
async function say(
  context: Context,
  platform: Platform,
  text: string,
  now: number,
): Promise<{ verdict: string; because: string[]; case: number | null }> {
  const { accounts } = makeTown()
  const actor = accounts.find(({ ageBand }) => ageBand === 'adult')
  const target = accounts.find(({ ageBand }) => ageBand === 'minor')
  if (actor === undefined || target === undefined) throw new AppError('internal', 'The demo’s town is empty.')
  const id = `said-${now}`
  const answer = await platform.call(
    'POST',
    '/v1/screen',
    eventOf({ kind: 'message', id, actor, target, where: 'quay', text, agoMs: 0, connected: false }, now),
  )
  return { verdict: String(answer.verdict), because: answer.because as string[], case: await caseOf(context, id) }
}

/** The case that a message brought, once follow has judged it; null when nothing came of it within two seconds. */
async function caseOf(context: Context, item: string): Promise<number | null> {
  for (let tries = 0; tries < 40; tries += 1) {
    const found = await context.desk.storage.store.read(caseOfSubject, `message:harbour:${item}`)
    if (found !== null) return found
    await context.storage.wakeup.wait('lanes', 50)
  }
  return null
}
