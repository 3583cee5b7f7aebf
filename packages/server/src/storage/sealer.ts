import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** As much of the keyring as sealed columns need. */
export interface ColumnKeys {
  make(kind: 'column', ref: string): Promise<string>
  /** 32 bytes. @throws when the key was destroyed */
  read(id: string): Promise<Uint8Array>
}

/** Seals and opens JSON values of one database row (security.md §8, sealed columns). */
export interface Sealer {
  /** The result can only be opened for the same table, column and row. */
  seal(table: string, column: string, row: string, value: unknown): Promise<Uint8Array>
  /** @throws Error when the bytes belong elsewhere, were changed, or their key was destroyed */
  open<T>(table: string, column: string, row: string, bytes: Uint8Array): Promise<T>
}

// Byte 0 names the algorithm, so that it can be replaced: 1 = AES-256-GCM, key by HKDF-SHA-256 from the month's column key.
const ALGORITHM = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Columns are sealed under a key of the month: old months can be shredded as a whole. */
export function makeSealer(keys: ColumnKeys, now: () => number): Sealer {
  const cached = new Map<string, Promise<Uint8Array>>()
  const keyOf = (id: string): Promise<Uint8Array> => {
    const held = cached.get(id) ?? keys.read(id)
    cached.set(id, held)
    held.catch(() => cached.delete(id))
    return held
  }
  const months = new Map<string, Promise<string>>()
  const keyOfMonth = (): Promise<string> => {
    const month = `columns-${new Date(now()).toISOString().slice(0, 7)}`
    const made = months.get(month) ?? keys.make('column', month)
    months.set(month, made)
    made.catch(() => months.delete(month))
    return made
  }
  return {
    async seal(table, column, row, value) {
      const id = await keyOfMonth()
      const place = `${table}.${column}.${row}`
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', placeKey(await keyOf(id), place), nonce)
      const name = Buffer.from(id)
      const head = Buffer.concat([Buffer.from([ALGORITHM, name.length]), name])
      cipher.setAAD(Buffer.concat([head, Buffer.from(place)]))
      const body = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()])
      return new Uint8Array(Buffer.concat([head, nonce, body, cipher.getAuthTag()]))
    },
    async open<T>(table: string, column: string, row: string, bytes: Uint8Array): Promise<T> {
      const place = `${table}.${column}.${row}`
      if (bytes[0] !== ALGORITHM) throw new Error(`sealed value of ${table}.${column}: unknown algorithm ${bytes[0]}`)
      const headEnd = 2 + (bytes[1] ?? 0)
      const id = Buffer.from(bytes.subarray(2, headEnd)).toString()
      const nonceEnd = headEnd + NONCE_BYTES
      const decipher = createDecipheriv(
        'aes-256-gcm',
        placeKey(await keyOf(id), place),
        bytes.subarray(headEnd, nonceEnd),
      )
      decipher.setAAD(Buffer.concat([bytes.subarray(0, headEnd), Buffer.from(place)]))
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
      const plain = Buffer.concat([
        decipher.update(bytes.subarray(nonceEnd, bytes.length - TAG_BYTES)),
        decipher.final(),
      ])
      return JSON.parse(plain.toString()) as T
    },
  }
}

const placeKey = (key: Uint8Array, place: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), `lamplighter column ${place}`, 32))
