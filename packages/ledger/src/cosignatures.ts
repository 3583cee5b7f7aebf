import { type Bytes, bigEndian, concat, utf8 } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { parseCheckpointText } from './heads.ts'
import type { VerifierKey } from './keys.ts'
import type { SignatureLine, Signer } from './notes.ts'
import type { Head } from './tree.ts'

/** Octets of the time before the signature of types 4 and 6. */
export const TIME_BYTES = 8

/**
 * The octets that a key signs for a text: the text itself (type 1, C2SP signed-note), or what C2SP tlog-cosignature
 * lays down for types 4 and 6. Null for a time of 2^53 and more, which nobody can have meant.
 *
 * @param at Unix seconds, for types 4 and 6
 * @throws LedgerError `bad_checkpoint` where types 4 and 6 are to sign another text than a checkpoint's
 */
export function messageOf(text: string, key: VerifierKey, at = 0): Bytes | null {
  if (key.type === 1) return utf8(text)
  const { origin, head } = parseCheckpointText(text)
  if (!Number.isSafeInteger(at)) return null
  return key.type === 4 ? utf8(`cosignature/v1\ntime ${at}\n${text}`) : subtreeMessage(origin, head, key.name, at)
}

/** C2SP tlog-cosignature, "ML-DSA-44 signed message": names the cosigner, leaves out extension lines. */
function subtreeMessage(origin: string, head: Head, cosigner: string, at: number): Bytes {
  return concat(
    utf8('subtree/v1\n\0'),
    shortText(cosigner),
    bigEndian(at, TIME_BYTES),
    shortText(origin),
    // The subtree starts at leaf 0.
    bigEndian(0, 8),
    bigEndian(head.size, 8),
    head.root,
  )
}

function shortText(text: string): Bytes {
  const octets = utf8(text)
  if (octets.length > 255) throw new LedgerError('bad_checkpoint', 'a name or origin has at most 255 octets')
  return concat(Uint8Array.of(octets.length), octets)
}

/**
 * Cosigns a checkpoint's text at a time, with a key of type 4 or 6 (C2SP tlog-cosignature).
 *
 * @param at Unix seconds, above 0
 * @throws LedgerError `bad_checkpoint` where the text is none
 */
export async function cosign(text: string, signer: Signer, at: number): Promise<SignatureLine> {
  const { vkey } = signer
  const message = messageOf(text, vkey, at)
  if (message === null || vkey.type === 1 || at <= 0) {
    throw new LedgerError('bad_checkpoint', 'cosigning takes a key of type 4 or 6 and a time')
  }
  return { name: vkey.name, id: vkey.id, signature: concat(bigEndian(at, TIME_BYTES), await signer.sign(message)) }
}
