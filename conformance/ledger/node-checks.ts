import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { SignatureChecks } from '@lamplighter/ledger'

// The DER header of a public key of each algorithm (RFC 8410 §4, RFC 9881 §4), before the key itself.
const HEADERS = {
  ed25519: '302a300506032b6570032100',
  'ml-dsa-44': '30820532300b06096086480165030403110382052100',
}

/** Checks with the runtime's own crypto module, as a server does. */
export function nodeChecks(): SignatureChecks {
  return {
    async check(algorithm, key, message, signature) {
      // OpenSSL passes over what stands behind the key.
      if (key.length !== (algorithm === 'ed25519' ? 32 : 1312)) return false
      let imported: KeyObject
      try {
        const der = Buffer.concat([Buffer.from(HEADERS[algorithm], 'hex'), key])
        imported = createPublicKey({ key: der, format: 'der', type: 'spki' })
      } catch {
        return false
      }
      return verify(null, message, imported, signature)
    },
  }
}
