import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject, sign, verify } from 'node:crypto'
import { type Hash, type SignatureChecks, type Signer, type VerifierKey, verifierKey } from '@lamplighter/ledger'

/** SHA-256 of the runtime, about twice as fast as the ledger's own. */
export const runtimeHash: Hash = (message) => new Uint8Array(hash('sha256', message, 'buffer'))

/** A key pair of Ed25519 under a name. */
export interface LogKey {
  readonly vkey: VerifierKey
  /** PKCS #8. Secret. */
  readonly privateKey: Uint8Array
}

const RAW_KEY_BYTES = 32
// What stands before the 32 octets of a public Ed25519 key in its SubjectPublicKeyInfo (RFC 8410 §4).
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

export function newLogKey(name: string): LogKey {
  const pair = generateKeyPairSync('ed25519')
  const spki = pair.publicKey.export({ type: 'spki', format: 'der' })
  const pkcs8 = pair.privateKey.export({ type: 'pkcs8', format: 'der' })
  return {
    vkey: verifierKey(name, 1, new Uint8Array(spki.subarray(-RAW_KEY_BYTES))),
    privateKey: new Uint8Array(pkcs8),
  }
}

// Reading a key takes longer than signing, and a process has only a few.
const parsed = new Map<string, KeyObject>()

/** A signer that never waits: it can be used inside a transaction. */
export function signerOf(key: LogKey): Signer {
  const cacheKey = `${key.vkey.name}+${key.vkey.id}`
  const known = parsed.get(cacheKey)
  const privateKey = known ?? createPrivateKey({ key: Buffer.from(key.privateKey), format: 'der', type: 'pkcs8' })
  parsed.set(cacheKey, privateKey)
  return { vkey: key.vkey, sign: async (message) => new Uint8Array(sign(null, message, privateKey)) }
}

/** Checks signatures with the runtime's own crypto. ML-DSA-44 is not checked here, and said to be so. */
export const runtimeChecks: SignatureChecks = {
  async check(algorithm, key, message, signature) {
    if (algorithm !== 'ed25519') return 'unsupported'
    const publicKey = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key]), format: 'der', type: 'spki' })
    return verify(null, message, publicKey, signature)
  },
}
