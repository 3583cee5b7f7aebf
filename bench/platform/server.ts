import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryCounters } from '../../packages/rules/src/index.ts'
import { openContext } from '../../packages/server/src/context.ts'
import { seedHouse } from '../../packages/server/src/demo/seed.ts'
import { createApp } from '../../packages/server/src/http/app.ts'
import { loadConfig } from '../../packages/server/src/http/config.ts'
import { startServer } from '../../packages/server/src/http/server.ts'
import { FOLLOW, routesOf } from '../../packages/server/src/intake/index.ts'
import { memoryStore } from './memory.ts'

// Lamplighter as a side of a comparison: `node server.ts <all|intake|memory>`. `intake` judges nothing beside the calls; `memory` is the
// same pipeline with nothing behind it but a Map.

const [mode = 'all'] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'll-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.on('disconnect', () => process.exit())

const { config } = loadConfig({ env: {}, flags: { data: folder, log: 'silent' }, folder })
const context = await openContext({ config })
await seedHouse(context, 'http://127.0.0.1:9/nobody')
const doer = { name: 'operator', staff: null, touch: 'operator' as const, request: 'bench' }
const keys: string[] = []
for (let n = 0; n < 64; n += 1) {
  const made = await context.people.newKey({
    name: `${n}`,
    connection: 'harbour',
    scopes: ['screen', 'events'],
    days: 1,
    doer,
  })
  keys.push(made.key)
}
const server = await startServer({
  app: mode === 'memory' ? inMemory() : context.app,
  readiness: context.readiness,
  listen: { host: '127.0.0.1', port: 0 },
  graceMs: 0,
  shutdownMs: 1_000,
})
if (mode === 'all') context.start()
process.on('message', async (question) => {
  if (question === 'backlog') process.send?.((await context.storage.stream.backlog(FOLLOW)).records)
  else process.send?.(process.memoryUsage.rss())
})
process.send?.({ url: `http://127.0.0.1:${server.port}`, keys })

function inMemory() {
  const counters = new MemoryCounters({ since: Number.NEGATIVE_INFINITY })
  const bench = { ...context.intake.bench, counters }
  const intake = { ...context.intake, bench, storage: { ...context.storage, store: memoryStore() } }
  const known = new Set(keys)
  return createApp({
    urls: [config.url],
    demo: false,
    identity: {
      session: async () => ({ kind: 'nobody' }),
      key: async (bearer) =>
        known.has(bearer)
          ? { kind: 'key', id: bearer, connection: 'harbour', scopes: ['screen', 'events'] }
          : { kind: 'nobody' },
    },
    routes: routesOf(intake),
    pages: [],
  })
}
