import { promiseName } from '@lamplighter/ledger'
import { ledgerStands } from '../events.ts'
import { metrics } from '../metrics.ts'
import type { Storage } from '../storage/open.ts'
import type { Affected } from './acts.ts'
import { afterBatches, endKeys, erasePerson } from './erasure.ts'
import { LogFiles } from './files.ts'
import { keyNamed, keysOfPersons, type LedgerKeyring, newKeys, platformKeys, readKeys, wrapKey } from './keys.ts'
import { type ReceiptState, receiptOf, type Viewer } from './receipts.ts'
import { type Rechecked, recheck } from './recheck.ts'
import type { RecordKeys } from './record.ts'
import { reopen } from './reopen.ts'
import { runSchedule } from './schedule.ts'
import type { Alarm, SequencerParts } from './sequencer.ts'
import type { LogKey } from './signing.ts'
import { type LedgerStates, statesOf } from './states.ts'
import { headOfLog, markRestored, openLogs, softwareStarted } from './store.ts'
import { type Ground, LOGS, type LogName } from './tables.ts'

/** How the ledger is set up. */
export interface TransparencyConfig {
  /** Address of the installation; its host is part of the origin from the first start on. */
  readonly url: string
  /** Milliseconds between two batches; 300,000, in the demo 10,000. */
  readonly everyMs: number
  readonly software: { readonly version: string; readonly digest: string }
  readonly now?: () => number
  readonly alarm?: (code: Alarm, log: LogName) => void
  /** Told of every round of batches that failed; the next one tries again. */
  readonly onProblem?: (error: unknown) => void
}

/** The ledger as the rest of the server sees it. */
export interface Transparency {
  readonly config: TransparencyConfig
  readonly parts: SequencerParts
  readonly keyring: LedgerKeyring
  /** On the main thread, before the work: the keys that `record` needs for acts that affect these persons. Never in a log or a row. */
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
  receiptOf(record: string, viewer: Viewer, now?: number): Promise<ReceiptState>
  /** How both logs stand (`GET /v1/log` and metrics). */
  states(): Promise<LedgerStates>
  /** Erases a person from the ledger: content, then key (ledger.md §12.1). Holds are the caller's to respect. */
  erase(affected: Affected, ground: Ground): Promise<{ records: number }>
  /** `ledger recheck`: recomputes a log and ends a halt whose cause is gone. @param moved the address really changed */
  recheck(log: LogName, moved: boolean): Promise<Rechecked>
  /** `ledger reopen`: begins a halted log anew under the next origin. */
  reopen(log: LogName): Promise<{ origin: string }>
  /** What follows after batches: naming what was erased, retention. `start` does it after each round. */
  afterBatches(): Promise<void>
  /** For `restore`: what was put back signs nothing before a witness or a person vouched for it. */
  markRestored(): Promise<void>
  /** Starts to close batches in the background. @returns how to stop; it waits for the batch under way */
  start(): () => Promise<void>
}

/**
 * Opens the ledger: makes keys and both logs at the first start, notes new software. Signs no checkpoint; `start` does.
 *
 * @param storage with the tables of this subject
 */
export async function openTransparency(
  storage: Pick<Storage, 'store' | 'blobs' | 'leases' | 'wakeup'>,
  keyring: LedgerKeyring,
  config: TransparencyConfig,
): Promise<Transparency> {
  const { store } = storage
  const now = config.now ?? Date.now
  const platform = await platformKeys(keyring)
  const host = new URL(config.url).host
  const origins = { actions: `${host}/log/actions`, sealed: `${host}/log/sealed` }
  let keys: LogKey[] = await readKeys(store, platform)
  if (keys.length === 0) {
    const made = LOGS.flatMap((log) => newKeys(log, origins[log]))
    const stored = made.map((key) => wrapKey(platform, key))
    const first = recordKeysOf(origins.actions, made, platform.seal)
    await store.tx(openLogs, { origins, stored, keys: first }, { once: { scope: 'transparency', key: 'open' } })
    // Another process may have been first: what is in the database is true.
    keys = await readKeys(store, platform)
  }
  const { origin } = await store.read(headOfLog, 'actions')
  let base = recordKeysOf(origin, keys, platform.seal)
  await store.tx(softwareStarted, { ...config.software, keys: base })
  const parts: SequencerParts = {
    store,
    platform: platform.seal,
    files: (of) => new LogFiles(storage.blobs, of),
    signers: (of) => keys.filter(({ vkey }) => vkey.name === of),
    alarm: config.alarm ?? (() => undefined),
  }
  const receipts = { ...parts, keyring }
  const erasure = { store, keyring, platform, keys: () => base }
  await endKeys(erasure)
  const states = () => statesOf(store, config.everyMs)
  return {
    config,
    parts,
    keyring,
    keysFor: async (affected) => ({ ...base, persons: await keysOfPersons({ store, keyring, platform }, affected) }),
    receiptOf: (record, viewer, at = now()) => receiptOf(receipts, record, viewer, at),
    states,
    erase: (affected, ground) => erasePerson(erasure, affected, ground),
    recheck: (log, moved) => recheck(parts, base, { log, host, moved }),
    async reopen(log) {
      const made = await reopen(parts, platform, {
        log,
        // A record of the sealed log's new beginning is an entry of the public one.
        recordKeysOf: (of, own) => (log === 'actions' ? recordKeysOf(of, own, platform.seal) : base),
      })
      keys = await readKeys(store, platform)
      if (log === 'actions') base = recordKeysOf(made.origin, keys, platform.seal)
      return made
    },
    afterBatches: () => afterBatches(erasure),
    markRestored: () => store.tx(markRestored, null),
    start() {
      metrics.collect(async () => ledgerStands(standOf(await states(), now())))
      return runSchedule({
        ...{ parts, host, now },
        leases: storage.leases,
        everyMs: config.everyMs,
        after: async () => {
          await afterBatches(erasure)
          if ((await states()).overdue > 0) parts.alarm('promise_late', 'actions')
        },
        onProblem: config.onProblem ?? (() => undefined),
      })
    },
  }
}

function recordKeysOf(origin: string, keys: readonly LogKey[], platform: RecordKeys['platform']): RecordKeys {
  return { origin, promise: keyNamed(keys, promiseName(origin)), platform, persons: new Map() }
}

function standOf(states: LedgerStates, now: number): Parameters<typeof ledgerStands>[0] {
  const isHalted = (log: LogName): boolean => states.logs.some((one) => one.log === log && one.halt !== null)
  const actions = states.logs.find(({ log }) => log === 'actions')
  const oldest = actions?.oldestPendingAt ?? now
  return {
    pending: actions?.pending ?? 0,
    oldestS: Math.max(0, (now - oldest) / 1000),
    promisesLate: states.promisesLate,
    halted: { actions: isHalted('actions'), sealed: isHalted('sealed') },
  }
}
