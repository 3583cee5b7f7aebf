import {
  actLeaf,
  addSignatures,
  anchorLeaf,
  append,
  bundlePath,
  checkpointText,
  commit,
  cosign,
  type Edge,
  EMPTY_EDGE,
  fieldsOf,
  formatVerifierKey,
  KINDS,
  LedgerError,
  type LogSource,
  type Opening,
  open,
  openPath,
  padLeaf,
  parsePolicy,
  type Signer,
  signCheckpoint,
  TILE_WIDTH,
  tilePath,
  tileWidth,
  type Value,
  verifierKey,
} from '@lamplighter/ledger'

/** An Ed25519 signer with a new key, of type 1 (log, promise) or 4 (witness). */
export async function newSigner(name: string, type: 1 | 4): Promise<Signer> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
  const key = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const sign = async (message: Uint8Array) =>
    new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, new Uint8Array(message)))
  return { vkey: verifierKey(name, type, key), sign }
}

/** 32 octets that are the same in every run: `fill` in each place. */
export function octets32(fill: number): Uint8Array {
  return new Uint8Array(32).fill(fill)
}

/** One act to be logged. */
export interface Act {
  readonly kind: number
  readonly values: Record<string, Value>
}

/** The hour in which the made logs begin. */
export const FIRST_PERIOD = 500_000

/** A well-formed log of our layout, in memory; tests break it in one place. */
export class MadeLog {
  readonly origin = 'safety.example/log/actions'
  readonly files = new Map<string, Uint8Array>()
  readonly openings = new Map<number, Opening>()
  readonly leaves: Uint8Array[] = []
  edge: Edge = EMPTY_EDGE
  checkpoint = ''
  readonly signer: Signer
  readonly witness: Signer

  private constructor(signer: Signer, witness: Signer) {
    this.signer = signer
    this.witness = witness
  }

  static async begin(): Promise<MadeLog> {
    return new MadeLog(await newSigner('safety.example/log/actions', 1), await newSigner('witness.example/w', 4))
  }

  /** The leaves of one batch: acts, an anchor, pads up to `size`. */
  batchOf(acts: readonly Act[], size: number, period: number): Uint8Array[] {
    const first = this.leaves.length
    const leaves = acts.map(({ kind, values }, i) => {
      const fields = fieldsOf(KINDS, kind, values)
      const seed = octets32((first + i) % 256)
      const isOpen = KINDS.get(kind)?.open === true
      const leaf = actLeaf(commit(kind, fields, seed), period, isOpen)
      if (isOpen) this.openings.set(first + i, open({ leaf, kind, fields, seed }, new Set(fields.keys())))
      return leaf
    })
    leaves.push(anchorLeaf(octets32(first % 251), `safety.example/log/sealed\n${first}\n`, period))
    while (leaves.length < size) leaves.push(padLeaf(octets32(7), first + leaves.length, period))
    return leaves
  }

  /** Adds leaves as they are, writes the files and signs. */
  async add(leaves: readonly Uint8Array[], at = (FIRST_PERIOD + 10) * 3600): Promise<this> {
    const grown = append(this.edge, leaves)
    this.edge = grown.edge
    this.leaves.push(...leaves)
    for (const { path, bytes } of grown.writes) this.files.set(path, bytes)
    const note = await signCheckpoint(this.origin, grown.head, [this.signer], at)
    this.checkpoint = addSignatures(note, [await cosign(checkpointText(this.origin, grown.head), this.witness, at)])
    return this
  }

  /** Adds a batch with one decision and one open entry. */
  batch(size = 16, period = FIRST_PERIOD): Promise<this> {
    const at = new Date(period * 3_600_000).toISOString()
    const acts = [
      { kind: 2, values: { at, op: 'made', account: 'u17', reason: 'incites' } },
      { kind: 32, values: { at, op: 'published', list: 'demo-hashes', version: '12', entries: 4 } },
    ]
    return this.add(this.batchOf(acts, size, period))
  }

  /** A policy that names this log and its witness. */
  policyText(quorum = 'w'): string {
    const log = formatVerifierKey(this.signer.vkey)
    return `log ${log}\nwitness w ${formatVerifierKey(this.witness.vkey)}\nquorum ${quorum}\n`
  }

  policy(quorum = 'w') {
    return parsePolicy(new TextEncoder().encode(this.policyText(quorum)))
  }

  /** The published openings of one bundle. */
  openList(n: number): { index: number; opening: Opening }[] {
    return [...this.openings]
      .filter(([index]) => Math.floor(index / TILE_WIDTH) === n)
      .map(([index, opening]) => ({ index, opening }))
  }

  /** Every file of the log as it would lie below its address. */
  allFiles(): Map<string, Uint8Array> {
    const files = new Map(this.files)
    const text = (value: string) => new TextEncoder().encode(value)
    files.set('checkpoint', text(this.checkpoint))
    for (let n = 0; tileWidth(0, n, this.edge.size) > 0; n += 1) {
      const width = tileWidth(0, n, this.edge.size)
      files.set(openPath(n, width), text(JSON.stringify(this.openList(n))))
    }
    return files
  }

  source(): LogSource {
    const read = async (path: string) => {
      const found = this.files.get(path)
      if (found === undefined) throw new LedgerError('missing_tile', path)
      return found
    }
    return {
      checkpoint: async () => this.checkpoint,
      tile: (level, n, width) => read(tilePath(level, n, width)),
      bundle: (n, width) => read(bundlePath(n, width)),
      openings: async (n) => JSON.parse(JSON.stringify(this.openList(n))),
    }
  }
}

/** A copy with one bit changed. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}
