/** As much of the keyring as sealed columns need. */
export interface ColumnKeyring {
  seal(place: { table: string; column: string; row: string }, bytes: Uint8Array): Promise<Uint8Array>
  unseal(place: { table: string; column: string; row: string }, sealed: Uint8Array): Promise<Uint8Array>
}

/** The same for many values at once. */
export interface BulkKeyring extends ColumnKeyring {
  sealAll(
    values: readonly { place: { table: string; column: string; row: string }; bytes: Uint8Array }[],
  ): Promise<Uint8Array[]>
  unsealAll(
    values: readonly { place: { table: string; column: string; row: string }; sealed: Uint8Array }[],
  ): Promise<Uint8Array[]>
}

/** Seals and opens JSON values of one database row (security.md §8, sealed columns). */
export interface Sealer {
  /** The result can only be opened for the same table, column and row. */
  seal(table: string, column: string, row: string, value: unknown): Promise<Uint8Array>
  /** Opens what `seal` made; the caller names the type that it sealed. @throws KeyringError `seal_broken` · `key_destroyed` */
  open<T>(table: string, column: string, row: string, sealed: Uint8Array): Promise<T>
}

export interface BulkSealer extends Sealer {
  /** Seals values of many rows of one column; in their order. */
  sealAll(table: string, column: string, rows: readonly { row: string; value: unknown }[]): Promise<Uint8Array[]>
  /** Opens values of many rows of one column; in their order. Throws as `open`, of all of them. */
  openAll<T>(table: string, column: string, rows: readonly { row: string; sealed: Uint8Array }[]): Promise<T[]>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

export function makeSealer(keyring: BulkKeyring): BulkSealer {
  return {
    seal: (table, column, row, value) => keyring.seal({ table, column, row }, encoder.encode(JSON.stringify(value))),
    sealAll: (table, column, rows) =>
      keyring.sealAll(
        rows.map(({ row, value }) => ({
          place: { table, column, row },
          bytes: encoder.encode(JSON.stringify(value)),
        })),
      ),
    open: async <T>(table: string, column: string, row: string, sealed: Uint8Array) =>
      JSON.parse(decoder.decode(await keyring.unseal({ table, column, row }, sealed))) as T,
    openAll: async <T>(table: string, column: string, rows: readonly { row: string; sealed: Uint8Array }[]) => {
      const opened = await keyring.unsealAll(rows.map(({ row, sealed }) => ({ place: { table, column, row }, sealed })))
      return opened.map((bytes) => JSON.parse(decoder.decode(bytes)) as T)
    },
  }
}
