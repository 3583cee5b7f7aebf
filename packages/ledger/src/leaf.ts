import { type Bytes, bigEndian, concat, numberOf, utf8 } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { HASH_BYTES, type Hash, hmac, sha256 } from './sha256.ts'
import { entriesOf } from './tiles.ts'

/** Octets of every leaf of our logs. */
export const LEAF_BYTES = 38

const VERSION = 1

/** 0 closed: an act or a pad, nobody can tell · 1 open: its opening is published · 2 anchor of the sealed log. */
export type LeafClass = 0 | 1 | 2

/** One entry of a log, as everyone sees it. */
export interface Leaf {
  readonly class: LeafClass
  /** Hours since 1970 when its batch was closed. */
  readonly period: number
  /** 32 octets: of an act its commitment, else a pad or an anchor. */
  readonly commitment: Bytes
}

/** ASCII `lamplighter/ledger/1 `, a word, newline: keeps hashes of one purpose apart from those of any other. */
export function label(word: string): Bytes {
  return utf8(`lamplighter/ledger/1 ${word}\n`)
}

/** The 38 octets of a leaf: version, class, period, commitment. */
export function leafBytes(leaf: Leaf): Bytes {
  return concat(Uint8Array.of(VERSION, leaf.class), bigEndian(leaf.period, 4), leaf.commitment)
}

/** @throws LedgerError `bad_leaf` for another length, version or class */
export function parseLeaf(bytes: Bytes): Leaf {
  if (bytes.length !== LEAF_BYTES) throw new LedgerError('bad_leaf', `a leaf has 38 octets, not ${bytes.length}`)
  const [version, kind] = bytes
  if (version !== VERSION) throw new LedgerError('bad_leaf', `a leaf has version 1, not ${version}`)
  if (kind !== 0 && kind !== 1 && kind !== 2)
    throw new LedgerError('bad_leaf', `a leaf has class 0, 1 or 2, not ${kind}`)
  return { class: kind, period: numberOf(bytes.subarray(2, 6)), commitment: bytes.slice(6) }
}

/** The entries of a bundle of one of our logs. @throws LedgerError `bad_tile` */
export function leavesOf(bundle: Bytes, width: number): Bytes[] {
  return entriesOf(bundle, width, LEAF_BYTES)
}

/** The leaf of an act. @param open whether its opening is published */
export function actLeaf(commitment: Bytes, period: number, open: boolean): Bytes {
  return leafBytes({ class: open ? 1 : 0, period, commitment })
}

/** A leaf that stands for nothing. @param padKey 32 octets, new for each batch */
export function padLeaf(padKey: Bytes, index: number, period: number, hash: Hash = sha256): Bytes {
  return leafBytes({ class: 0, period, commitment: padOf(padKey, index, hash) })
}

/** The 32 octets of a pad: nobody without the batch's key can tell them from a commitment. */
export function padOf(padKey: Bytes, index: number, hash: Hash = sha256): Bytes {
  return hmac(assertKey(padKey), concat(label('pad'), bigEndian(index, 8)), hash)
}

/** The leaf that fixes the state of the sealed log. @param text the three lines of its checkpoint */
export function anchorLeaf(anchorKey: Bytes, text: string, period: number, hash: Hash = sha256): Bytes {
  return leafBytes({ class: 2, period, commitment: anchorOf(anchorKey, text, hash) })
}

/** The 32 octets of an anchor. @param anchorKey 32 octets, new each time */
export function anchorOf(anchorKey: Bytes, text: string, hash: Hash = sha256): Bytes {
  return hmac(assertKey(anchorKey), concat(label('anchor'), utf8(text)), hash)
}

function assertKey(key: Bytes): Bytes {
  if (key.length !== HASH_BYTES) throw new RangeError(`a key of the ledger has 32 octets, not ${key.length}`)
  return key
}
