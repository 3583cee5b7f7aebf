import type { Features } from './features.ts'
import { BUCKETS } from './grams.ts'
import { ln, sqrt } from './numbers.ts'

/** Steps of a rarity (idf) per unit: it is kept in one byte, and training counts with what is kept. */
const STEPS = 16
/** With more, a model would not stay under 0.3 MB; the grams that most texts have are kept. */
const MOST = 98_000

/** How rare each bucket is, in sixteenths; 0 for one that no example had. */
export interface Rarities {
  readonly known: Uint8Array
  /** Of a gram that nobody has seen: at least as rare as the rarest. */
  readonly unseen: number
}

/** Rarities as the examples have them: `ln((n + 1) / (d + 1)) + 1` for a bucket that `d` of `n` have. */
export function raritiesOf(examples: readonly Features[]): Rarities {
  const having = new Uint32Array(BUCKETS)
  for (const { buckets } of examples) for (const bucket of buckets) having[bucket] = (having[bucket] ?? 0) + 1
  const rarity = (count: number): number =>
    Math.min(255, Math.round((ln((examples.length + 1) / (count + 1)) + 1) * STEPS))
  const known = new Uint8Array(BUCKETS)
  for (const bucket of mostCommon(having)) known[bucket] = rarity(having[bucket] ?? 0)
  return { known, unseen: rarity(0) }
}

function mostCommon(having: Uint32Array): number[] {
  const buckets: number[] = []
  having.forEach((count, bucket) => {
    if (count > 0) buckets.push(bucket)
  })
  if (buckets.length <= MOST) return buckets
  return buckets.sort((a, b) => (having[b] ?? 0) - (having[a] ?? 0) || a - b).slice(0, MOST)
}

/** The buckets that are known, in order. */
export function bucketsOf({ known }: Pick<Rarities, 'known'>): number[] {
  const buckets: number[] = []
  known.forEach((rarity, bucket) => {
    if (rarity !== 0) buckets.push(bucket)
  })
  return buckets
}

/** A text as a direction of length 1: `(1 + ln count) · rarity` for each of its buckets. */
export function directionOf({ buckets, counts }: Features, { known, unseen }: Rarities): Float64Array {
  const values = new Float64Array(buckets.length)
  let square = 0
  for (let place = 0; place < buckets.length; place += 1) {
    const rarity = known[buckets[place] ?? 0] || unseen
    const value = (1 + ln(counts[place] ?? 1)) * (rarity / STEPS)
    values[place] = value
    square += value * value
  }
  const length = sqrt(square)
  return length === 0 ? values : values.map((value) => value / length)
}

/** The share of a text's grams that examples had; 1 for a text without any. */
export function familiarity({ buckets, counts }: Features, { known }: Pick<Rarities, 'known'>): number {
  let seen = 0
  let all = 0
  for (let place = 0; place < buckets.length; place += 1) {
    const count = counts[place] ?? 0
    all += count
    if (known[buckets[place] ?? 0] !== 0) seen += count
  }
  return all === 0 ? 1 : seen / all
}
