import { flushCompileCache } from 'node:module'
import { openContext } from '../../context.ts'
import { loadConfig } from '../../http/config.ts'
import { startServer } from '../../http/server.ts'
import { isStorageError } from '../../storage/index.ts'
import type { GauntletErrand } from './gauntlet-life.ts'

/*
 * A process that goes on with pulls until all have ended, or until it is shot: either as the server does it, through its queue of jobs, or all at once,
 * so that one shot meets every source over a page.
 */

const errand: GauntletErrand = JSON.parse(process.argv[2] ?? '{}')
const { folder, url, schema } = errand
process.on('disconnect', () => process.exit(1))

const began = performance.now()
let waitedMs = 0
const now = () => errand.now + (errand.how === 'server' ? Math.round(performance.now() - began) : waitedMs)

const context = await openContext({
  config: loadConfig({
    env: url === undefined ? {} : { LAMPLIGHTER_DATABASE: url },
    flags: { data: folder, log: 'silent' },
    folder,
  }).config,
  patient: true,
  now,
  allowNets: new Map(errand.pulls.map(({ exchange }) => [`exchange:${exchange}`, ['127.0.0.0/8']])),
  consoleFolder: folder,
  storage: { partitions: 2, ...(schema !== undefined && { schema }) },
})
// Now: whoever is shot writes nothing when it ends.
flushCompileCache()
const tell = (exchange: string) => new Promise((resolve) => process.send?.({ ended: exchange }, resolve))

if (errand.how === 'server') await serve()
else await Promise.all(errand.pulls.map(pullToEnd))
await context.close()
process.exit(0)

async function pullToEnd({ exchange, pull }: GauntletErrand['pulls'][number]): Promise<void> {
  const job = {
    ...{ id: 'job', queue: 'exchanges.pull', token: 't', attempts: 1, order: undefined, leaseUntil: 0 },
    payload: { id: pull },
  }
  for (;;) {
    const ending = await context.exchanges
      .handler(job, { signal: new AbortController().signal, claimed: () => job })
      .catch((error: unknown) => {
        // Side by side on the same rows, they may meet: the queue tries again, too.
        if (!isStorageError(error, 'busy')) throw error
      })
    if (ending === 'done') break
    // Whoever was told to wait comes back when it is time; here the time comes at once.
    if (typeof ending === 'object' && 'retryAt' in ending) waitedMs = Math.max(waitedMs, ending.retryAt - errand.now)
  }
  await tell(exchange)
}

async function serve(): Promise<void> {
  const server = await startServer({
    app: context.app,
    readiness: context.readiness,
    listen: { host: '127.0.0.1', port: 0 },
    data: folder,
    graceMs: 0,
    shutdownMs: 30_000,
  })
  context.start()
  const left = new Map(errand.pulls.map(({ exchange, pull }) => [pull, exchange]))
  while (left.size > 0) {
    await context.storage.wakeup.wait('exchanges', 200)
    for (const { pull } of await context.exchanges.all()) {
      const exchange = pull === undefined || pull.state === 'running' ? undefined : left.get(pull.id)
      if (pull === undefined || exchange === undefined) continue
      left.delete(pull.id)
      await tell(exchange)
    }
  }
  await server.stop()
}
