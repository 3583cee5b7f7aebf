import { type Bytes, base64, fromBase64, sameBytes, textOf, utf8, wholeNumber } from './bytes.ts'
import { openCheckpoint, parseCheckpoint, type Quorum } from './checkpoints.ts'
import { LedgerError } from './errors.ts'
import { assertEmptyRoot, parseCheckpointText } from './heads.ts'
import type { Kinds } from './kinds.ts'
import { anchorOf, parseLeaf } from './leaf.ts'
import type { SignatureChecks } from './notes.ts'
import { type CheckedOpening, checkOpening, hashOf, membersOf, type Opening, octetsOf } from './openings.ts'
import type { Policy } from './policy.ts'
import { checkInclusion } from './proofs.ts'
import { HASH_BYTES, type Hash, sha256 } from './sha256.ts'
import { leafHash } from './tree.ts'
import { jsonOrUndefined } from './values.ts'

/** A C2SP tlog-proof, taken apart or to be put together. */
export interface TlogProof {
  readonly extra?: Bytes
  readonly index: number
  readonly path: readonly Bytes[]
  /** The signed note. */
  readonly checkpoint: string
}

/** What opens an entry of the sealed log: an anchor in the public one, and the way from there. */
export interface SealedExtra {
  readonly v: 1
  /** The anchor's leaf in the public log. */
  readonly leaf: string
  readonly key: string
  /** The three lines of the sealed checkpoint. */
  readonly text: string
  readonly index: number
  readonly path: readonly string[]
  readonly inner: Opening
}

/** A receipt all of whose checks passed. */
export interface CheckedReceipt extends CheckedOpening {
  /** Of the public log. */
  readonly origin: string
  readonly index: number
  readonly size: number
  readonly witnesses: readonly { readonly name: string; readonly at: number }[]
  readonly quorum: Exclude<Quorum, 'not_met'>
  /** Names of keys with a signature here that this runtime cannot check. */
  readonly unchecked: readonly string[]
  /** Where the act is in the sealed log. */
  readonly sealed?: { readonly origin: string; readonly index: number; readonly size: number }
}

/** The longest receipt, in octets. */
export const RECEIPT_BYTES = 1024 * 1024
const FIRST_LINE = 'c2sp.org/tlog-proof@v1'
const HOUR_S = 3600

/** Puts a proof into words (C2SP tlog-proof). */
export function formatTlogProof(proof: TlogProof): string {
  const extra = proof.extra === undefined ? '' : `extra ${base64(proof.extra)}\n`
  const path = proof.path.map((value) => `${base64(value)}\n`).join('')
  return `${FIRST_LINE}\n${extra}index ${proof.index}\n${path}\n${proof.checkpoint}`
}

/** A receipt: the proof with the opening in it. */
export function formatReceipt(opening: Opening | SealedExtra, proof: Omit<TlogProof, 'extra'>): string {
  return formatTlogProof({ ...proof, extra: utf8(JSON.stringify(opening)) })
}

/** Takes a proof apart (C2SP tlog-proof). @throws LedgerError `bad_receipt` · `too_large` */
export function parseTlogProof(text: string): TlogProof {
  if (text.length > RECEIPT_BYTES) throw new LedgerError('too_large', 'a receipt has at most 1 MiB')
  const parted = text.indexOf('\n\n')
  if (parted < 0) throw badReceipt('there is no empty line before the checkpoint')
  const [first, ...lines] = text.slice(0, parted).split('\n')
  if (first !== FIRST_LINE) throw badReceipt(`the first line is not ${FIRST_LINE}`)
  const extraLine = lines[0]?.startsWith('extra ') ? lines.shift() : undefined
  const extra = extraLine === undefined ? undefined : fromBase64(extraLine.slice('extra '.length))
  if (extra === null) throw badReceipt('the extra line is not base64')
  const indexLine = lines.shift() ?? ''
  const index = indexLine.startsWith('index ') ? wholeNumber(indexLine.slice('index '.length)) : null
  if (index === null) throw badReceipt('expected a line with the index, below 2^53')
  if (lines.length > 63) throw badReceipt('more than 63 proof lines')
  const path = lines.map((line) => {
    const value = fromBase64(line)
    if (value?.length !== HASH_BYTES) throw badReceipt('a proof line is not a hash of 32 octets')
    return value
  })
  return { ...(extra !== undefined && { extra }), index, path, checkpoint: text.slice(parted + 2) }
}

/**
 * Checks a receipt from beginning to end, in the order of `ledger.md` §7: text, opening or anchor, origin, inclusion,
 * signatures, quorum, times. The first failure is the one that is told.
 *
 * @throws LedgerError with the code of that failure
 */
export async function checkReceipt(
  text: string,
  policy: Policy,
  kinds: Kinds,
  checks: SignatureChecks,
  hash: Hash = sha256,
): Promise<CheckedReceipt> {
  const proof = parseTlogProof(text)
  const { origin, head } = parseCheckpoint(proof.checkpoint)
  const content = readContent(proof, kinds, hash)
  if (!policy.logs.some(({ key }) => key.name === origin)) {
    throw new LedgerError('wrong_origin', `the policy names no log with the origin ${origin}`)
  }
  if (content.sealed !== undefined) assertSibling(origin, content.sealed.origin)
  const { index, path } = proof
  checkInclusion({ index, path, size: head.size, root: head.root, leafHash: leafHash(content.entry, hash) }, hash)
  const opened = await openCheckpoint(proof.checkpoint, policy, checks)
  if (opened.quorum === 'not_met') {
    throw new LedgerError('quorum_not_met', 'too few witnesses of the policy cosigned', opened.unchecked)
  }
  assertPeriod(parseLeaf(content.entry).period, opened.witnesses)
  const { witnesses, quorum, unchecked } = opened
  const { opening, sealed } = content
  return { ...opening, origin, index, size: head.size, witnesses, quorum, unchecked, ...(sealed && { sealed }) }
}

/** What the extra of a receipt says, checked as far as it goes by itself. */
interface Content {
  readonly opening: CheckedOpening
  /** The leaf that must be in the public log: the act's own, or the anchor. */
  readonly entry: Bytes
  readonly sealed?: { readonly origin: string; readonly index: number; readonly size: number }
}

function readContent(proof: TlogProof, kinds: Kinds, hash: Hash): Content {
  if (proof.extra === undefined) throw badReceipt('there is no extra line, so nothing is opened')
  const json = jsonOrUndefined(textOf(proof.extra) ?? '')
  if (typeof json !== 'object' || json === null) throw badReceipt('the extra line does not hold JSON')
  if (!Object.hasOwn(json, 'inner')) {
    const opening = checkOpening(json, kinds, hash)
    return { opening, entry: opening.entry }
  }
  return readSealed(membersOf(json, ['v', 'leaf', 'key', 'text', 'index', 'path', 'inner']), kinds, hash)
}

function readSealed(extra: Record<keyof SealedExtra, unknown>, kinds: Kinds, hash: Hash): Content {
  const { v, text, index, path } = extra
  if (v !== 1 || typeof text !== 'string' || !Array.isArray(path) || path.length > 63)
    throw badReceipt('not a sealed receipt')
  if (typeof index !== 'number') throw badReceipt('the sealed index is not a number')
  const entry = octetsOf(extra.leaf)
  const anchor = parseLeaf(entry)
  if (anchor.class !== 2 || !sameBytes(anchorOf(hashOf(extra.key), text, hash), anchor.commitment)) {
    throw new LedgerError('anchor_mismatch', 'the anchor does not fix this state of the sealed log')
  }
  const { origin, head } = parseCheckpointText(text)
  assertEmptyRoot(head)
  const opening = checkOpening(extra.inner, kinds, hash)
  const inside = { index, path: path.map(hashOf), size: head.size, root: head.root }
  checkInclusion({ ...inside, leafHash: leafHash(opening.entry, hash) }, hash)
  return { opening, entry, sealed: { origin, index, size: head.size } }
}

/** `<base>/actions[-n]` and `<base>/sealed[-n]`: one platform's two logs, each of which may have been reopened. */
function assertSibling(publicOrigin: string, sealedOrigin: string): void {
  const base = /^(.+)\/actions(-[1-9]\d*)?$/.exec(publicOrigin)?.[1]
  if (base === undefined || /^(.+)\/sealed(-[1-9]\d*)?$/.exec(sealedOrigin)?.[1] !== base) {
    throw new LedgerError('wrong_origin', `${sealedOrigin} is not the sealed log beside ${publicOrigin}`)
  }
}

/**
 * A leaf cannot be younger than the tree it is in: an hour is left for clocks.
 *
 * @throws LedgerError `future_dated`
 */
export function assertPeriod(period: number, witnesses: readonly { readonly at: number }[]): void {
  if (witnesses.length === 0) return
  const latest = Math.max(...witnesses.map(({ at }) => at))
  if (period * HOUR_S > latest + HOUR_S) {
    throw new LedgerError('future_dated', 'the leaf is over an hour younger than the latest cosignature')
  }
}

function badReceipt(message: string): LedgerError {
  return new LedgerError('bad_receipt', message)
}
