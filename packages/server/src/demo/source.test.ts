import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Context, openContext } from '../context.ts'
import { loadConfig } from '../http/config.ts'
import { type RunningServer, startServer } from '../http/server.ts'
import { openedEntries } from '../signals/lists/testing/opened.ts'
import { defineQuery, type ReadDb } from '../storage/index.ts'
import { type Place, sqlite } from '../storage/testing/engines.ts'
import { DEMO_EXCHANGE, seedExchange, sourcePages } from './source.ts'

let place: Place
let context: Context
let server: RunningServer
let url: string
beforeEach(async () => {
  place = await sqlite.place()
  await serve()
})
afterEach(async () => {
  await stop()
  await place.remove()
})

async function serve(): Promise<void> {
  const port = await freePort()
  url = `http://localhost:${port}`
  const flags = { data: place.folder, url, listen: `127.0.0.1:${port}`, log: 'silent' }
  const { config } = loadConfig({ env: {}, flags, folder: place.folder })
  context = await openContext({
    ...{ config, demo: true, patient: true, consoleFolder: place.folder, storage: { partitions: 2 } },
    allowNets: new Map([[`exchange:${DEMO_EXCHANGE}`, ['127.0.0.0/8', '::1/128']]]),
    pages: sourcePages,
  })
  const { app, readiness } = context
  server = await startServer({
    ...{ app, readiness, listen: config.listen, data: place.folder, graceMs: 0, shutdownMs: 5_000 },
  })
  await seedExchange(context, url)
  context.start()
}
/** A port that was free just now. */
async function freePort(): Promise<number> {
  const held = createServer().listen(0, '127.0.0.1')
  await once(held, 'listening')
  const address = held.address()
  held.close()
  await once(held, 'close')
  return typeof address === 'object' && address !== null ? address.port : expect.fail()
}
async function stop(): Promise<void> {
  await server.stop()
  await context.close()
}

const stands = async () => {
  const [one = expect.fail()] = await context.exchanges.all()
  return one
}
/** Numbers of the tiles that the list holds, once so many pulls have ended. */
async function tiles(after: () => Promise<unknown>): Promise<string[]> {
  const before = (await stands()).exchange.pulled_at
  await after()
  await expect.poll(async () => (await stands()).exchange.pulled_at, { timeout: 100_000 }).not.toBe(before)
  expect((await stands()).pull).toMatchObject({ state: 'done', bad: 0 })
  const [lists, entries] = await Promise.all([
    context.storage.store.read(rows, 'lists'),
    context.storage.store.read(rows, 'list_entries'),
  ])
  const version = Number(lists.find(({ id }) => id === DEMO_EXCHANGE)?.version)
  const own = entries.filter(
    ({ list, since, gone }) =>
      list === DEMO_EXCHANGE && Number(since) <= version && (gone === null || Number(gone) > version),
  )
  return (await openedEntries(context.keyring, own))
    .map(({ sourceId }) => String(sourceId))
    .toSorted((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
}
const rows = defineQuery(
  'test.source-rows',
  ({ db }: ReadDb, name: string): Promise<Record<string, unknown>[]> =>
    db
      .selectFrom(name as 'lists')
      .selectAll()
      .execute(),
)
const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `tile-${from + n}`)

test('the demo pulls its own list over loopback by itself; each pull brings a tile and takes one back; another address goes on', async () => {
  expect(await tiles(async () => undefined)).toEqual(numbered(0, 12))
  const pullNow = () => context.exchanges.pull(DEMO_EXCHANGE, 'operator')
  expect(await tiles(pullNow)).toEqual(numbered(1, 13))
  expect(await tiles(pullNow)).toEqual(numbered(2, 14))
  expect(await context.exchanges.check(DEMO_EXCHANGE)).toMatchObject({ ok: true, bad: 0 })
  await stop()
  await serve()
  const held = await tiles(pullNow)
  expect(held.length).toBe(12)
  expect(JSON.parse((await stands()).exchange.settings).url).toBe(`${url}/demo/hashes`)
}, 200_000)

test('the source refuses what it never said', async () => {
  const asked = ['', '?next=3', '?next=x', '?next=-1', '?next=100001', '?next=1&size=5', '?size=5']
  const status = async (query: string) => (await fetch(`${url}/demo/hashes${query}`)).status
  expect(await Promise.all(asked.map(status))).toEqual([200, 200, 422, 422, 422, 422, 422])
})
