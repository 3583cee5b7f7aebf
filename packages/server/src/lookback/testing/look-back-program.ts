import { openContext } from '../../context.ts'
import { loadConfig } from '../../http/config.ts'
import { LOOK_BACK_QUEUE } from '../index.ts'
import type { LookBackErrand } from './look-back-life.ts'

// A process that a test may kill in the middle of looking back: `node look-back-program.ts <errand as JSON>`. It says at its end how each job went.

const errand: LookBackErrand = JSON.parse(process.argv[2] ?? '{}')
const { folder, url, schema, dieAfter } = errand
const context = await openContext({
  config: loadConfig({
    env: url === undefined ? {} : { LAMPLIGHTER_DATABASE: url },
    flags: { data: folder, log: 'silent' },
    folder,
  }).config,
  demo: true,
  patient: true,
  now: () => errand.now,
  consoleFolder: folder,
  storage: { partitions: 2, ...(schema !== undefined && { schema }) },
})
const { storage, library, lookBack, looksBack } = context
await library.idle()
const { store, jobs } = storage
const tx = store.tx.bind(store)
let count = 0
store.tx = async (...given: Parameters<typeof tx>) => {
  const done = await tx(...given)
  if (given[0].name.startsWith('lookback.')) count += 1
  if (count === dieAfter) {
    process.kill(process.pid, 'SIGKILL')
    // Nothing comes after it, whenever the signal is delivered.
    await new Promise(() => undefined)
  }
  return done as never
}
await lookBack.tend()
const went: string[] = []
// Claims end at once: the next process need not wait for those of the dead.
for (const job of await jobs.claim(LOOK_BACK_QUEUE, 100, 1)) {
  const ended = looksBack(job, { signal: AbortSignal.timeout(60_000), claimed: () => job })
  const how = await ended.catch((error: unknown) => codeOf(error))
  went.push(typeof how === 'string' ? how : JSON.stringify(how))
}
process.stdout.write(went.join(' '))
await context.close()

/** @throws what is no refusal of ours */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  throw error
}
