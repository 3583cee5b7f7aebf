import { MemoryCounters } from '../../packages/rules/src/index.ts'
import { createApp } from '../../packages/server/src/http/app.ts'
import { FOLLOW, routesOf } from '../../packages/server/src/intake/index.ts'
import { openHouse } from '../lib/house.ts'
import { memoryStore } from './memory.ts'

// Lamplighter as a side of a comparison: `node server.ts <all|intake|memory>`. `intake` judges nothing beside the calls; `memory` is the
// same pipeline with nothing behind it but a Map.

const [mode = 'all'] = process.argv.slice(2)
const house = await openHouse()
const { context, keys } = house
const url = await house.listen(mode === 'memory' ? inMemory() : undefined)
if (mode === 'all') context.start()
process.on('message', async (question) => {
  if (question === 'backlog') process.send?.((await context.storage.stream.backlog(FOLLOW)).records)
  else process.send?.(process.memoryUsage.rss())
})
process.send?.({ url, keys })

function inMemory() {
  const counters = new MemoryCounters({ since: Number.NEGATIVE_INFINITY })
  const bench = { ...context.intake.bench, counters }
  const intake = { ...context.intake, bench, storage: { ...context.storage, store: memoryStore() } }
  const known = new Set(keys)
  return createApp({
    urls: [house.url],
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
