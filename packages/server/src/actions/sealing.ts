import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'

/** A column key from the keyring. Structured-cloneable; never stored, never logged. */
export interface ColumnKey {
  readonly id: string
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** Where a sealed value stands. It is bound to its place: moved elsewhere it does not open. */
export interface Place {
  readonly table: string
  readonly column: string
  readonly row: string
}

const AES_256_GCM = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Seals text: algorithm byte ‖ nonce (12) ‖ AES-256-GCM ciphertext ‖ tag (16), under HKDF-SHA-256(column key, place) (security.md §8).
 *
 * @param nonce 12 fresh random bytes
 */
export function sealText(key: ColumnKey, place: Place, nonce: Uint8Array, text: string): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', placeKey(key, place), nonce)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return new Uint8Array(Buffer.concat([Buffer.from([AES_256_GCM]), nonce, sealed]))
}

/** Opens what `sealText` made. Throws where key, place or bytes are others. */
export function openText(key: ColumnKey, place: Place, sealed: Uint8Array): string {
  if (sealed[0] !== AES_256_GCM)
    throw new RangeError(`expected a value sealed with AES-256-GCM, found algorithm ${sealed[0]}`)
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', placeKey(key, place), nonce)
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const body = sealed.subarray(1 + NONCE_BYTES, sealed.length - TAG_BYTES)
  return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
}

function placeKey(key: ColumnKey, place: Place): Uint8Array {
  // JSON keeps the three names apart: no two places write the same text.
  const label = JSON.stringify([place.table, place.column, place.row])
  return new Uint8Array(hkdfSync('sha256', key.key, Buffer.alloc(0), label, 32))
}
