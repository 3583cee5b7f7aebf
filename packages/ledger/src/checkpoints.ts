import { cosign } from './cosignatures.ts'
import { LedgerError } from './errors.ts'
import { assertEmptyRoot, checkpointText, parseCheckpointText } from './heads.ts'
import {
  formatNote,
  openNote,
  parseNote,
  type SignatureChecks,
  type SignatureLine,
  type Signer,
  signText,
} from './notes.ts'
import { isQuorumMet, type Policy } from './policy.ts'
import type { Head } from './tree.ts'

/** `none_asked`: the policy wants no witness, so only those who compare notes would see a split view. */
export type Quorum = 'met' | 'not_met' | 'none_asked'

/** A checkpoint that a log of the policy signed. Read `quorum` before trusting it. */
export interface OpenedCheckpoint {
  readonly origin: string
  readonly head: Head
  /** Witnesses of the policy with a good cosignature; time in Unix seconds. */
  readonly witnesses: readonly { readonly name: string; readonly at: number }[]
  readonly quorum: Quorum
  /** Names of keys with a signature here that this runtime cannot check. */
  readonly unchecked: readonly string[]
}

/**
 * Opens a checkpoint under a policy. A quorum that is not met is no error here: the caller decides what it means.
 *
 * @throws LedgerError `bad_note` · `too_large` · `bad_checkpoint` · `wrong_origin` no log of the policy has this origin
 *   · `bad_signature` · `unknown_key` no good signature of the log itself
 */
export async function openCheckpoint(note: string, policy: Policy, checks: SignatureChecks): Promise<OpenedCheckpoint> {
  const { origin, head } = parseCheckpoint(note)
  const logKeys = policy.logs.map(({ key }) => key).filter(({ name }) => name === origin)
  if (logKeys.length === 0) throw new LedgerError('wrong_origin', `the policy names no log with the origin ${origin}`)
  const keys = [...logKeys, ...policy.witnesses.map(({ key }) => key)]
  const { by, unchecked } = await openNote(note, keys, checks)
  const names = unchecked.map(({ name }) => name)
  if (!by.some(({ key }) => logKeys.includes(key))) {
    throw new LedgerError('unknown_key', `the log ${origin} itself did not sign with a known key`, names)
  }
  const witnesses = policy.witnesses.flatMap(({ name, key }) => {
    const at = by.find((signed) => signed.key === key)?.at ?? 0
    return at > 0 ? [{ name, at }] : []
  })
  const cosigned = new Set(witnesses.map(({ name }) => name))
  const quorum = policy.quorum === 'none' ? 'none_asked' : isQuorumMet(policy, cosigned) ? 'met' : 'not_met'
  return { origin, head, witnesses, quorum, unchecked: names }
}

/** What a checkpoint says, without any check of a signature. @throws LedgerError `bad_note` · `bad_checkpoint` */
export function parseCheckpoint(note: string): { origin: string; head: Head; text: string } {
  const { text } = parseNote(note)
  const { origin, head } = parseCheckpointText(text)
  assertEmptyRoot(head)
  return { origin, head, text }
}

/**
 * The signed note over a head: a plain line for each key of type 1, a line with time for each of type 6.
 *
 * @param signers the log's own keys, all named like the origin
 * @param at Unix seconds
 */
export async function signCheckpoint(
  origin: string,
  head: Head,
  signers: readonly Signer[],
  at: number,
): Promise<string> {
  const text = checkpointText(origin, head)
  const lines: SignatureLine[] = []
  for (const signer of signers) {
    if (signer.vkey.name !== origin) throw new LedgerError('wrong_origin', `a key of ${signer.vkey.name} for ${origin}`)
    lines.push(signer.vkey.type === 1 ? await signText(text, signer) : await cosign(text, signer, at))
  }
  return formatNote(text, lines)
}

/** Adds cosignature lines to a checkpoint. */
export function addSignatures(note: string, lines: readonly SignatureLine[]): string {
  const { text, signatures } = parseNote(note)
  return formatNote(text, [...signatures, ...lines])
}
