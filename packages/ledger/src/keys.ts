import { type Bytes, base64, bigEndian, concat, fromBase64, hex, numberOf, utf8 } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { sha256 } from './sha256.ts'

/** 1 plain Ed25519 · 4 Ed25519 with time, of a witness · 6 ML-DSA-44 with time (C2SP signed-note, tlog-cosignature). */
export type KeyType = 1 | 4 | 6

/** A public key under its name (C2SP signed-note, "Verifier keys"). */
export interface VerifierKey {
  readonly name: string
  /** The first 32 bits of a hash over name, type and key: which key it is, not a proof of anything. */
  readonly id: number
  readonly type: KeyType
  /** 32 octets for types 1 and 4, 1,312 for type 6. */
  readonly key: Bytes
}

const KEY_BYTES = { 1: 32, 4: 32, 6: 1312 } as const

/** Puts a public key under a name. @throws LedgerError `bad_vkey` for a name or key that cannot be */
export function verifierKey(name: string, type: KeyType, key: Bytes): VerifierKey {
  if (!isKeyName(name)) throw badKey('a key name has no space and no plus sign')
  if (key.length !== KEY_BYTES[type]) {
    throw badKey(`a key of type ${type} has ${KEY_BYTES[type]} octets, not ${key.length}`)
  }
  const digest = sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), key))
  return { name, id: numberOf(digest.subarray(0, 4)), type, key }
}

/** The text form, `name+id+key`. */
export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${hex(bigEndian(key.id, 4))}+${base64(concat(Uint8Array.of(key.type), key.key))}`
}

/** Reads the text form. @throws LedgerError `bad_vkey` also where the id is that of another key */
export function parseVerifierKey(text: string): VerifierKey {
  if (text.length > 4096) throw badKey('longer than any verifier key')
  const [name = '', , ...rest] = text.split('+')
  const octets = fromBase64(rest.join('+'))
  const type = octets?.[0]
  if (octets === null || (type !== 1 && type !== 4 && type !== 6)) {
    throw badKey('expected name+id+key with a key of type 1, 4 or 6')
  }
  const key = verifierKey(name, type, octets.subarray(1))
  if (formatVerifierKey(key) !== text) throw badKey('the id is not that of this name and key')
  return key
}

/** Whether a text can be a key's name (C2SP signed-note): not empty, no space of any script, no plus sign. */
export function isKeyName(name: string): boolean {
  // U+0085 is a space in Unicode, but not in a regular expression's \s.
  return name !== '' && name.isWellFormed() && !/[\s\u0085+]/u.test(name) && !hasControl(name)
}

/** Whether a text has an ASCII control character other than newline. */
export function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit < 0x20 && unit !== 0x0a) return true
  }
  return false
}

/** Whether two keys are one key, whatever the names (C2SP tlog-policy). */
export function sameKey(a: VerifierKey, b: VerifierKey): boolean {
  return base64(a.key) === base64(b.key)
}

function badKey(message: string): LedgerError {
  return new LedgerError('bad_vkey', message)
}
