import { openContext } from '../../../context.ts'
import { loadConfig } from '../../../http/config.ts'
import type { PullErrand } from './pull-life.ts'

const errand: PullErrand = JSON.parse(process.argv[2] ?? '{}')
const { folder, url, schema } = errand
const context = await openContext({
  config: loadConfig({
    env: url === undefined ? {} : { LAMPLIGHTER_DATABASE: url },
    flags: { data: folder, log: 'silent' },
    folder,
  }).config,
  patient: true,
  now: () => errand.now,
  allowNets: new Map([[`exchange:${errand.exchange}`, ['127.0.0.0/8']]]),
  consoleFolder: folder,
  storage: { partitions: 2, ...(schema !== undefined && { schema }) },
})
const { store } = context.storage
const tx = store.tx.bind(store)
let count = 0
store.tx = async (...given: Parameters<typeof tx>) => {
  const done = await tx(...given)
  count += 1
  if (count === errand.dieAfter) {
    process.kill(process.pid, 'SIGKILL')
    // Nothing comes after it, whenever the signal is delivered.
    await new Promise(() => undefined)
  }
  return done as never
}
const job = {
  ...{ id: 'job', queue: 'exchanges.pull', token: 't', attempts: 1, order: undefined, leaseUntil: 0 },
  payload: { id: errand.pull },
}
await context.exchanges.handler(job, { signal: new AbortController().signal, claimed: () => job })
await context.close()
