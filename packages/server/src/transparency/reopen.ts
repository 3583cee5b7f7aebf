import { parseCheckpoint } from '@lamplighter/ledger'
import { TransparencyError } from './errors.ts'
import { newKeys, type PlatformKeys, wrapKey } from './keys.ts'
import type { RecordKeys } from './record.ts'
import type { SequencerParts } from './sequencer.ts'
import type { LogKey } from './signing.ts'
import { largestWatermark } from './startup.ts'
import { headOfLog, latestCheckpoint, reopenLog } from './store.ts'
import type { LogName } from './tables.ts'

/**
 * Begins a halted log anew under the next origin (`actions-2`): the way out where no witness can say what was signed last. Receipts of the
 * old log stay valid.
 *
 * @param recordKeysOf the keys of acts, of an origin with these keys
 * @throws TransparencyError `conflict` the log is not halted
 */
export async function reopen(
  parts: SequencerParts,
  platform: PlatformKeys,
  asked: { log: LogName; recordKeysOf: (origin: string, made: readonly LogKey[]) => RecordKeys },
): Promise<{ origin: string }> {
  const { log } = asked
  const head = await parts.store.read(headOfLog, log)
  if (head.halt === null) throw new TransparencyError('conflict', `the log ${log} is not halted; it goes on as it is`)
  const old = await lastSigned(parts, head.origin)
  const origin = `${head.origin.replace(/-\d+$/, '')}-${head.generation + 1}`
  const made = newKeys(log, origin)
  const stored = made.map((key) => wrapKey(platform, key))
  const keys = asked.recordKeysOf(origin, made)
  await parts.store.tx(reopenLog, { log, origin, stored, old: { origin: head.origin, ...old }, keys })
  return { origin }
}

/** The largest state that we are known to have signed, by the database or by the files. */
async function lastSigned(parts: SequencerParts, origin: string): Promise<{ size: number; root: Uint8Array }> {
  const row = await parts.store.read(latestCheckpoint, origin)
  const signed = row === undefined ? undefined : parseCheckpoint(row.text).head
  const marked = await largestWatermark(parts, origin, parts.files(origin))
  const largest = [signed, marked].filter((head) => head !== undefined).sort((a, b) => b.size - a.size)[0]
  if (largest === undefined)
    throw new TransparencyError('conflict', 'nothing was ever signed; there is nothing to continue')
  return largest
}
