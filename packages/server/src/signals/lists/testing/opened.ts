import type { House } from '../../../testing/house.ts'
import { fingerprintOf } from '../fingerprints.ts'
import type { ParsedEntry } from '../parse.ts'

/** What rows of `list_entries` hold, opened by the house's keyring; in their order. */
export const openedEntries = (house: House, rows: readonly Record<string, unknown>[]): Promise<ParsedEntry[]> =>
  Promise.all(
    rows.map(async ({ list, fingerprint, body }): Promise<ParsedEntry> => {
      const row = `${list}.${fingerprintOf({ fingerprint: String(fingerprint) })}`
      const place = { table: 'list_entries', column: 'body', row }
      return JSON.parse(Buffer.from(await house.context.keyring.unseal(place, body as Uint8Array)).toString())
    }),
  )
