import type { RecordedJson } from '@lamplighter/api'
import {
  type Bytes,
  formatReceipt,
  leavesOf,
  open,
  proveInclusion,
  TILE_WIDTH,
  type TileSource,
  tileWidth,
} from '@lamplighter/ledger'
import type { Store } from '../storage/seam.ts'
import { TransparencyError } from './errors.ts'
import type { LogFiles } from './files.ts'
import { type LedgerKeyring, personKey } from './keys.ts'
import { shownSlots } from './kinds.ts'
import { type ReceiptRow, receiptRow } from './receipt-store.ts'
import { type Content, contentOf, type SealKey } from './record.ts'
import { runtimeHash } from './signing.ts'

/** Staff are told that a receipt is not to be shown yet; to everybody else such a record does not exist. */
export type Viewer = 'person' | 'staff'

/** What can be said of a record (ledger.md §7). */
export type ReceiptState =
  | { readonly state: 'unknown' }
  | { readonly state: 'not_yet' }
  | { readonly state: 'pending'; readonly recorded: RecordedJson; readonly by: string | null }
  | {
      readonly state: 'ready'
      /** The tlog-proof file. */
      readonly file: string
      readonly witnessed: boolean
      readonly recorded: RecordedJson
      /** Number of the person of the staff who acted; for access checks, never shown. */
      readonly by: string | null
      readonly index: number
      readonly size: number
      /** Hours between the act and its place in the log, where they are more than 24. */
      readonly lateHours: number | null
    }
  | {
      readonly state: 'destroyed' /** Index of the entry that says so; null while it waits. */
      readonly erasure: number | null
    }

export interface ReceiptParts {
  readonly store: Store
  readonly files: (origin: string) => LogFiles
  readonly keyring: LedgerKeyring
  readonly platform: SealKey
}

const HOUR_MS = 3_600_000
const LATE_HOURS = 24

/** The receipt of a record, with the fields that the person named may see. */
export async function receiptOf(
  parts: ReceiptParts,
  record: string,
  viewer: Viewer,
  now: number,
): Promise<ReceiptState> {
  const row = await parts.store.read(receiptRow, record)
  if (row === undefined) return { state: 'unknown' }
  if (row.not_before !== null && row.not_before > now) return { state: viewer === 'staff' ? 'not_yet' : 'unknown' }
  const destroyed = { state: 'destroyed', erasure: row.erasure } as const
  if (row.state === 'destroyed' || row.sealed === null || row.kind === null) return destroyed
  const key = await keyOf(parts, row)
  if (key === undefined) return destroyed
  const recorded = recordedOf(row)
  const content = contentOf(key, record, row.sealed)
  const by = byOf(content)
  if (row.leaf_index === null || row.checkpoint === null || row.leaf_index >= row.checkpoint.size) {
    return { state: 'pending', recorded, by }
  }
  const { size, text } = row.checkpoint
  const files = parts.files(row.origin)
  const leaf = await leafAt(files, row.leaf_index, size)
  const opening = open({ leaf, kind: row.kind, ...content }, shownSlots(row.kind, row.class === 1), runtimeHash)
  const path = await proveInclusion(files, row.leaf_index, size, runtimeHash)
  return {
    state: 'ready',
    file: formatReceipt(opening, { index: row.leaf_index, path, checkpoint: text }),
    witnessed: false,
    recorded,
    by,
    index: row.leaf_index,
    size,
    lateHours: lateHours(row),
  }
}

/** The 38 octets of a leaf, out of its bundle. */
export async function leafAt(files: TileSource, index: number, size: number): Promise<Bytes> {
  const n = Math.floor(index / TILE_WIDTH)
  const width = tileWidth(0, n, size)
  const leaf = leavesOf(await files.bundle(n, width), width)[index - n * TILE_WIDTH]
  if (leaf === undefined) throw new TransparencyError('missing_tile', `leaf ${index} is not in its bundle`)
  return leaf
}

async function keyOf(parts: ReceiptParts, row: ReceiptRow): Promise<Uint8Array | undefined> {
  if (row.person_key === null) return undefined
  if (row.person_key === parts.platform.keyId) return parts.platform.key
  try {
    return await personKey(parts.keyring, row.person_key)
  } catch (error) {
    // The tombstone in the keyring outlives a restored database: what was erased stays erased.
    if (error instanceof Error && 'code' in error && error.code === 'key_destroyed') return undefined
    throw error
  }
}

function byOf(content: Content): string | null {
  const field = [...content.fields.values()].find(({ name }) => name === 'by' || name === 'staff')
  const value: unknown = field === undefined ? null : JSON.parse(field.value)
  return typeof value === 'string' ? value : null
}

function recordedOf(row: ReceiptRow): RecordedJson {
  return { record: row.id, commitment: Buffer.from(row.commitment).toString('base64'), promise: row.promise }
}

function lateHours(row: ReceiptRow): number | null {
  if (row.period === null || row.at === null) return null
  const hours = row.period - Math.floor(row.at / HOUR_MS)
  return hours > LATE_HOURS ? hours : null
}
