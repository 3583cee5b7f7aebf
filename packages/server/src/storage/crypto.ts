import { createCipheriv, createDecipheriv, createHmac, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'

// The algorithms that protect what is stored. Each ciphertext begins with the byte of its algorithm, so one can be replaced.

export const KEY_BYTES = 32
const AES_256_GCM = 1
/** The same under one key for all rows of a column: what binds a value to its row is the context alone. */
export const AES_256_GCM_OF_COLUMN = 2
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What a seal rests on was wrong: another key, another context, or changed bytes. Nothing tells which. */
export class SealBroken extends Error {
  override name = 'SealBroken'
}

export function newKey(): Uint8Array {
  return new Uint8Array(randomBytes(KEY_BYTES))
}

const NONCES = 512
let nonces = new Uint8Array()

// Drawn in stock: a call for 12 bytes costs as much as one for 6,000. Each is used once.
function newNonce(): Uint8Array {
  if (nonces.length === 0) nonces = randomBytes(NONCES * NONCE_BYTES)
  const nonce = nonces.slice(0, NONCE_BYTES)
  nonces = nonces.subarray(NONCE_BYTES)
  return nonce
}

/** HKDF-SHA-256 (RFC 5869) without salt: the input is a uniform key already. */
export function derive(key: Uint8Array | KeyObject, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), info, KEY_BYTES))
}

/** HMAC-SHA-256. */
export function mac(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(bytes).digest())
}

/**
 * AES-256-GCM with a random nonce: algorithm byte ‖ nonce (12) ‖ ciphertext ‖ tag (16).
 * @param key a `KeyObject` where many values are sealed under one key: the bytes would be taken in anew each time, which costs more than the sealing
 * @param context bound to the ciphertext, not contained in it
 * @param head put before the result as it is, such as the name of the key
 * @param algorithm its byte, which says what kind of key it was, too
 */
export function seal(
  key: Uint8Array | KeyObject,
  context: Uint8Array,
  bytes: Uint8Array,
  head: Uint8Array = NO_BYTES,
  algorithm = AES_256_GCM,
): Uint8Array<ArrayBuffer> {
  const nonce = newNonce()
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(context)
  const at = head.length
  const sealed = new Uint8Array(at + 1 + NONCE_BYTES + bytes.length + TAG_BYTES)
  sealed.set(head)
  sealed[at] = algorithm
  sealed.set(nonce, at + 1)
  sealed.set(cipher.update(bytes), at + 1 + NONCE_BYTES)
  // GCM is a stream: all has come out by now, and the end only makes the tag.
  cipher.final()
  sealed.set(cipher.getAuthTag(), at + 1 + NONCE_BYTES + bytes.length)
  return sealed
}

const NO_BYTES = new Uint8Array()

/** @throws SealBroken */
export function unseal(
  key: Uint8Array | KeyObject,
  context: Uint8Array,
  sealed: Uint8Array,
  algorithm = AES_256_GCM,
): Uint8Array {
  if (sealed[0] !== algorithm || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) {
    throw new SealBroken(`expected a ciphertext of algorithm ${algorithm}, found ${sealed[0] ?? 'nothing'}`)
  }
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
  const tagAt = sealed.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(context)
  decipher.setAuthTag(sealed.subarray(tagAt))
  try {
    const bytes = decipher.update(sealed.subarray(1 + NONCE_BYTES, tagAt))
    decipher.final()
    return new Uint8Array(bytes)
  } catch (error) {
    throw new SealBroken('the bytes, their place or their key is not the one they were sealed with', { cause: error })
  }
}
