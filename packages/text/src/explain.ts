import { featuresIn } from './features.ts'
import { eachGram } from './grams.ts'
import type { LoadedModel } from './model.ts'
import { directionOf } from './rarity.ts'
import { logitOf } from './score.ts'
import { tokensOf } from './view.ts'

/** A word or phrase that the model looked at, with its first place on the original (UTF-16 units) and its part of the logit. */
export interface Looked {
  readonly kind: 'ngram'
  readonly what: string
  readonly from: number
  readonly to: number
  readonly weight: number
}

/**
 * What the model looked at, heaviest first. Pieces of a word count for the word. The weights shown, `rest` and `bias` sum to `logit`. It is
 * no reason for a decision.
 *
 * @param top how many at most; 8 by default
 */
export function explainScore(
  model: LoadedModel,
  text: string,
  top = 8,
): { readonly grams: readonly Looked[]; readonly rest: number; readonly bias: number; readonly logit: number } {
  const tokens = tokensOf(text)
  const features = featuresIn(tokens)
  const direction = directionOf(features, model.rarities)
  const each = new Map<number, number>()
  features.buckets.forEach((bucket, at) => {
    const part = model.manifest.scale * (model.weights[bucket] ?? 0) * (direction[at] ?? 0)
    each.set(bucket, part / (features.counts[at] ?? 1))
  })
  const found = new Map<string, { from: number; to: number; weight: number }>()
  eachGram(tokens, (bucket, first, last) => {
    const part = each.get(bucket) ?? 0
    if (part === 0) return
    const what = tokens
      .slice(first, last + 1)
      .map((token) => token.text)
      .join(' ')
    const before = found.get(what)
    const place = before ?? { from: tokens[first]?.from ?? 0, to: tokens[last]?.to ?? 0, weight: 0 }
    found.set(what, { ...place, weight: place.weight + part })
  })
  const ranked = [...found].toSorted(
    ([a, one], [b, other]) => Math.abs(other.weight) - Math.abs(one.weight) || (a < b ? -1 : 1),
  )
  return {
    grams: ranked.slice(0, top).map(([what, place]) => ({ kind: 'ngram', what, ...place })),
    rest: ranked.slice(top).reduce((sum, [, { weight }]) => sum + weight, 0),
    bias: model.manifest.bias,
    logit: logitOf(model, features),
  }
}
