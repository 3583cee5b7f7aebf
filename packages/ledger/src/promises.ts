import { type Bytes, base64, fromBase64, sameBytes, wholeNumber } from './bytes.ts'
import { LedgerError } from './errors.ts'
import type { VerifierKey } from './keys.ts'
import { parseLeaf } from './leaf.ts'
import { formatNote, openNote, type SignatureChecks, type Signer, signText } from './notes.ts'
import { HASH_BYTES } from './sha256.ts'

/** A signed word that a commitment will be in the log by a time. */
export interface CheckedPromise {
  /** Of the log, without `/promise`. */
  readonly origin: string
  readonly commitment: Bytes
  /** Unix seconds. */
  readonly deadline: number
}

const SUFFIX = '/promise'

/** The name under which a log's promises are signed. */
export function promiseName(origin: string): string {
  return `${origin}${SUFFIX}`
}

/** The three lines of a promise, each with its newline. @param deadline Unix seconds */
export function promiseText(origin: string, commitment: Bytes, deadline: number): string {
  return `${promiseName(origin)}\n${base64(commitment)}\n${deadline}\n`
}

/** Signs a promise with the key of type 1 that is named `<origin>/promise`. */
export async function signPromise(promise: CheckedPromise, signer: Signer): Promise<string> {
  if (signer.vkey.name !== promiseName(promise.origin) || signer.vkey.type !== 1) {
    throw new LedgerError('wrong_origin', `a promise of ${promise.origin} is signed by its own key of type 1`)
  }
  const text = promiseText(promise.origin, promise.commitment, promise.deadline)
  return formatNote(text, [await signText(text, signer)])
}

/**
 * Checks who signed a promise and reads it. Whether it was kept, the log's leaves show (`findPromised`).
 *
 * @throws LedgerError `bad_note` · `too_large` · `unknown_key` · `bad_signature` · `bad_promise` · `wrong_origin`
 */
export async function checkPromise(note: string, key: VerifierKey, checks: SignatureChecks): Promise<CheckedPromise> {
  const { text } = await openNote(note, [key], checks)
  return readPromise(text, key.name)
}

function readPromise(text: string, name: string): CheckedPromise {
  const [first = '', second = '', third = '', end, ...rest] = text.split('\n')
  const commitment = fromBase64(second)
  const deadline = wholeNumber(third)
  if (commitment?.length !== HASH_BYTES || deadline === null || end !== '' || rest.length > 0) {
    throw new LedgerError('bad_promise', 'expected three lines: name, commitment, deadline')
  }
  if (!first.endsWith(SUFFIX)) throw new LedgerError('bad_promise', 'the first line does not end in /promise')
  if (first !== name) throw new LedgerError('wrong_origin', 'the promise names another log than its key does')
  return { origin: first.slice(0, -SUFFIX.length), commitment, deadline }
}

/**
 * Looks for what was promised among the leaves of a tree, without asking the platform.
 *
 * @param leaves all leaves of the tree, in order, 38 octets each
 * @param cosignedAt Unix seconds of the latest cosignature of that tree; undefined where there is none
 * @returns the leaf's index, or null where it is absent and the deadline is not known to be over
 * @throws LedgerError `promise_broken` · `bad_leaf`
 */
export function findPromised(
  promise: CheckedPromise,
  leaves: Iterable<Bytes>,
  cosignedAt: number | undefined,
): number | null {
  let index = 0
  for (const leaf of leaves) {
    if (isPromised(promise, leaf)) return index
    index += 1
  }
  assertNotBroken(promise, cosignedAt)
  return null
}

/** Whether this leaf is the one that was promised. @throws LedgerError `bad_leaf` */
export function isPromised(promise: CheckedPromise, leaf: Bytes): boolean {
  const { class: of, commitment } = parseLeaf(leaf)
  return of !== 2 && sameBytes(commitment, promise.commitment)
}

/**
 * Passes while an absent leaf may still come.
 *
 * @throws LedgerError `promise_broken` the tree that lacks it was cosigned after the deadline
 */
export function assertNotBroken(promise: CheckedPromise, cosignedAt: number | undefined): void {
  if (cosignedAt === undefined || cosignedAt <= promise.deadline) return
  throw new LedgerError('promise_broken', 'not in a tree that was cosigned after the deadline')
}
