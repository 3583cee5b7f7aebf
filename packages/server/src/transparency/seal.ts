import { createCipheriv, createDecipheriv } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A key under which records are sealed, with its name in the keyring. Structured-cloneable. */
export interface SealKey {
  readonly keyId: string
  /** 32 octets, AES-256. */
  readonly key: Uint8Array
}

/**
 * Seals octets with AES-256-GCM: nonce (12) ‖ ciphertext ‖ tag (16).
 *
 * @param nonce 12 fresh random octets
 * @param place bound to the result, so that sealed bytes cannot be moved to another row
 */
export function seal(key: Uint8Array, nonce: Uint8Array, place: string, plain: Uint8Array): Uint8Array<ArrayBuffer> {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(place))
  return new Uint8Array(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]))
}

/** Opens what `seal` made. Throws where key, place or octets are others. */
export function unseal(key: Uint8Array, place: string, sealed: Uint8Array): Uint8Array<ArrayBuffer> {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES))
  decipher.setAAD(Buffer.from(place))
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES))
  return new Uint8Array(Buffer.concat([plain, decipher.final()]))
}
