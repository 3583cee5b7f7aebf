import { type Bytes, base64, bigEndian, concat, fromBase64, numberOf, utf8 } from './bytes.ts'
import { messageOf, TIME_BYTES } from './cosignatures.ts'
import { LedgerError } from './errors.ts'
import { hasControl, isKeyName, type VerifierKey } from './keys.ts'

/** How signatures are checked; `unsupported` is neither yes nor no, and never counts as yes. */
export interface SignatureChecks {
  check(
    algorithm: 'ed25519' | 'ml-dsa-44',
    key: Bytes,
    message: Bytes,
    signature: Bytes,
  ): Promise<boolean | 'unsupported'>
}

/** A private key that stays where it is. */
export interface Signer {
  readonly vkey: VerifierKey
  sign(message: Bytes): Promise<Bytes>
}

/** One signature of a note: whose it says it is, and its octets behind the key's id. */
export interface SignatureLine {
  readonly name: string
  readonly id: number
  readonly signature: Bytes
}

/** A note taken apart; nothing in it has been checked. */
export interface Note {
  readonly text: string
  readonly signatures: readonly SignatureLine[]
}

/** A signature that was checked and is good. */
export interface Signed {
  readonly key: VerifierKey
  /** Unix seconds, of types 4 and 6. 0 makes no statement about time and is no statement of a witness. */
  readonly at?: number
}

/** The longest note, in octets, and the most signatures. */
export const NOTE_BYTES = 128 * 1024
const SIGNATURES = 32
const MARK = '\u2014 '

/** Takes a note apart (C2SP signed-note). @throws LedgerError `bad_note` · `too_large` */
export function parseNote(note: string): Note {
  if (note.length > NOTE_BYTES) throw new LedgerError('too_large', 'a note has at most 128 KiB')
  const { text, block } = splitNote(note)
  const lines = block.slice(0, -1).split('\n')
  if (lines.length > SIGNATURES) throw badNote(`a note has at most ${SIGNATURES} signatures`)
  return { text, signatures: lines.map(parseSignatureLine) }
}

/** The text of a note and the block of its signature lines, parted at the last empty line. */
export function splitNote(note: string): { text: string; block: string } {
  if (!note.isWellFormed() || hasControl(note)) throw badNote('not UTF-8 text without control characters')
  if (utf8(note).length > NOTE_BYTES) throw new LedgerError('too_large', 'a note has at most 128 KiB')
  const parted = note.lastIndexOf('\n\n')
  if (parted < 0 || !note.endsWith('\n') || parted + 2 === note.length) {
    throw badNote('expected a text, an empty line and signature lines')
  }
  return { text: note.slice(0, parted + 1), block: note.slice(parted + 2) }
}

/** Reads one signature line, without its newline. @throws LedgerError `bad_note` */
export function parseSignatureLine(line: string): SignatureLine {
  const [name = '', encoded = '', ...rest] = line.slice(MARK.length).split(' ')
  const octets = fromBase64(encoded)
  if (!line.startsWith(MARK) || rest.length > 0 || !isKeyName(name) || octets === null || octets.length < 5) {
    throw badNote('a signature line is a long dash, a key name and base64')
  }
  return { name, id: numberOf(octets.subarray(0, 4)), signature: octets.subarray(4) }
}

/** One signature line, with its newline. */
export function formatSignatureLine(line: SignatureLine): string {
  return `${MARK}${line.name} ${base64(concat(bigEndian(line.id, 4), line.signature))}\n`
}

/** A note as text. @param text ends with a newline */
export function formatNote(text: string, lines: readonly SignatureLine[]): string {
  return `${text}\n${lines.map(formatSignatureLine).join('')}`
}

/**
 * Opens a note with the keys that one trusts. A signature under any other key is passed over; one under a known name
 * and id that is wrong spoils the whole note.
 *
 * @returns each good key once, with its latest time; and the keys that this runtime could not check
 * @throws LedgerError `bad_note` · `too_large` · `bad_signature` · `unknown_key` no known signature that could be checked
 */
export async function openNote(
  note: string,
  keys: readonly VerifierKey[],
  checks: SignatureChecks,
): Promise<{ text: string; by: Signed[]; unchecked: VerifierKey[] }> {
  const { text, signatures } = parseNote(note)
  const by = new Map<VerifierKey, Signed>()
  const unchecked = new Set<VerifierKey>()
  for (const line of signatures) {
    const key = keys.find((known) => known.name === line.name && known.id === line.id)
    if (key === undefined) continue
    const signed = await checkSignature(text, key, line.signature, checks)
    if (signed === 'unsupported') unchecked.add(key)
    else if ((signed.at ?? 0) >= (by.get(key)?.at ?? 0)) by.set(key, signed)
  }
  if (by.size === 0) {
    const names = [...unchecked].map((key) => key.name)
    throw new LedgerError('unknown_key', 'no signature under a known key that could be checked', names)
  }
  return { text, by: [...by.values()], unchecked: [...unchecked] }
}

async function checkSignature(
  text: string,
  key: VerifierKey,
  signature: Bytes,
  checks: SignatureChecks,
): Promise<Signed | 'unsupported'> {
  const at = key.type === 1 ? undefined : numberOf(signature.subarray(0, TIME_BYTES))
  const message = messageOf(text, key, at)
  const octets = key.type === 1 ? signature : signature.subarray(TIME_BYTES)
  const good =
    message !== null &&
    octets.length === (key.type === 6 ? 2420 : 64) &&
    (await checks.check(key.type === 6 ? 'ml-dsa-44' : 'ed25519', key.key, message, octets))
  if (good === 'unsupported') return good
  if (!good) throw new LedgerError('bad_signature', `the signature of ${key.name} does not fit the text`)
  return at === undefined ? { key } : { key, at }
}

/** Signs a text with a key of type 1. The line goes into `formatNote`. */
export async function signText(text: string, signer: Signer): Promise<SignatureLine> {
  return { name: signer.vkey.name, id: signer.vkey.id, signature: await signer.sign(utf8(text)) }
}

function badNote(message: string): LedgerError {
  return new LedgerError('bad_note', message)
}
