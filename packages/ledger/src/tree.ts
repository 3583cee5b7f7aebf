import { type Bytes, sameBytes } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { HASH_BYTES, type Hash, sha256 } from './sha256.ts'

/** The state of a log at one moment: so many leaves, with this root. */
export interface Head {
  readonly size: number
  readonly root: Bytes
}

/** The hash of one entry (RFC 6962 §2.1). */
export function leafHash(entry: Bytes, hash: Hash = sha256): Bytes {
  const message = new Uint8Array(1 + entry.length)
  message.set(entry, 1)
  return hash(message)
}

/** The hash of an inner node over two hashes (RFC 6962 §2.1). */
export function nodeHash(left: Bytes, right: Bytes, hash: Hash = sha256): Bytes {
  const message = new Uint8Array(1 + 2 * HASH_BYTES)
  message[0] = 1
  message.set(left, 1)
  message.set(right, 1 + HASH_BYTES)
  return hash(message)
}

/** The root of the tree that has no leaf (RFC 6962 §2.1). */
export function emptyRoot(hash: Hash = sha256): Bytes {
  return hash(new Uint8Array(0))
}

/** The root over hashes that stand side by side at one level (RFC 6962 §2.1). */
export function rootOver(hashes: readonly Bytes[], hash: Hash = sha256): Bytes {
  let level = hashes
  while (level.length > 1) {
    const above: Bytes[] = []
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i] as Bytes, level[i + 1]]
      // The last of an odd number rises as it is.
      above.push(right === undefined ? left : nodeHash(left, right, hash))
    }
    level = above
  }
  return level[0] ?? emptyRoot(hash)
}

/** The largest power of two that is smaller than `n`, for n from 2 to 2^53. */
export function largestPowerBelow(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

/** Whether `n` is 1, 2, 4, 8, … */
export function isPowerOfTwo(n: number): boolean {
  return n >= 1 && (n === 1 || largestPowerBelow(n) * 2 === n)
}

/** Whether two heads say the same. */
export function sameHead(a: Head, b: Head): boolean {
  return a.size === b.size && sameBytes(a.root, b.root)
}

/** @throws LedgerError `bad_proof` where one of them is not a hash of 32 octets. */
export function assertHashes(hashes: readonly Bytes[]): void {
  for (const value of hashes) {
    if (value.length !== HASH_BYTES)
      throw new LedgerError('bad_proof', `a hash has 32 octets, here are ${value.length}`)
  }
}

/** @throws LedgerError `bad_proof` where it is not a whole number from 0 to 2^53 − 1. */
export function assertSize(value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new LedgerError('bad_proof', `a size or index is a whole number below 2^53, not ${value}`)
  }
}
