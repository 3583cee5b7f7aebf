import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { formatVerifierKey, isKeyName, LedgerError, type Signer, verifierKey } from '@lamplighter/ledger'
import { canonicalTermFile, readTermFile, signTermFile } from '../../signals/terms-files/index.ts'
import type { Command } from '../command.ts'
import { type Io, UsageError } from '../io.ts'
import { notePath } from '../term-file.ts'

function bytesOf(io: Io, file: string): { readonly path: string; readonly bytes: Uint8Array } {
  const path = resolve(io.folder, file)
  if (!existsSync(path)) throw new UsageError(`${path} cannot be read; give the path of a term file`)
  return { path, bytes: readFileSync(path) }
}

/** A private key of Ed25519 in PEM (RFC 8410). With `--new` it is made, for its owner's eyes only. */
function keyAt(path: string, isNew: boolean): KeyObject {
  if (!existsSync(path)) {
    if (!isNew)
      throw new UsageError(`There is no key at ${path}; add --new to make one, and keep it where nobody else reads it`)
    const { privateKey } = generateKeyPairSync('ed25519')
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
    return privateKey
  }
  if (isNew) throw new UsageError(`There is a key at ${path}; leave --new out, or name another file`)
  let key: KeyObject | undefined
  try {
    key = createPrivateKey(readFileSync(path))
  } catch {
    // Said below: what OpenSSL says of a file that is no key helps nobody.
  }
  if (key?.asymmetricKeyType === 'ed25519') return key
  throw new UsageError(`${path} holds no private Ed25519 key in PEM; name another file, or make a key with --new`)
}

function signerOf(name: string, privateKey: KeyObject): Signer {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  // The 32 octets of the key stand at the end of its SubjectPublicKeyInfo (RFC 8410 §4).
  const vkey = verifierKey(name, 1, new Uint8Array(spki.subarray(-32)))
  return { vkey, sign: async (message) => new Uint8Array(sign(null, message, privateKey)) }
}

export const commands: readonly Command[] = [
  {
    name: 'lists sign',
    summary: 'Writes a term file in its canonical form and signs it: the note lies beside it.',
    example: 'lamplighter lists sign slurs_en.json --key lists.pem --name lists.example.org',
    args: ['file'],
    options: {
      key: { help: 'file of the private key (Ed25519, PEM)', value: 'file' },
      name: { help: 'name of the key, without a space or plus sign', value: 'name' },
      new: { help: 'make the key file' },
    },
    async run(io, given) {
      const { path, bytes } = bytesOf(io, given.args[0] ?? '')
      const [keyFile, name] = [given.value('key'), given.value('name')]
      if (keyFile === undefined || name === undefined) throw new UsageError('lists sign needs --key and --name')
      if (!isKeyName(name)) throw new UsageError('--name: a key name has no space and no plus sign')
      // The file is checked first: a key that was made for nothing would lie about.
      const text = canonicalTermFile(bytes)
      const signer = signerOf(name, keyAt(resolve(io.folder, keyFile), given.has('new')))
      const file = readTermFile(new TextEncoder().encode(text))
      const note = notePath(path)
      const day = new Date().toISOString().slice(0, 10)
      const before = existsSync(note) ? readFileSync(note, 'utf8') : undefined
      const signed = await signTermFile(file, { signer, day, note: before }).catch((fault: unknown) => {
        if (!(fault instanceof LedgerError)) throw fault
        throw new UsageError(`${note} is no signed note; take it away and sign again`)
      })
      writeFileSync(path, text)
      writeFileSync(note, signed)
      const key = formatVerifierKey(signer.vkey)
      io.result({ id: file.text.id, version: file.text.version, sha256: file.sha256, note, key }, [
        `${file.text.id} version ${file.text.version}, ${file.entries.length} entries, signed by ${name}: ${note}`,
        `Who takes lists from you sets: LAMPLIGHTER_LIST_KEYS=${key}`,
      ])
      return 0
    },
  },
]
