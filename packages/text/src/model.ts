import { TextError } from './errors.ts'
import { BUCKETS, FEATURISER } from './grams.ts'
import type { Rarities } from './rarity.ts'

/** What a model was made of and with. Plain JSON. */
export interface Manifest {
  readonly format: 'lamplighter-text/1'
  readonly featuriser: string
  readonly examples: { readonly positive: number; readonly negative: number }
  /** Share of positive examples, each counted by its weight. */
  readonly baseRate: number
  /** A weight of 1 stands for so much of the logit. */
  readonly scale: number
  readonly bias: number
  /** Rarity of a gram that no example had, in sixteenths. */
  readonly unseen: number
  readonly settings: {
    readonly rate: number
    readonly epochs: number
    readonly l2: number
    readonly classPower: number
    readonly seed: number
  }
}

/** A model that can score. */
export interface LoadedModel {
  readonly manifest: Manifest
  readonly weights: Int8Array
  readonly rarities: Rarities
}

/** Packs weights: for each bucket that examples had, in order, the step from the one before (LEB128), its weight and its rarity. */
export function pack(buckets: Uint32Array, weights: Int8Array, { known }: Pick<Rarities, 'known'>): Uint8Array {
  const out: number[] = []
  let before = -1
  buckets.forEach((bucket, place) => {
    let step = bucket - before - 1
    before = bucket
    for (; step > 0x7f; step >>>= 7) out.push((step & 0x7f) | 0x80)
    out.push(step, (weights[place] ?? 0) & 0xff, known[bucket] ?? 0)
  })
  return Uint8Array.from(out)
}

/**
 * Reads a model back.
 *
 * @param bytes as `train` gave them
 * @throws TextError `bad_model` for bytes that are cut off or run over, and for a model of other features
 */
export function loadModel(bytes: Uint8Array, manifest: Manifest): LoadedModel {
  if (manifest.format !== 'lamplighter-text/1' || manifest.featuriser !== FEATURISER) {
    throw new TextError('bad_model', `expected a model of ${FEATURISER}, found ${manifest.featuriser}; train it anew`)
  }
  const weights = new Int8Array(BUCKETS)
  const known = new Uint8Array(BUCKETS)
  let bucket = -1
  for (let at = 0; at < bytes.length; ) {
    let step = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at]
      if (byte === undefined || shift > 14) throw cut()
      at += 1
      step |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    bucket += step + 1
    const [weight, rarity] = [bytes[at], bytes[at + 1]]
    if (bucket >= BUCKETS || weight === undefined || rarity === undefined || rarity === 0) throw cut()
    weights[bucket] = weight
    known[bucket] = rarity
    at += 2
  }
  return { manifest, weights, rarities: { known, unseen: manifest.unseen } }
}

const cut = (): TextError => new TextError('bad_model', 'these bytes are no model: they are cut off or run over')
