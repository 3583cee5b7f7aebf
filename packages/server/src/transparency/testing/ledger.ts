import { afterEach, beforeEach } from 'vitest'
import { type Keyring, openKeyring } from '../../storage/keyring/index.ts'
import type { Storage } from '../../storage/open.ts'
import type { Fence } from '../../storage/seam.ts'
import type { Place, TestEngine } from '../../storage/testing/engines.ts'
import type { LedgerAct } from '../acts.ts'
import type { Recorded } from '../record.ts'
import { leaseName } from '../schedule.ts'
import { closeBatch, type Stepping } from '../sequencer.ts'
import type { LogName } from '../tables.ts'
import type { Transparency, TransparencyConfig } from '../transparency.ts'
import { recordActs } from './acts.store.ts'
import { keyringFolder, MODULES, openTestLedger, SLOW } from './ledger-setup.ts'

// Other subjects' suites find what they need here.
export { memoryKeyring } from './memory-keyring.ts'

export const START = Date.UTC(2026, 10, 21, 17)
export const HOUR = 3_600_000
/** A ledger that tests may close and open again, and whose clock they set. */
export class OpenedLedger {
  storage: Storage
  ledger: Transparency
  readonly place: Place
  readonly keyring: Keyring
  now = START
  readonly alarms: string[] = []

  private constructor(place: Place, keyring: Keyring, opened: { storage: Storage; ledger?: Transparency }) {
    this.place = place
    this.keyring = keyring
    this.storage = opened.storage
    this.ledger = opened.ledger as Transparency
  }

  static async open(engine: TestEngine, config: Partial<TransparencyConfig> = {}): Promise<OpenedLedger> {
    return OpenedLedger.at(await engine.place(), config)
  }

  /** Opens what lives there already. */
  static async at(place: Place, config: Partial<TransparencyConfig> = {}): Promise<OpenedLedger> {
    const clock = { now: START }
    const storage = await place.open(MODULES, { now: () => clock.now, ...SLOW })
    const opened = new OpenedLedger(place, await openKeyring(keyringFolder(place)), { storage })
    Object.defineProperty(clock, 'now', { get: () => opened.now })
    await opened.start(config)
    return opened
  }

  async start(config: Partial<TransparencyConfig> = {}): Promise<void> {
    this.ledger = await openTestLedger(this.storage, this.keyring, {
      now: () => this.now,
      alarm: (code, log) => this.alarms.push(`${code} ${log}`),
      ...config,
    })
  }

  async reopen(config: Partial<TransparencyConfig> = {}): Promise<void> {
    await this.storage.close()
    this.storage = await this.place.open(MODULES, { now: () => this.now, ...SLOW })
    await this.start(config)
  }

  /** Records acts, in transactions of at most 20. */
  async act(...acts: LedgerAct[]): Promise<Recorded[]> {
    const made: Recorded[] = []
    for (let at = 0; at < acts.length; at += 20) {
      const part = acts.slice(at, at + 20)
      const keys = await this.ledger.keysFor(part.map((act) => act.affected))
      made.push(...(await this.storage.store.tx(recordActs, { acts: part, keys })))
    }
    return made
  }

  async lease(log: LogName): Promise<Fence> {
    const lease = await this.storage.leases.acquire(leaseName(log), 60_000)
    if (lease === undefined) throw new Error(`the lease of ${log} is taken`)
    return lease
  }

  /** Closes one batch, with a lease of its own. */
  async close(log: LogName = 'actions', step?: Stepping): Promise<{ size: number; records: number } | undefined> {
    const lease = await this.lease(log)
    try {
      return await closeBatch(this.ledger.parts, { log, lease, now: this.now }, step)
    } finally {
      await this.storage.leases.release(lease)
    }
  }

  async remove(): Promise<void> {
    this.keyring.close()
    await this.storage.close()
    await this.place.remove()
  }
}

/** Gives each test of the surrounding `describe` a fresh ledger. */
export function freshLedger(engine: TestEngine): { readonly it: OpenedLedger } {
  const holder: { it: OpenedLedger } = { it: undefined as unknown as OpenedLedger }
  beforeEach(async () => {
    holder.it = await OpenedLedger.open(engine)
  })
  afterEach(() => holder.it.remove())
  return holder
}
