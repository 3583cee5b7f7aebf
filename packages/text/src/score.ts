import { type Features, featuresOf } from './features.ts'
import type { LoadedModel } from './model.ts'
import { sigmoid } from './numbers.ts'
import { directionOf, familiarity } from './rarity.ts'

/** A score, or that this model cannot tell. */
export type Scored =
  | { readonly state: 'known'; readonly value: number }
  | { readonly state: 'unknown'; readonly why: 'unfamiliar' }

/** A text with fewer letters always gets a score: "ok" must not fill a lane with undecided cases. */
const ENOUGH_LETTERS = 12
/** Below this share of grams that examples had, a model knows nothing of a text: another language, for one. */
const FAMILIAR = 0.2

/** The calibrated chance, from 0 to 1, that a text breaks the policy; *unknown* for a text that is unlike all examples (text.md §5.4). */
export function score(model: LoadedModel, text: string): Scored {
  const features = featuresOf(text)
  const value = sigmoid(logitOf(model, features))
  if (familiarity(features, model.rarities) >= FAMILIAR) return { state: 'known', value }
  if (features.letters >= ENOUGH_LETTERS) return { state: 'unknown', why: 'unfamiliar' }
  return { state: 'known', value: Math.max(value, model.manifest.baseRate) }
}

/** The calibrated logit of features. */
export function logitOf({ manifest, weights, rarities }: LoadedModel, features: Features): number {
  const direction = directionOf(features, rarities)
  let sum = 0
  for (let at = 0; at < direction.length; at += 1) {
    sum += (weights[features.buckets[at] ?? 0] ?? 0) * (direction[at] ?? 0)
  }
  return manifest.bias + manifest.scale * sum
}
