import { openStore, type StorageConfig } from '../../storage/index.ts'
import { openKeyring } from '../../storage/keyring/index.ts'
import type { Fence } from '../../storage/seam.ts'
import { leaseName } from '../schedule.ts'
import { closeBatch, type StepName } from '../sequencer.ts'
import { checkBeforeSigning } from '../startup.ts'
import type { LogName } from '../tables.ts'
import { recordActs } from './acts.store.ts'
import { decisionOn } from './acts.ts'
import { keyringFolder, MODULES, openTestLedger } from './ledger-setup.ts'

/** What the crash test asks of one process: to record acts, close a batch of both logs, and die at a step of `actions`. */
export interface Errand {
  readonly storage: StorageConfig
  readonly folder: string
  readonly records: number
  readonly kill: StepName | null
}

const errand = JSON.parse(process.argv[2] ?? '') as Errand
const storage = await openStore(errand.storage, MODULES)
const keyring = await openKeyring(keyringFolder(errand))
const ledger = await openTestLedger(storage, keyring)
const keys = await ledger.keysFor([{ kind: 'account', id: 'u17' }])
for (let left = errand.records; left > 0; left -= 20) {
  const acts = Array.from({ length: Math.min(20, left) }, () => decisionOn('u17'))
  await storage.store.tx(recordActs, { acts, keys })
}
for (const log of ['sealed', 'actions'] as const) {
  const lease = await take(log)
  const halted = await checkBeforeSigning(ledger.parts, { log, lease, host: 'safety.example' })
  if (halted !== null) throw new Error(`${log} is halted: ${halted}`)
  await closeBatch(ledger.parts, { log, lease, now: Date.now() }, (step) => {
    if (log === 'actions' && step === errand.kill) process.kill(process.pid, 'SIGKILL')
  })
}
await storage.close()
keyring.close()

// The process before this one died with the lease; it lasts a moment longer.
async function take(log: LogName): Promise<Fence> {
  for (;;) {
    const lease = await storage.leases.acquire(leaseName(log), 100)
    if (lease !== undefined) return lease
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
