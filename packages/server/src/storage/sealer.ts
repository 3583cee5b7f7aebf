/** As much of the keyring as sealed columns need. */
export interface ColumnKeyring {
  seal(place: { table: string; column: string; row: string }, bytes: Uint8Array): Promise<Uint8Array>
  unseal(place: { table: string; column: string; row: string }, sealed: Uint8Array): Promise<Uint8Array>
}

/** Seals and opens JSON values of one database row (security.md §8, sealed columns). */
export interface Sealer {
  /** The result can only be opened for the same table, column and row. */
  seal(table: string, column: string, row: string, value: unknown): Promise<Uint8Array>
  /** Opens what `seal` made; the caller names the type that it sealed. @throws KeyringError `seal_broken` · `key_destroyed` */
  open<T>(table: string, column: string, row: string, sealed: Uint8Array): Promise<T>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

export function makeSealer(keyring: ColumnKeyring): Sealer {
  return {
    seal: (table, column, row, value) => keyring.seal({ table, column, row }, encoder.encode(JSON.stringify(value))),
    open: async <T>(table: string, column: string, row: string, sealed: Uint8Array) =>
      JSON.parse(decoder.decode(await keyring.unseal({ table, column, row }, sealed))) as T,
  }
}
