import { type Bytes, sameBytes } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { type Hash, sha256 } from './sha256.ts'
import { assertHashes, assertSize, type Head, isPowerOfTwo, nodeHash, sameHead } from './tree.ts'

/** What shows that one leaf is in a tree: its place, its hash and the hashes beside its way to the root. */
export interface Inclusion {
  readonly index: number
  readonly size: number
  readonly leafHash: Bytes
  readonly root: Bytes
  readonly path: readonly Bytes[]
}

/** What shows that a tree grew out of an earlier one. */
export interface Growth {
  readonly from: Head
  readonly to: Head
  readonly path: readonly Bytes[]
}

/**
 * Passes if the leaf is in the tree (RFC 9162 §2.1.3.2).
 *
 * @throws LedgerError `bad_proof` also for an index beyond the tree, and for a path that is too short or too long
 */
export function checkInclusion(proof: Inclusion, hash: Hash = sha256): void {
  assertSize(proof.index)
  assertSize(proof.size)
  assertHashes([proof.leafHash, proof.root, ...proof.path])
  if (proof.index >= proof.size) {
    throw badProof(`index ${proof.index} lies outside a tree of ${proof.size} leaves`)
  }
  let node = proof.index
  let last = proof.size - 1
  let computed = proof.leafHash
  for (const beside of proof.path) {
    if (last === 0) throw badProof('the path is longer than the tree is high')
    if (isOdd(node) || node === last) {
      computed = nodeHash(beside, computed, hash)
      // A last node without a right neighbour rises until it is itself a right child.
      while (!isOdd(node) && node !== 0) {
        node = half(node)
        last = half(last)
      }
    } else {
      computed = nodeHash(computed, beside, hash)
    }
    node = half(node)
    last = half(last)
  }
  if (last !== 0) throw badProof('the path ends before the root')
  if (!sameBytes(computed, proof.root)) throw badProof('the path leads to another root')
}

/**
 * Passes if the newer tree begins with the older one (RFC 9162 §2.1.4.2). Nothing is shown about an empty older tree,
 * so such a proof is refused: the caller knows that everything grows out of nothing.
 *
 * @throws LedgerError `bad_proof` the path has the wrong length or leads to another newer root · `inconsistent` the
 *   newer tree does not contain the older one
 */
export function checkConsistency(proof: Growth, hash: Hash = sha256): void {
  const { from, to, path } = proof
  assertSize(from.size)
  assertSize(to.size)
  assertHashes([from.root, to.root, ...path])
  if (from.size === 0 || from.size > to.size) {
    throw badProof(`no proof leads from size ${from.size} to size ${to.size}`)
  }
  if (from.size === to.size) {
    if (path.length > 0) throw badProof('a tree needs no path to itself')
    if (!sameHead(from, to)) throw new LedgerError('inconsistent', `two roots for one size, ${to.size}`)
    return
  }
  const full = isPowerOfTwo(from.size) ? [from.root, ...path] : path
  const roots = rootsOfPath(from.size, to.size, full, hash)
  if (!sameBytes(roots.newer, to.root)) throw badProof('the path leads to another newer root')
  if (!sameBytes(roots.older, from.root)) {
    throw new LedgerError('inconsistent', `the tree of ${to.size} leaves does not begin with that of ${from.size}`)
  }
}

/**
 * The two roots to which a path leads whose first hash is always written out. RFC 9162 leaves it to be assumed where
 * the older size is a power of two; evidence of a fork must not assume what it is to show.
 *
 * @param from at least 1, smaller than `to`
 * @throws LedgerError `bad_proof` for a path of the wrong length
 */
export function rootsOfPath(
  from: number,
  to: number,
  path: readonly Bytes[],
  hash: Hash = sha256,
): { older: Bytes; newer: Bytes } {
  const [first, ...rest] = path
  if (first === undefined) throw badProof('the path is empty')
  let node = from - 1
  let last = to - 1
  while (isOdd(node)) {
    node = half(node)
    last = half(last)
  }
  let older = first
  let newer = first
  for (const beside of rest) {
    if (last === 0) throw badProof('the path is longer than the tree is high')
    if (isOdd(node) || node === last) {
      older = nodeHash(beside, older, hash)
      newer = nodeHash(beside, newer, hash)
      while (!isOdd(node) && node !== 0) {
        node = half(node)
        last = half(last)
      }
    } else {
      newer = nodeHash(newer, beside, hash)
    }
    node = half(node)
    last = half(last)
  }
  if (last !== 0) throw badProof('the path ends before the root')
  return { older, newer }
}

// Division, not shifts: a shift would cut an index to 32 bits.
function isOdd(n: number): boolean {
  return n % 2 === 1
}

function half(n: number): number {
  return Math.floor(n / 2)
}

function badProof(message: string): LedgerError {
  return new LedgerError('bad_proof', message)
}
