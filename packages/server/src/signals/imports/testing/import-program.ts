import { createReadStream } from 'node:fs'
import { openContext } from '../../../context.ts'
import { loadConfig } from '../../../http/config.ts'
import { summedAnew } from '../../stage-sums.ts'
import { listVersions } from '../../store.ts'
import type { ListErrand } from './list-life.ts'

// A process that a test may kill in the middle of what it does to a list: `node import-program.ts <errand as JSON>`.
// It says at its end by how many bytes its memory grew.

const errand: ListErrand = JSON.parse(process.argv[2] ?? '{}')
const { folder, url, schema, list, act, dieAfter } = errand
const context = await openContext({
  config: loadConfig({
    env: url === undefined ? {} : { LAMPLIGHTER_DATABASE: url },
    flags: { data: folder, log: 'silent' },
    folder,
  }).config,
  patient: true,
  now: () => errand.now,
  consoleFolder: folder,
  storage: { partitions: 2, ...(schema !== undefined && { schema }) },
})
const { storage, library, imports } = context
await library.idle()
await assertWhole()
const before = process.memoryUsage.rss()
const { store } = storage
const tx = store.tx.bind(store)
let count = 0
store.tx = async (...given: Parameters<typeof tx>) => {
  const done = await tx(...given)
  const { name } = given[0]
  if (dieAfter !== null && name.startsWith(dieAfter.work)) count += 1
  if (count === dieAfter?.times) {
    process.kill(process.pid, 'SIGKILL')
    // Nothing comes after it, whenever the signal is delivered.
    await new Promise(() => undefined)
  }
  return done as never
}
try {
  if (act.do === 'import') {
    const { facts, path, type } = act
    await imports.take({ facts, by: 'operator', live: true, type, sha256: act.sha256, bytes: createReadStream(path) })
  } else if (act.do === 'change') {
    const { changes } = act
    await library.change({ list, by: 'operator', full: false, changes: [changes], rows: changes.length, bad: 0 })
  }
  await imports.idle()
  await assertWhole()
  process.stdout.write(String(process.resourceUsage().maxRSS * 1_024 - before))
} catch (error) {
  if (!(error instanceof Error) || !('code' in error)) throw error
  process.stdout.write(String(error.code))
}
await context.close()

/** Every version of the list that can run holds as many entries as it says, and they are the ones that its digest is of. */
async function assertWhole(): Promise<void> {
  const versions = await storage.store.read(listVersions, list).catch(() => [])
  for (const { version, digest, state, purged_at } of versions) {
    if (state === 'dropped' || purged_at !== null) continue
    const sum = await summedAnew({ storage }, list, version)
    if (sum.digest() !== digest) throw new Error(`version ${version} (${state}) is not what its digest says`)
  }
}
