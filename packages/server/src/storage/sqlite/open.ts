import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Given, LIMITS, type OpenEngine, type SqliteConfig } from '../options.ts'
import { SqliteStore } from './client.ts'
import { watchDisk } from './disk.ts'
import { notOpened } from './failures.ts'
import { type FolderLock, lockFolder } from './lock.ts'

const EXIT_UNKNOWN = 70

/** Locks the folder, starts the writer thread, which migrates, and watches the disk. */
export async function openSqlite(config: SqliteConfig, given: Given): Promise<OpenEngine> {
  await using cleanup = new AsyncDisposableStack()
  const lock = openFolder(config.folder)
  cleanup.defer(() => lock.release())
  const store = await SqliteStore.open({
    file: join(config.folder, 'lamplighter.db'),
    modules: given.modules,
    limits: { ...LIMITS, ...config.limits },
    by: config.by ?? 'development',
    now: given.now,
    ...(config.faults === undefined ? {} : { faults: config.faults }),
    onHints: given.onHints,
    onSlow: config.onSlow ?? (() => undefined),
    onFatal: config.onFatal ?? exitSoon,
  })
  cleanup.defer(() => store.close())
  const watch = watchDisk(config.folder, config.diskFloorBytes, (room) => store.setRoom(room))
  cleanup.defer(() => clearInterval(watch))
  const open = cleanup.move()
  return {
    store,
    async tendStream() {
      await store.shrink()
    },
    async compact() {
      // In slices: other works are done in between.
      while ((await store.shrink()) > 0);
      await store.checkpoint()
    },
    async facts() {
      const { settings, slowWorks, ...numbers } = await store.facts()
      const queued = { queuedWorks: store.queued.works, queuedBytes: store.queued.bytes }
      const slow = Object.values(slowWorks).reduce((sum, count) => sum + count, 0)
      return { engine: 'sqlite', settings, numbers: { ...numbers, ...queued, slowWorks: slow } }
    },
    close: () => open.disposeAsync(),
  }
}

function openFolder(folder: string): FolderLock {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return lockFolder(folder)
  } catch (error) {
    throw notOpened(error, folder)
  }
}

// The answers that are on their way get out first; then recovery at the next start decides what is true.
function exitSoon(why: string): void {
  console.error(`storage: ${why}; leaving with ${EXIT_UNKNOWN}`)
  setTimeout(() => process.exit(EXIT_UNKNOWN), 250)
}
