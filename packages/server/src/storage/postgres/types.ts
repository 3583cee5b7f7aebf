import { types } from 'pg'
import { StorageError } from '../errors.ts'

// Object ids of pg_type.
const INT8 = 20
const NUMERIC = 1700
const BYTEA = 17

/** Values as SQLite gives them: counts and instants as numbers, bytes as Uint8Array (`platform.md` §5). */
export const typeParsers = {
  // biome-ignore lint/suspicious/noExplicitAny: the driver's own signature
  getTypeParser(oid: number, format?: 'text' | 'binary'): any {
    if (oid === INT8 || oid === NUMERIC) return exactNumber
    if (oid === BYTEA) return bytesOf
    return types.getTypeParser(oid, format ?? 'text')
  },
}

// A sum of bigint columns is a numeric in PostgreSQL.
function exactNumber(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new StorageError('statement_failed', 'a count is above 2^53; it cannot be told exactly')
  }
  return value
}

// `\x` and two hex digits per byte: the only form the server sends since version 9.
function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'))
}
