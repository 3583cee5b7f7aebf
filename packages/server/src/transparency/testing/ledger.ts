import { createHmac, randomBytes } from 'node:crypto'
import { afterEach, beforeEach } from 'vitest'
import type { Storage } from '../../storage/open.ts'
import type { Fence } from '../../storage/seam.ts'
import type { Place, TestEngine } from '../../storage/testing/engines.ts'
import type { LedgerAct } from '../acts.ts'
import type { LedgerKeyring } from '../keys.ts'
import type { Recorded } from '../record.ts'
import { leaseName } from '../schedule.ts'
import { closeBatch, type Stepping } from '../sequencer.ts'
import type { LogName } from '../tables.ts'
import { openTransparency, type Transparency, type TransparencyConfig } from '../transparency.ts'
import { recordActs } from './acts.store.ts'

export const MODULES = [new URL('../store.ts', import.meta.url), new URL('./acts.store.ts', import.meta.url)]

export const START = Date.UTC(2026, 10, 21, 17)
export const HOUR = 3_600_000
// Tests share their machine with others; a slow moment is no reason to fail.
const SLOW = { limits: { workMs: 10_000 } }

/** A keyring in memory: what is destroyed stays so. */
export function memoryKeyring(): LedgerKeyring {
  const keys = new Map<string, Uint8Array>()
  const gone = new Set<string>()
  return {
    async make(kind, ref) {
      const id = `key_${kind}_${ref}`
      if (!keys.has(id) && !gone.has(id)) keys.set(id, new Uint8Array(randomBytes(32)))
      return id
    },
    async use(id, how) {
      const key = keys.get(id)
      if (key === undefined) throw Object.assign(new Error('key destroyed'), { code: 'key_destroyed' })
      return how({ derive: (info) => new Uint8Array(createHmac('sha256', key).update(info).digest()) })
    },
    async destroy(ids) {
      for (const id of ids) {
        keys.delete(id)
        gone.add(id)
      }
    },
  }
}

/** A ledger that tests may close and open again, and whose clock they set. */
export class OpenedLedger {
  storage: Storage
  ledger: Transparency
  readonly place: Place
  readonly keyring: LedgerKeyring
  now = START
  readonly alarms: string[] = []

  private constructor(place: Place, keyring: LedgerKeyring, opened: { storage: Storage; ledger?: Transparency }) {
    this.place = place
    this.keyring = keyring
    this.storage = opened.storage
    this.ledger = opened.ledger as Transparency
  }

  static async open(engine: TestEngine, config: Partial<TransparencyConfig> = {}): Promise<OpenedLedger> {
    const place = await engine.place()
    const clock = { now: START }
    const storage = await place.open(MODULES, { now: () => clock.now, ...SLOW })
    const opened = new OpenedLedger(place, memoryKeyring(), { storage })
    Object.defineProperty(clock, 'now', { get: () => opened.now })
    await opened.start(config)
    return opened
  }

  async start(config: Partial<TransparencyConfig> = {}): Promise<void> {
    this.ledger = await openTransparency(this.storage, this.keyring, {
      url: 'https://safety.example',
      everyMs: 300_000,
      software: { version: '0.1.0', digest: '00'.repeat(32) },
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
