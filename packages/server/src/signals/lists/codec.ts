import { hmacHex, sha256Hex } from '../../http/crypto.ts'
import type { Sealer } from '../../storage/sealer.ts'
import type { EntryRow } from '../store.ts'
import { fingerprintOf } from './fingerprints.ts'
import type { ParsedEntry } from './parse.ts'

/** What of a list decides how its entries are kept. */
export interface Keeping {
  readonly id: string
  readonly sealed: boolean
}

/** How entries are written to rows and read again: those of sealed lists are sealed, and their fingerprints keyed. */
export interface Codec {
  /** One value from one source; two sources of a value are two entries, so that one may take its own back. */
  fingerprint(of: Keeping, entry: { readonly value: string; readonly sourceId?: string | undefined }): string
  sourceKey(of: Keeping, sourceId: string): string
  body(of: Keeping, fingerprint: string, entry: ParsedEntry): Promise<Uint8Array>
  /** @throws ErasedError the value is no longer kept; KeyringError it cannot be unsealed */
  entry(list: string, row: Pick<EntryRow, 'fingerprint' | 'body' | 'sealed'>): Promise<ParsedEntry>
}

/** The entry went and its value with it. */
export class ErasedError extends Error {
  override readonly name = 'ErasedError'
  constructor() {
    super('the value of this entry is no longer kept')
  }
}

const utf8 = new TextEncoder()

/** @param fingerprintKey keys the fingerprints of sealed entries, so that a stolen database cannot be asked for known values */
export function makeCodec(sealer: Sealer, fingerprintKey: Uint8Array): Codec {
  const place = (list: string, fingerprint: string): string => `${list}.${fingerprint}`
  const keyed = ({ id, sealed }: Keeping, words: string): string =>
    sealed ? hmacHex(fingerprintKey, `${id} ${words}`) : sha256Hex(words)
  return {
    fingerprint: (of, { value, sourceId }) => keyed(of, sourceId === undefined ? value : `${value}\n${sourceId}`),
    sourceKey: (of, sourceId) => keyed(of, `source ${of.id} ${sourceId}`),
    body: async (of, fingerprint, entry) =>
      of.sealed
        ? sealer.seal('list_entries', 'body', place(of.id, fingerprint), entry)
        : utf8.encode(JSON.stringify(entry)),
    entry: async (list, { fingerprint, body, sealed }) => {
      if (body.length === 0) throw new ErasedError()
      return sealed === 1
        ? sealer.open<ParsedEntry>('list_entries', 'body', place(list, fingerprintOf({ fingerprint })), body)
        : (JSON.parse(new TextDecoder().decode(body)) as ParsedEntry)
    },
  }
}
