import type { Bytes } from './bytes.ts'
import type { SignatureChecks } from './notes.ts'

/** As much of Web Crypto's `SubtleCrypto` as is needed to check a signature. */
export interface WebCrypto {
  importKey(
    format: string,
    key: Uint8Array<ArrayBuffer>,
    algorithm: { name: string },
    extractable: boolean,
    usages: string[],
  ): Promise<object>
  verify(
    algorithm: { name: string },
    key: object,
    signature: Uint8Array<ArrayBuffer>,
    message: Uint8Array<ArrayBuffer>,
  ): Promise<boolean>
}

/** Checks signatures with the runtime's Web Crypto. Without ML-DSA-44 there, the answer is `unsupported`. */
export function webChecks(subtle: WebCrypto): SignatureChecks {
  return {
    async check(algorithm, key, message, signature) {
      const of =
        algorithm === 'ed25519' ? { name: 'Ed25519', format: 'raw' } : { name: 'ML-DSA-44', format: 'raw-public' }
      let imported: object
      try {
        imported = await subtle.importKey(of.format, copyOf(key), { name: of.name }, false, ['verify'])
      } catch (error) {
        return isMissing(error) ? 'unsupported' : false
      }
      return subtle.verify({ name: of.name }, imported, copyOf(signature), copyOf(message))
    },
  }
}

/** A runtime that does not know an algorithm or key format says so by one of these. */
function isMissing(error: unknown): boolean {
  const name = error instanceof Error ? error.name : ''
  return name === 'NotSupportedError' || name === 'TypeError' || name === 'SyntaxError'
}

// Web Crypto refuses shared memory; a copy never is.
function copyOf(bytes: Bytes): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
