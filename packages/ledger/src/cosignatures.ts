import { type Bytes, bigEndian, concat, utf8 } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { parseCheckpointText } from './heads.ts'
import type { VerifierKey } from './keys.ts'
import type { SignatureLine, Signer } from './notes.ts'

/** Octets of the time before the signature of types 4 and 6. */
export const TIME_BYTES = 8

/**
 * The octets that a key signs for a text: the text itself (type 1, C2SP signed-note), or what C2SP tlog-cosignature
 * lays down for types 4 and 6. Null where the text cannot be signed so, or the time is 2^53 and more.
 *
 * @param at Unix seconds, for types 4 and 6
 */
export function messageOf(text: string, key: VerifierKey, at: number | undefined): Bytes | null {
  if (key.type === 1) return utf8(text)
  if (at === undefined || !Number.isSafeInteger(at) || at < 0) return null
  try {
    return key.type === 4 ? timedText(text, at) : subtreeMessage(text, key.name, at)
  } catch (error) {
    if (error instanceof LedgerError) return null
    throw error
  }
}

/** C2SP tlog-cosignature, "Ed25519 signed message". */
function timedText(text: string, at: number): Bytes {
  parseCheckpointText(text)
  return utf8(`cosignature/v1\ntime ${at}\n${text}`)
}

/** C2SP tlog-cosignature, "ML-DSA-44 signed message": names the cosigner, leaves out extension lines. */
function subtreeMessage(text: string, cosigner: string, at: number): Bytes {
  const { origin, head } = parseCheckpointText(text)
  const start = bigEndian(0, 8)
  return concat(
    utf8('subtree/v1\n\0'),
    shortText(cosigner),
    bigEndian(at, TIME_BYTES),
    shortText(origin),
    start,
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
  parseCheckpointText(text)
  const { vkey } = signer
  const message = vkey.type === 1 ? null : messageOf(text, vkey, at)
  if (message === null || at <= 0)
    throw new LedgerError('bad_checkpoint', 'cosigning takes a key of type 4 or 6 and a time')
  return { name: vkey.name, id: vkey.id, signature: concat(bigEndian(at, TIME_BYTES), await signer.sign(message)) }
}
