import {
  actLeaf,
  anchorLeaf,
  append,
  type Bytes,
  decodeEdge,
  type Edge,
  type Head,
  LEAF_BYTES,
  leavesOf,
  padLeaf,
  type TileWrite,
} from '@lamplighter/ledger'
import { runtimeHash } from './signing.ts'

const LEAST_LEAVES = 16

/** An act that waits for its place. */
export interface Waiting {
  readonly id: string
  readonly class: 0 | 1
  readonly commitment: Bytes
}

/** What one batch is made of; all randomness comes in. */
export interface BatchInput {
  /** Size of the log before. */
  readonly from: number
  readonly records: readonly Waiting[]
  /** Of `actions`: the state of the sealed log that this batch fixes. */
  readonly anchor: { readonly key: Bytes; readonly text: string } | null
  readonly padKey: Bytes
  /** Hours since 1970. */
  readonly period: number
  /** A uniform whole number below `limit`. */
  readonly below: (limit: number) => number
}

export interface BuiltBatch {
  /** In order; 38 octets each. */
  readonly leaves: readonly Bytes[]
  readonly places: readonly { readonly id: string; readonly index: number }[]
}

/**
 * S2: records, anchor and pads, filled up to the next power of two and at least 16, shuffled, so that neither number nor order of the acts
 * shows. Pure.
 */
export function buildBatch(input: BatchInput): BuiltBatch {
  const { from, records, anchor, period } = input
  const kept = records.length + (anchor === null ? 0 : 1)
  const order = shuffled(paddedLength(kept), input.below)
  const leaves = order.map((item, at) => {
    const waiting = records[item]
    if (waiting !== undefined) return actLeaf(waiting.commitment, period, waiting.class === 1)
    if (anchor !== null && item === records.length) return anchorLeaf(anchor.key, anchor.text, period, runtimeHash)
    return padLeaf(input.padKey, from + at, period, runtimeHash)
  })
  const places = order.flatMap((item, at) => {
    const waiting = records[item]
    return waiting === undefined ? [] : [{ id: waiting.id, index: from + at }]
  })
  return { leaves, places }
}

/** The next power of two, at least 16. */
export function paddedLength(kept: number): number {
  let length = LEAST_LEAVES
  while (length < kept) length *= 2
  return length
}

// Fisher and Yates; uniform as long as `below` is.
function shuffled(length: number, below: (limit: number) => number): number[] {
  const order = Array.from({ length }, (_, i) => i)
  for (let last = length - 1; last > 0; last -= 1) {
    const chosen = below(last + 1)
    const held = order[last] ?? 0
    order[last] = order[chosen] ?? 0
    order[chosen] = held
  }
  return order
}

/** All leaves of a batch as one row keeps them. */
export function joinLeaves(leaves: readonly Bytes[]): Bytes {
  return new Uint8Array(Buffer.concat(leaves))
}

export function splitLeaves(joined: Bytes): Bytes[] {
  return Array.from({ length: joined.length / LEAF_BYTES }, (_, i) =>
    joined.subarray(i * LEAF_BYTES, (i + 1) * LEAF_BYTES),
  )
}

/** Adds leaves to the log that had this edge. Any repeat gives the same files. */
export function grow(edge: Bytes, leaves: readonly Bytes[]): { edge: Edge; head: Head; writes: TileWrite[] } {
  return append(decodeEdge(edge, leavesOf), leaves, runtimeHash)
}
