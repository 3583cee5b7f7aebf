import { cpSync, rmSync } from 'node:fs'
import type { Role, Scope } from '@lamplighter/api'
import { openContext } from '../../../server/src/context.ts'
import { makeClock } from '../../../server/src/demo/clock.ts'
import { openDemo, type RunningDemo } from '../../../server/src/demo/run.ts'
import { loadConfig } from '../../../server/src/http/config.ts'
import { type RunningServer, startServer } from '../../../server/src/http/server.ts'
import { openLog } from '../../../server/src/log.ts'
import { newFolder } from '../../../server/src/storage/testing/room.ts'

/** The real demo on a port of its own, with a data folder of its own and without traffic. */
export interface House {
  readonly url: string
  readonly folder: string
  readonly demo: RunningDemo
  /** Every line of the server's log since the start. */
  readonly log: readonly string[]
  /** A link that signs in a new person with these roles, once. */
  invite(...roles: Role[]): Promise<string>
  /** A key of the platform. */
  key(...scopes: Scope[]): Promise<string>
  /** Lets the server's clock go ahead, so that nobody waits for a lock or a window to end. */
  later(ms: number): void
  /** Calls the public interface with a key of the platform. */
  asPlatform(key: string, path: string, body: unknown): Promise<Record<string, unknown>>
  /** Stops the server as an operator would: nothing listens any more, and the data are closed. */
  stop(): Promise<void>
  /** Starts it again on the same data and the same port. */
  start(): Promise<void>
  close(): Promise<void>
}

const doer = { name: 'operator', staff: null, touch: 'operator' as const, request: 'e2e' }

/** A house of one's own: a copy of the seeded one. */
export function copyHouse(seed: { folder: string; port: number }, allowNets = ''): Promise<House> {
  const folder = newFolder('lamplighter-e2e-')
  cpSync(seed.folder, folder, { recursive: true })
  return openHouse({ folder, port: seed.port, allowNets })
}

/** The demo on the data of a folder; an empty folder is seeded. */
export async function openHouse(given: { folder: string; port: number; allowNets?: string }): Promise<House> {
  const { folder, port, allowNets = '' } = given
  const url = `http://localhost:${port}`
  const log: string[] = []
  const clock = makeClock()
  let ahead = 0
  openLog('debug', { write: (line) => void log.push(line) })
  const { config } = loadConfig({
    env: {},
    flags: { data: folder, url, allowNets, listen: `127.0.0.1:${port}` },
    folder,
  })
  const open = async (): Promise<{ demo: RunningDemo; server: RunningServer }> => {
    const demo = await openDemo(config, { reset: false, onProgress: () => undefined, clock })
    const { app, readiness, live } = demo.context
    const listening = { app, readiness, listen: config.listen, data: folder, graceMs: 0, shutdownMs: 5_000 }
    return { demo, server: await startServer({ ...listening, onDrain: () => live.close() }) }
  }
  let running: Awaited<ReturnType<typeof open>> | undefined = await open()
  const now = () => {
    if (running === undefined) throw new Error('the house is closed')
    return running
  }
  const stop = async () => {
    const { demo, server } = now()
    running = undefined
    await server.stop()
    await demo.context.close()
  }
  return {
    url,
    folder,
    log,
    get demo() {
      return now().demo
    },
    async invite(...roles) {
      const { people } = now().demo.context
      return (await people.invite({ name: 'Somebody', roles, kind: 'invite', doer })).link
    },
    async key(...scopes) {
      const { people } = now().demo.context
      const made = await people.newKey({ name: 'e2e', connection: 'harbour', scopes, days: 1, doer })
      return made.key
    },
    later(ms) {
      ahead += ms
      clock.setBack(-ahead)
    },
    async asPlatform(key, path, body) {
      const answer = await fetch(url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', prefer: 'wait=5' },
        body: JSON.stringify(body),
      })
      const answered = (await answer.json()) as Record<string, unknown>
      if (!answer.ok) throw new Error(`POST ${path} was answered ${answer.status} ${JSON.stringify(answered)}`)
      return answered
    },
    stop,
    async start() {
      running = await open()
    },
    async close() {
      if (running !== undefined) await stop()
      openLog('silent')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A real server on which nothing has happened yet: no event, no list, no rule. */
export async function emptyHouse(port: number): Promise<Pick<House, 'url' | 'invite' | 'close'>> {
  const folder = newFolder('lamplighter-empty-')
  const url = `http://localhost:${port}`
  const { config } = loadConfig({ env: {}, flags: { data: folder, url, listen: `127.0.0.1:${port}` }, folder })
  const context = await openContext({ config })
  const { app, readiness, live } = context
  const listening = { app, readiness, listen: config.listen, data: folder, graceMs: 0, shutdownMs: 5_000 }
  const server = await startServer({ ...listening, onDrain: () => live.close() })
  return {
    url,
    invite: async (...roles) => (await context.people.invite({ name: 'Somebody', roles, kind: 'invite', doer })).link,
    async close() {
      await server.stop()
      await context.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
