import type { ColumnKeyring } from '../../../storage/sealer.ts'
import { fingerprintOf } from '../fingerprints.ts'
import type { ParsedEntry } from '../parse.ts'

/** What rows of `list_entries` hold, in their order. */
export const openedEntries = (
  keyring: ColumnKeyring,
  rows: readonly Record<string, unknown>[],
): Promise<ParsedEntry[]> =>
  Promise.all(
    rows.map(async ({ list, fingerprint, body }): Promise<ParsedEntry> => {
      const row = `${list}.${fingerprintOf({ fingerprint: String(fingerprint) })}`
      const place = { table: 'list_entries', column: 'body', row }
      return JSON.parse(Buffer.from(await keyring.unseal(place, body as Uint8Array)).toString())
    }),
  )
