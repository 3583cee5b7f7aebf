import { generateKeyPairSync, sign } from 'node:crypto'
import { formatVerifierKey, type Signer, verifierKey } from '@lamplighter/ledger'
import { canonicalTermFile, readTermFile, signTermFile } from '../signals/terms-files/index.ts'

/** A key of Ed25519 under a name, for tests. */
export function signerOf(name: string): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))
  return { vkey: verifierKey(name, 1, raw), sign: async (message) => new Uint8Array(sign(null, message, privateKey)) }
}

const signer = signerOf('lists.example')
/** The key that every house of the tests trusts. */
export const LIST_KEY = formatVerifierKey(signer.vkey)

/** What a test says of a list; the rest is as in `wholeFile`. */
export interface SomeFile {
  readonly id: string
  readonly version?: number
  readonly terms?: readonly object[]
  readonly [field: string]: unknown
}

/** A term file with its note, under the key of the house or another. */
export async function signedFile(of: SomeFile, by: Signer = signer): Promise<{ file: string; note: string }> {
  const file = canonicalTermFile(new TextEncoder().encode(JSON.stringify(wholeFile(of))))
  const note = await signTermFile(readTermFile(new TextEncoder().encode(file)), { signer: by, day: '2026-06-01' })
  return { file, note }
}

const wholeFile = (of: SomeFile): object => ({
  ...{ format: 'lamplighter-terms/1', version: 1, use: 'evidence', sealed: false, harm: 'fraud' },
  ...{ licence: 'MIT', source: 'own', made: '2026-06-01' },
  ...(of.format === undefined && { terms: [{ id: 't1', text: 'pineapple' }] }),
  ...of,
})

let version = 0
/** A version that no file of this process had before. */
export const nextVersion = (): number => {
  version += 1
  return version
}
