import { sigmoid, sqrt } from './numbers.ts'
import { seeded, shuffle } from './random.ts'

/** One example, ready to learn from. */
export interface Row {
  /** Where its grams stand among all that examples have. */
  readonly places: Uint32Array
  /** The value of each. */
  readonly values: Float64Array
  readonly label: 0 | 1
  readonly weight: number
}

export interface Fit {
  readonly weights: Float64Array
  readonly bias: number
}

export interface FitSettings {
  /** How many places there are. */
  readonly size: number
  readonly rate: number
  readonly epochs: number
  readonly l2: number
  readonly seed: number
}

const TINY = 1e-8

/** Logistic regression by Adagrad. The order of the rows and the seed fix every step. */
export function fit(rows: readonly Row[], { size, rate, epochs, l2, seed }: FitSettings): Fit {
  const weights = new Float64Array(size)
  const squares = new Float64Array(size)
  let bias = 0
  let biasSquares = 0
  const random = seeded(seed)
  const order = Uint32Array.from({ length: rows.length }, (_, index) => index)
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffle(order, random)
    for (const turn of order) {
      const row = rows[turn]
      if (row === undefined) continue
      const slope = row.weight * (sigmoid(logitOf(row, weights, bias)) - row.label)
      const { places, values } = row
      for (let at = 0; at < places.length; at += 1) {
        const place = places[at] ?? 0
        const own = weights[place] ?? 0
        const gradient = slope * (values[at] ?? 0) + l2 * own
        const square = (squares[place] ?? 0) + gradient * gradient
        squares[place] = square
        weights[place] = own - (rate * gradient) / (sqrt(square) + TINY)
      }
      biasSquares += slope * slope
      bias -= (rate * slope) / (sqrt(biasSquares) + TINY)
    }
  }
  return { weights, bias }
}

/** What a fit says of a row, before it is calibrated. */
export function logitOf(
  { places, values }: Pick<Row, 'places' | 'values'>,
  weights: Float64Array,
  bias: number,
): number {
  let logit = bias
  for (let at = 0; at < places.length; at += 1) logit += (weights[places[at] ?? 0] ?? 0) * (values[at] ?? 0)
  return logit
}
