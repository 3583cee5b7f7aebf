import { calibrate, type Point } from './calibrate.ts'
import { TextError } from './errors.ts'
import type { Features } from './features.ts'
import { BUCKETS, FEATURISER } from './grams.ts'
import { type Manifest, pack } from './model.ts'
import { exp, ln } from './numbers.ts'
import { bucketsOf, directionOf, type Rarities, raritiesOf } from './rarity.ts'
import { type FitSettings, fit, logitOf, type Row } from './regression.ts'

/** One decided text, as features. */
export interface Example {
  readonly id: string
  readonly label: 0 | 1
  /** Whoever wrote it, as a keyed hash: folds never part one account's texts. */
  readonly account: string
  readonly features: Features
  /** The chance that it was drawn for review; 1 by default. */
  readonly probability?: number
}

export interface TrainSettings {
  /** 0.1 by default. */
  readonly rate?: number
  /** 5 by default. */
  readonly epochs?: number
  /** 1e-6 by default. */
  readonly l2?: number
  /** How far a rarer label is made up for: 0 not at all, 1 wholly; 0.7 by default. */
  readonly classPower?: number
  readonly seed?: number
}

const FOLDS = 5

/**
 * Trains a model. Deterministic: the same examples and settings give the same bytes on any machine, in whatever order they come.
 *
 * @throws TextError `too_few` where a label is missing outside one of the five folds of accounts
 */
export function train(
  examples: readonly Example[],
  settings: TrainSettings = {},
): { weights: Uint8Array; manifest: Manifest } {
  const { rate = 0.1, epochs = 5, l2 = 1e-6, classPower = 0.7, seed = 1 } = settings
  const sorted = examples.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const rarities = raritiesOf(sorted.map(({ features }) => features))
  const share = classShares(sorted, classPower)
  const known = Uint32Array.from(bucketsOf(rarities))
  const own = { size: known.length, rate, epochs, l2, seed }
  const rowOf = rowsAmong(known, rarities)
  const rows = sorted.map(({ features, label }) => rowOf(features, label, share[label]))
  const { slope, shift } = calibrate(outOfFold(sorted, rows, own))
  const all = fit(rows, own)
  // The calibration goes into the weights: a logit is calibrated as it comes.
  const { quantised, scale } = inBytes(all.weights.map((weight) => weight * slope))
  const positive = sorted.filter(({ label }) => label === 1)
  return {
    weights: pack(known, quantised, rarities),
    manifest: {
      format: 'lamplighter-text/1',
      featuriser: FEATURISER,
      examples: { positive: positive.length, negative: sorted.length - positive.length },
      baseRate: drawn(positive) / drawn(sorted),
      scale,
      bias: all.bias * slope + shift,
      unseen: rarities.unseen,
      settings: { rate, epochs, l2, classPower, seed },
    },
  }
}

const weightOf = ({ probability = 1 }: Example): number => 1 / probability
const drawn = (examples: readonly Example[]): number => examples.reduce((sum, one) => sum + weightOf(one), 0)

/** `(n / 2n₁) ^ power` for each label. */
function classShares(examples: readonly Example[], power: number): Readonly<Record<0 | 1, number>> {
  const of = (label: 0 | 1): number => {
    const count = examples.filter((one) => one.label === label).length
    if (count === 0) throw new TextError('too_few', `there is no example with the label ${label}`)
    return exp(power * ln(examples.length / (2 * count)))
  }
  return { 0: of(0), 1: of(1) }
}

/** Examples as rows over the buckets that are kept: few numbers, close together. What is not kept weighs nothing. */
function rowsAmong(known: Uint32Array, rarities: Rarities): (features: Features, label: 0 | 1, weight: number) => Row {
  const placeOf = new Int32Array(BUCKETS).fill(-1)
  known.forEach((bucket, place) => {
    placeOf[bucket] = place
  })
  return (features, label, weight) => {
    const direction = directionOf(features, rarities)
    const kept = (_: number, at: number): boolean => (placeOf[features.buckets[at] ?? 0] ?? -1) >= 0
    const places = features.buckets.filter(kept).map((bucket) => placeOf[bucket] ?? 0)
    return { places, values: direction.filter(kept), label, weight }
  }
}

/** What models that never saw an account say of its texts. */
function outOfFold(examples: readonly Example[], rows: readonly Row[], settings: FitSettings): Point[] {
  const folds = examples.map(({ account }) => foldOf(account))
  return Array.from({ length: FOLDS }, (_, fold) => fold).flatMap((fold) => {
    if (!folds.includes(fold)) return []
    const others = rows.filter((_, place) => folds[place] !== fold)
    if (![0, 1].every((label) => others.some((row) => row.label === label))) {
      throw new TextError(
        'too_few',
        'nearly all examples of one label are of the same accounts; more accounts are needed',
      )
    }
    const { weights, bias } = fit(others, settings)
    return rows.flatMap((row, place): Point[] => {
      const example = examples[place]
      if (example === undefined || folds[place] !== fold) return []
      return [{ logit: logitOf(row, weights, bias), label: row.label, weight: weightOf(example) }]
    })
  })
}

function foldOf(account: string): number {
  let hash = 0x811c9dc5
  for (let unit = 0; unit < account.length; unit += 1) hash = Math.imul(hash ^ account.charCodeAt(unit), 0x01000193)
  return (hash >>> 0) % FOLDS
}

function inBytes(weights: Float64Array): { quantised: Int8Array; scale: number } {
  const most = weights.reduce((greatest, weight) => Math.max(greatest, Math.abs(weight)), 0)
  const scale = most === 0 ? 1 : most / 127
  return { quantised: Int8Array.from(weights, (weight) => Math.round(weight / scale)), scale }
}
