import {
  addSignatures,
  formatNote,
  LedgerError,
  openNote,
  parseNote,
  type SignatureChecks,
  type Signer,
  signText,
  type VerifierKey,
  webChecks,
} from '@lamplighter/ledger'
import { AppError } from '../../http/errors.ts'
import type { TermFile } from './read.ts'

const FORMAT = 'lamplighter-list/1'
const DAY = /^\d{4}-\d\d-\d\d$/

/** What is signed of a term file (text.md §4): format, id, version, SHA-256, day, one a line. */
export function noteText({ text, sha256 }: Pick<TermFile, 'sha256' | 'text'>, day: string): string {
  return `${[FORMAT, text.id, text.version, sha256, day].join('\n')}\n`
}

/** Signs a term file; a note that is there for the very same file gets one signature more. @param day of the signature, in UTC */
export async function signTermFile(
  file: TermFile,
  { signer, day, note }: { readonly signer: Signer; readonly day: string; readonly note?: string | undefined },
): Promise<string> {
  const before = note === undefined ? undefined : parseNote(note)
  const isSame = before !== undefined && before.text === noteText(file, before.text.split('\n')[4] ?? '')
  if (note === undefined || before === undefined || !isSame) {
    const text = noteText(file, day)
    return formatNote(text, [await signText(text, signer)])
  }
  if (before.signatures.some(({ name, id }) => name === signer.vkey.name && id === signer.vkey.id)) return note
  return addSignatures(note, [await signText(before.text, signer)])
}

/** Who signed a term file, and when. */
export interface SignedBy {
  readonly keys: readonly string[]
  readonly day: string
}

/**
 * Checks that a note is about this very file and carries a good signature under one of these keys.
 *
 * @throws AppError `signature` with the reason
 */
export async function checkNote(
  note: string,
  file: TermFile,
  keys: readonly VerifierKey[],
  checks: SignatureChecks = webChecks(globalThis.crypto.subtle),
): Promise<SignedBy> {
  if (keys.length === 0) {
    throw unsigned('No key for lists is set; put the verifier keys of those who sign them into LAMPLIGHTER_LIST_KEYS')
  }
  const { text, by } = await opened(note, keys, checks)
  const [format, id, version, sha256, day = '', ...rest] = text.split('\n')
  if (format !== FORMAT || rest.length !== 1 || rest[0] !== '' || !DAY.test(day)) {
    throw unsigned(`The note is no ${FORMAT}; sign the file with: lamplighter lists sign`)
  }
  if (sha256 !== file.sha256) {
    throw unsigned('The note is about a file with another SHA-256: one of the two was changed; sign the file anew')
  }
  if (id !== file.text.id || version !== String(file.text.version)) {
    throw unsigned(`The note is about ${id} version ${version}, the file says otherwise; sign the file anew`)
  }
  return { keys: by.map(({ key }) => key.name), day }
}

async function opened(note: string, keys: readonly VerifierKey[], checks: SignatureChecks) {
  try {
    return await openNote(note, keys, checks)
  } catch (fault) {
    if (!(fault instanceof LedgerError)) throw fault
    throw unsigned(REASONS.get(fault.code) ?? 'The note cannot be read; it has to be a signed note (C2SP)')
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['unknown_key', 'No key in LAMPLIGHTER_LIST_KEYS signed the note; add the key of who did, or have the file signed'],
  [
    'bad_signature',
    'A signature does not fit the note: it was changed after signing; fetch the file and its note again',
  ],
  ['too_large', 'A note has at most 128 KiB; this is none'],
])

const unsigned = (detail: string): AppError => new AppError('signature', `${detail}. Nothing was changed.`)
