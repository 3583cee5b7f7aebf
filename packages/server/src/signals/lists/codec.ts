import { hmacHex, sha256Hex } from '../../http/crypto.ts'
import type { BulkSealer } from '../../storage/sealer.ts'
import type { EntryRow } from '../store.ts'
import { fingerprintOf } from './fingerprints.ts'
import type { ParsedEntry } from './parse.ts'

/** What of a list decides how its entries are named. */
export interface Keeping {
  readonly id: string
  readonly sealed: boolean
}

/** A row as it is read again. */
type KeptRow = Pick<EntryRow, 'fingerprint' | 'body' | 'sealed'>

/**
 * How entries are written to rows and read again. All of them are sealed, so that no copy of the database holds a value (matching.md §9.6); what
 * an earlier version of this software wrote in the clear is read, too. Fingerprints of sealed lists are keyed; all others can be made by anybody
 * who has the list, which is what the digest of a version is for.
 */
export interface Codec {
  /** One value from one source; two sources of a value are two entries, so that one may take its own back. */
  fingerprint(of: Keeping, entry: { readonly value: string; readonly sourceId?: string | undefined }): string
  sourceKey(of: Keeping, sourceId: string): string
  bodies(list: string, rows: readonly { fingerprint: string; entry: ParsedEntry }[]): Promise<Uint8Array[]>
  /** @throws ErasedError the value is no longer kept; KeyringError it cannot be unsealed */
  entry(list: string, row: KeptRow): Promise<ParsedEntry>
  /** Those of many rows, each with its row, in their order. Throws as `entry`, of all of them. */
  entries<R extends KeptRow>(list: string, rows: readonly R[]): Promise<{ row: R; entry: ParsedEntry }[]>
}

/** The entry went and its value with it. */
export class ErasedError extends Error {
  override readonly name = 'ErasedError'
  constructor() {
    super('the value of this entry is no longer kept')
  }
}

const inTheClear = ({ body }: KeptRow): ParsedEntry => JSON.parse(new TextDecoder().decode(body)) as ParsedEntry

const COLUMN = ['list_entries', 'body'] as const

/** @param fingerprintKey keys the fingerprints of sealed entries, so that a stolen database cannot be asked for known values */
export function makeCodec(sealer: BulkSealer, fingerprintKey: Uint8Array): Codec {
  const place = (list: string, fingerprint: string): string => `${list}.${fingerprint}`
  const keyed = ({ id, sealed }: Keeping, words: string): string =>
    sealed ? hmacHex(fingerprintKey, `${id} ${words}`) : sha256Hex(words)
  const entries: Codec['entries'] = async (list, rows) => {
    // Of many rows the key is taken out once.
    if (rows.some(({ body }) => body.length === 0)) throw new ErasedError()
    const sealed = rows.filter((row) => row.sealed === 1)
    const opened = await sealer.openAll<ParsedEntry>(
      ...COLUMN,
      sealed.map((row) => ({ row: place(list, fingerprintOf(row)), sealed: row.body })),
    )
    const of = new Map<KeptRow, ParsedEntry | undefined>(sealed.map((row, at) => [row, opened[at]]))
    return rows.map((row) => ({ row, entry: of.get(row) ?? inTheClear(row) }))
  }
  return {
    fingerprint: (of, { value, sourceId }) => keyed(of, sourceId === undefined ? value : `${value}\n${sourceId}`),
    sourceKey: (of, sourceId) => keyed(of, `source ${of.id} ${sourceId}`),
    bodies: (list, rows) =>
      sealer.sealAll(
        ...COLUMN,
        rows.map(({ fingerprint, entry }) => ({ row: place(list, fingerprintOf({ fingerprint })), value: entry })),
      ),
    entry: async (list, row) => {
      const [opened] = await entries(list, [row])
      if (opened === undefined) throw new RangeError('an entry was not opened')
      return opened.entry
    },
    entries,
  }
}
