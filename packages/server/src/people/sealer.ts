import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/**
 * Seals what a command may show once (a key, a link), so that its stored answer holds no secret. The keyring's sealer outlives a restart;
 * this one does not, and then the secret is gone.
 */
export interface Sealer {
  seal(text: string): Uint8Array
  /** The text, or undefined when the key to it is gone. */
  open(sealed: Uint8Array): string | undefined
}

/** AES-256-GCM (NIST SP 800-38D) under a key of this process: nonce ‖ tag ‖ ciphertext. */
export function processSealer(): Sealer {
  const key = randomBytes(32)
  return {
    seal(text) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), body]))
    },
    open(sealed) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
        decipher.setAuthTag(sealed.subarray(12, 28))
        return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}
