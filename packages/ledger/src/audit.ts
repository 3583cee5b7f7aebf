import { type Bytes, sameBytes } from './bytes.ts'
import { type OpenedCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoints.ts'
import { type LedgerCode, LedgerError } from './errors.ts'
import { compareHeads, type Evidence } from './evidence.ts'
import { KINDS, type Kinds } from './kinds.ts'
import { type Leaf, parseLeaf } from './leaf.ts'
import type { SignatureChecks } from './notes.ts'
import { checkOpening } from './openings.ts'
import type { Policy } from './policy.ts'
import { evidencePath } from './prove.ts'
import { assertPeriod } from './receipts.ts'
import { type Hash, sha256 } from './sha256.ts'
import { entriesOf, hashesOf, TILE_WIDTH, TileReader, type TileSource, tileWidth } from './tiles.ts'
import { type Head, isPowerOfTwo, leafHash, rootOver } from './tree.ts'

/** A whole log, as everyone can fetch it. */
export interface LogSource extends TileSource {
  /** The newest signed checkpoint. */
  checkpoint(): Promise<string>
  /** The parsed list of published openings of a bundle, or null where there is none. */
  openings(n: number, width: number): Promise<unknown>
}

/** What a monitor remembers between two looks at a log; JSON. */
export interface AuditState {
  readonly v: 1
  /** The last checkpoint that passed, signed. */
  readonly checkpoint: string
  /** The last leaf's period. */
  readonly period: number
}

/** How a log is looked at. */
export interface AuditOptions {
  readonly policy: Policy
  readonly checks: SignatureChecks
  readonly kinds?: Kinds
  /** Where the last look ended; without it the whole log is read. */
  readonly state?: AuditState
  /** True where no checkpoint was missed since `state`, so that the growth is one batch. */
  readonly oneBatch?: boolean
  readonly hash?: Hash
  /** Called with every leaf that is read, in order. */
  readonly onLeaf?: (index: number, bytes: Bytes) => void
}

/** The checks of a monitor, as `ledger.md` §14.1 numbers them. */
export type AuditCheck = 'M1' | 'M2' | 'M3' | 'M4' | 'M5' | 'M6' | 'M7'

/** What was found. */
export interface Audit {
  readonly checkpoint?: OpenedCheckpoint
  /** The first check that failed; those before it in the run passed as far as they went. */
  readonly failed?: { readonly check: AuditCheck; readonly code: LedgerCode; readonly message: string }
  /** With `inconsistent`: what convinces others. */
  readonly evidence?: Evidence
  /** Of the leaves read in this run. */
  readonly counts: { readonly leaves: number; readonly open: number; readonly anchors: number; readonly late: number }
  /** For the next look; the old one where something failed. */
  readonly state?: AuditState
}

/**
 * Looks at a log as an outsider can: M1 to M7, each leaf since the last look. A quorum that is not met does not stop the
 * other checks; it is told where nothing worse is found.
 */
export async function audit(source: LogSource, options: AuditOptions): Promise<Audit> {
  const run = new AuditRun(source, options)
  try {
    await run.all()
    return run.result()
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    return run.result(error)
  }
}

class AuditRun {
  readonly #source: LogSource
  readonly #options: AuditOptions
  readonly #hash: Hash
  readonly #kinds: Kinds
  readonly #counts = { leaves: 0, open: 0, anchors: 0, late: 0 }
  #at: AuditCheck = 'M1'
  #note = ''
  #opened: OpenedCheckpoint | undefined
  #period = 0
  #evidence: Evidence | undefined

  constructor(source: LogSource, options: AuditOptions) {
    this.#source = source
    this.#options = options
    this.#hash = options.hash ?? sha256
    this.#kinds = options.kinds ?? KINDS
  }

  async all(): Promise<void> {
    const { state } = this.#options
    const before = state === undefined ? undefined : parseCheckpoint(state.checkpoint)
    this.#period = state?.period ?? 0
    const { head } = await this.#open(before)
    const reader = new TileReader(this.#source, head.size, this.#hash)
    await this.#checkRoot(reader, head)
    if (before !== undefined) await this.#checkGrowth(reader, before.head, head)
    await this.#readLeaves(reader, before?.head.size ?? 0)
    this.#checkBatches(before?.head.size ?? 0, head.size)
    this.#at = 'M1'
    if (this.#opened?.quorum === 'not_met') throw new LedgerError('quorum_not_met', 'too few witnesses cosigned')
  }

  result(error?: LedgerError): Audit {
    const { state } = this.#options
    const opened = this.#opened
    const found = { ...(opened && { checkpoint: opened }), counts: this.#counts }
    if (error !== undefined) {
      const failed = { check: this.#at, code: error.code, message: error.message }
      return { ...found, failed, ...(this.#evidence && { evidence: this.#evidence }), ...(state && { state }) }
    }
    return { ...found, state: { v: 1, checkpoint: this.#note, period: this.#period } }
  }

  /** M1. */
  async #open(before: { origin: string; head: Head } | undefined): Promise<OpenedCheckpoint> {
    this.#note = await this.#source.checkpoint()
    const opened = await openCheckpoint(this.#note, this.#options.policy, this.#options.checks)
    this.#opened = opened
    if (before === undefined) return opened
    if (opened.origin !== before.origin)
      throw new LedgerError('wrong_origin', `was ${before.origin}, is ${opened.origin}`)
    if (opened.head.size < before.head.size) {
      throw new LedgerError('size_shrank', `from ${before.head.size} to ${opened.head.size} leaves`)
    }
    return opened
  }

  /** M3, the right edge: what the tiles say must be what was signed. */
  async #checkRoot(reader: TileReader, head: Head): Promise<void> {
    this.#at = 'M3'
    if (!sameBytes((await reader.head()).root, head.root)) {
      throw new LedgerError('bad_tile', 'the tiles do not lead to the signed root')
    }
  }

  /** M2. That the tiles give the older root also shows that its part of every level of tiles is what it was. */
  async #checkGrowth(reader: TileReader, older: Head, newer: Head): Promise<void> {
    this.#at = 'M2'
    if (older.size === 0 || sameBytes(await reader.rootOf(0, older.size), older.root)) return
    const path = await evidencePath(this.#source, older.size, newer.size, this.#hash)
    if (compareHeads(older, newer, path, this.#hash) !== 'forked') {
      this.#at = 'M3'
      throw new LedgerError('bad_tile', 'the tiles do not fit one another')
    }
    this.#evidence = { older: this.#options.state?.checkpoint ?? '', newer: this.#note, path }
    throw new LedgerError('inconsistent', `the tree of ${newer.size} leaves does not begin with that of ${older.size}`)
  }

  /** M3 to M5 and M7, bundle by bundle; then M3 for the tiles above. */
  async #readLeaves(reader: TileReader, from: number): Promise<void> {
    const { size } = reader
    const roots: Bytes[] = []
    for (let n = Math.floor(from / TILE_WIDTH); n * TILE_WIDTH < size; n += 1) {
      const width = tileWidth(0, n, size)
      const hashes = await this.#readBundle(n, width, from)
      if (width === TILE_WIDTH) roots.push(rootOver(hashes, this.#hash))
    }
    this.#at = 'M3'
    await this.#checkTilesAbove(reader, from, roots)
  }

  async #readBundle(n: number, width: number, from: number): Promise<Bytes[]> {
    this.#at = 'M3'
    const entries = entriesOf(await this.#source.bundle(n, width), width)
    const hashes = hashesOf(await this.#source.tile(0, n, width), width)
    const opened = new Map<number, Bytes>()
    entries.forEach((bytes, i) => {
      this.#at = 'M3'
      if (!sameBytes(leafHash(bytes, this.#hash), hashes[i] as Bytes)) {
        throw new LedgerError('bad_tile', `entry ${n * TILE_WIDTH + i} does not hash to its tile`)
      }
      const index = n * TILE_WIDTH + i
      if (index >= from && this.#checkLeaf(index, bytes).class === 1) opened.set(index, bytes)
    })
    if (opened.size > 0) await this.#checkOpenings(n, width, opened)
    return hashes
  }

  /** M4, M5. */
  #checkLeaf(index: number, bytes: Bytes): Leaf {
    this.#at = 'M4'
    const leaf = parseLeaf(bytes)
    this.#at = 'M5'
    if (leaf.period < this.#period) throw new LedgerError('period_fell', `at entry ${index}`)
    this.#period = leaf.period
    assertPeriod(leaf.period, this.#opened?.witnesses ?? [])
    this.#counts.leaves += 1
    if (leaf.class === 2) this.#counts.anchors += 1
    this.#options.onLeaf?.(index, bytes)
    return leaf
  }

  /** M7. */
  async #checkOpenings(n: number, width: number, opened: ReadonlyMap<number, Bytes>): Promise<void> {
    this.#at = 'M7'
    const published = openingsByIndex(await this.#source.openings(n, width))
    for (const [index, bytes] of opened) {
      const opening = published.get(index)
      if (opening === undefined) throw new LedgerError('opening_missing', `of the open entry ${index}`)
      const { late } = fittingOpening(opening, bytes, this.#kinds, this.#hash)
      if (late !== undefined) this.#counts.late += 1
      this.#counts.open += 1
    }
  }

  /** Each full tile must hash to its place in the tile above it; the right edge has been checked against the root. */
  async #checkTilesAbove(reader: TileReader, from: number, below: readonly Bytes[]): Promise<void> {
    let roots = below
    for (let level = 1; TILE_WIDTH ** level <= reader.size; level += 1) {
      const first = Math.floor(from / TILE_WIDTH ** level)
      const next: Bytes[] = []
      for (let n = Math.floor(first / TILE_WIDTH); tileWidth(level, n, reader.size) > 0; n += 1) {
        const hashes = await reader.tile(level, n)
        hashes.forEach((value, i) => {
          const root = roots[n * TILE_WIDTH + i - first]
          if (root !== undefined && !sameBytes(root, value)) {
            throw new LedgerError('bad_tile', `tile ${n} of level ${level} does not fit the tiles below it`)
          }
        })
        if (hashes.length === TILE_WIDTH) next.push(rootOver(hashes, this.#hash))
      }
      roots = next
    }
  }

  /** M6. What cannot be seen from outside is where one batch ends, unless no checkpoint was missed. */
  #checkBatches(from: number, to: number): void {
    this.#at = 'M6'
    const growth = to - from
    const { anchors } = this.#counts
    if (growth === 0) return
    if (growth % 16 !== 0) throw new LedgerError('bad_batch', `${growth} new leaves are not a multiple of 16`)
    const one = this.#options.oneBatch === true
    if (one && !isPowerOfTwo(growth))
      throw new LedgerError('bad_batch', `a batch of ${growth} leaves is no power of two`)
    if (/\/sealed(-\d+)?$/.test(this.#opened?.origin ?? '')) {
      if (anchors > 0) throw new LedgerError('bad_batch', 'the sealed log has no anchors')
      return
    }
    if (anchors === 0) throw new LedgerError('anchor_missing', `none in ${growth} new leaves`)
    if (anchors > (one ? 1 : growth / 16)) {
      throw new LedgerError('bad_batch', `${anchors} anchors in ${growth} new leaves: each batch has one`)
    }
  }
}

function openingsByIndex(json: unknown): Map<number, unknown> {
  if (!Array.isArray(json)) throw new LedgerError('opening_missing', 'there is no list of the openings of this bundle')
  const found = new Map<number, unknown>()
  for (const item of json as unknown[]) {
    if (typeof item === 'object' && item !== null && 'index' in item && 'opening' in item) {
      if (typeof item.index === 'number') found.set(item.index, item.opening)
    }
  }
  return found
}

function fittingOpening(json: unknown, bytes: Bytes, kinds: Kinds, hash: Hash): { late?: number } {
  try {
    const opening = checkOpening(json, kinds, hash)
    if (sameBytes(opening.entry, bytes) && kinds.get(opening.kind)?.open !== false) return opening
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
  }
  throw new LedgerError('opening_mismatch', 'a published opening does not fit its entry')
}
