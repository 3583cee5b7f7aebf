import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EXAMPLES } from '../test/examples.ts'
import { referenceLogit } from '../test/reference.ts'
import { explainScore, featuresOf, loadModel, score, train } from './index.ts'
import { sigmoid } from './numbers.ts'
import { logitOf } from './score.ts'
import { tokensOf } from './view.ts'

const made = train(EXAMPLES)
const model = loadModel(made.weights, made.manifest)
const DEEP = process.env.LAMPLIGHTER_DEEP === '1' ? 20_000 : 300

// Words that examples had and words that none had, repeated or not.
const word = fc.oneof(
  fc.constantFrom('the', 'ferry', 'rots', 'should', 'sink', 'bread', 'noon', 'gull', 'sings'),
  fc.stringMatching(/^[a-zäöüéя]{1,9}$/),
)
const words = fc.array(word, { minLength: 1, maxLength: 40 })

describe('the score', () => {
  test('is that of a slow reference, to 1e-9', () => {
    fc.assert(
      fc.property(words, (tokens) => {
        const logit = logitOf(model, featuresOf(tokens.join(' ')))
        expect(Math.abs(logit - referenceLogit(made.weights, made.manifest, tokens))).toBeLessThan(1e-9)
      }),
      { numRuns: DEEP },
    )
  })

  test('tells the labels apart on sentences that it did not see', () => {
    const of = (text: string) => {
      const said = score(model, text)
      return said.state === 'known' ? said.value : Number.NaN
    }
    expect(of('the choir should sink in the fog')).toBeGreaterThan(0.8)
    expect(of('the lamp is worth nothing today')).toBeGreaterThan(0.8)
    expect(of('the choir sings well in the fog')).toBeLessThan(0.2)
  })

  test('text M-7: another script is unfamiliar; a short text always has a score, at least the base rate', () => {
    expect(score(model, '明日の朝、駅で会いましょう。天気が良ければ')).toEqual({ state: 'unknown', why: 'unfamiliar' })
    for (const text of ['ok', '🔪 you', '…', '', '明日'])
      expect([text, score(model, text).state]).toEqual([text, 'known'])
    // Of a word that nothing is known of there is the bias alone.
    const bare = sigmoid(made.manifest.bias)
    const withRate = (baseRate: number) => score({ ...model, manifest: { ...made.manifest, baseRate } }, 'zzq')
    expect(withRate(0.9)).toEqual({ state: 'known', value: 0.9 })
    expect(withRate(0.1)).toEqual({ state: 'known', value: bare })
  })

  test('is a number between 0 and 1, or unknown, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const said = score(model, text)
        if (said.state === 'known') {
          expect(said.value).toBeGreaterThanOrEqual(0)
          expect(said.value).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: DEEP },
    )
  })

  test('takes a text of the greatest length in its stride', () => {
    const text = 'the ferry should sink 🔪 12:30 '.repeat(270).slice(0, 8_000)
    expect(score(model, text).state).toBe('known')
  })
})

describe('the explanation', () => {
  test('text M-2: shown, rest and bias sum to the logit, and every place is on the original', () => {
    const piece = fc.oneof(
      word,
      fc.constantFrom('@gull', '12:30', 'https://a.example/x', 'ＦＥＲＲＹ', '!', '👩‍🚒', 'RoTs', 'e\u0301'),
    )
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 30 }), fc.integer({ min: 0, max: 12 }), (pieces, top) => {
        const text = pieces.join(' ')
        const { grams, rest, bias, logit } = explainScore(model, text, top)
        const shown = grams.reduce((sum, { weight }) => sum + weight, 0)
        expect(Math.abs(shown + rest + bias - logit)).toBeLessThan(1e-6)
        expect(grams.length).toBeLessThanOrEqual(top)
        for (const { from, to, what } of grams) {
          const seen = tokensOf(text.slice(from, to)).map((token) => token.text)
          expect(seen.join(' ')).toBe(what)
        }
      }),
      { numRuns: DEEP },
    )
  })

  test('names the words that weigh most, each once, with what is within them', () => {
    const { grams } = explainScore(model, 'Our baker should SINK, our baker!')
    expect(grams.map(({ what }) => what)).toContain('sink')
    expect(grams.filter(({ what }) => what === 'baker').length).toBeLessThanOrEqual(1)
    const sink = grams.find(({ what }) => what === 'sink')
    expect([sink?.from, sink?.to, (sink?.weight ?? 0) > 0]).toEqual([17, 21, true])
  })
})
