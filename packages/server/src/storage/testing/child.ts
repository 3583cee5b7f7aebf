import { writeSync } from 'node:fs'
import { isStorageError, openStore, type StorageConfig } from '../index.ts'
import { transfer } from './bank.store.ts'

// A process that tests start and kill: `node child.ts <hold|work> <config as JSON> <name>`.
// It says `ready`, then one line per answered transaction.

const [mode = 'hold', config = '{}', name = ''] = process.argv.slice(2)
const say = (line: string): void => {
  // Written at once, so that what the parent has read was answered before the kill.
  writeSync(1, `${line}\n`)
}

try {
  const given: StorageConfig = JSON.parse(config)
  const { store } = await openStore(given, [new URL('./bank.store.ts', import.meta.url)])
  say('ready')
  if (mode === 'work') await Promise.all(Array.from({ length: 16 }, (_, caller) => work(caller)))
  else setInterval(() => undefined, 60_000)

  async function work(caller: number): Promise<void> {
    for (let n = 0; ; n++) {
      const id = `${name}-${caller}-${n}`
      await store
        .tx(transfer, { id, from: `a${caller}`, to: `b${caller}`, amount: 1 }, { once: { scope: 'kill', key: id } })
        .then(
          () => say(id),
          (error) => {
            if (!isStorageError(error, 'busy')) throw error
          },
        )
    }
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(isStorageError(error, 'already_running', 'settings_refused') ? 2 : 1)
}
