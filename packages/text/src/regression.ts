import type { Features } from './features.ts'
import { BUCKETS } from './grams.ts'
import { sigmoid, sqrt } from './numbers.ts'
import { seeded, shuffle } from './random.ts'

/** One example, ready to learn from. */
export interface Row {
  readonly features: Features
  readonly direction: Float64Array
  readonly label: 0 | 1
  readonly weight: number
}

export interface Fit {
  readonly weights: Float64Array
  readonly bias: number
}

export interface FitSettings {
  readonly rate: number
  readonly epochs: number
  readonly l2: number
  readonly seed: number
}

const TINY = 1e-8

/** Logistic regression by Adagrad. The order of the rows and the seed fix every step. */
export function fit(rows: readonly Row[], { rate, epochs, l2, seed }: FitSettings): Fit {
  const weights = new Float64Array(BUCKETS)
  const squares = new Float64Array(BUCKETS)
  let bias = 0
  let biasSquares = 0
  const random = seeded(seed)
  const order = Uint32Array.from({ length: rows.length }, (_, index) => index)
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffle(order, random)
    for (const place of order) {
      const row = rows[place]
      if (row === undefined) continue
      const slope = row.weight * (sigmoid(logitOf(row, weights, bias)) - row.label)
      const { buckets } = row.features
      for (let at = 0; at < buckets.length; at += 1) {
        const bucket = buckets[at] ?? 0
        const own = weights[bucket] ?? 0
        const gradient = slope * (row.direction[at] ?? 0) + l2 * own
        const square = (squares[bucket] ?? 0) + gradient * gradient
        squares[bucket] = square
        weights[bucket] = own - (rate * gradient) / (sqrt(square) + TINY)
      }
      biasSquares += slope * slope
      bias -= (rate * slope) / (sqrt(biasSquares) + TINY)
    }
  }
  return { weights, bias }
}

/** What a fit says of a row, before it is calibrated. */
export function logitOf(
  { features, direction }: Pick<Row, 'features' | 'direction'>,
  weights: Float64Array,
  bias: number,
): number {
  let logit = bias
  const { buckets } = features
  for (let at = 0; at < buckets.length; at += 1) logit += (weights[buckets[at] ?? 0] ?? 0) * (direction[at] ?? 0)
  return logit
}
