import { type Example, featuresOf, loadModel, score, seeded, train } from '@lamplighter/text'
import type { Card, Models } from '../signals/index.ts'
import { TEMPLATES } from './sentences.ts'
import type { Templates } from './templates.ts'

/** Each template with a gap is filled so often. */
const FILLINGS = 3
/** An act is said after so many beginnings. */
const OPENINGS_EACH = 3
/** Every so many templates are kept out of training, with all their fillings: the figures of the card are of these. */
const HELD_OUT = 5

interface Sentence {
  readonly text: string
  readonly label: 0 | 1
  /** Sentences of one template are nearly the same: they stay together. */
  readonly template: string
  readonly heldOut: boolean
}

/** The made-up sentences, the same every time. */
export function sentences(): Sentence[] {
  const random = seeded(5)
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? ''
  const filled = (template: string, { places, times }: Templates): string =>
    template.replace('{place}', () => pick(places)).replace('{time}', () => pick(times))
  return TEMPLATES.flatMap((of) =>
    [
      [...of.others, ...acted(of.openings, of.otherActs)],
      [...of.threats, ...acted(of.openings, of.threatActs)],
    ].flatMap((templates, label) =>
      templates.flatMap((template, place): Sentence[] => {
        const times = template.includes('{') ? FILLINGS : 1
        const texts = Array.from({ length: times }, () => filled(template, of))
        const heldOut = place % HELD_OUT === HELD_OUT - 1
        return [...new Set(texts)].map((text) => ({
          ...{ text, heldOut, template: `${of.language}-${label}-${place}` },
          label: label === 1 ? 1 : 0,
        }))
      }),
    ),
  )
}

/** Every act after some of the beginnings, in turn. */
function acted(openings: readonly string[], acts: readonly string[]): string[] {
  return acts.flatMap((act, place) =>
    Array.from({ length: OPENINGS_EACH }, (_, turn) => {
      const opening = openings[(place * 3 + turn * 7) % openings.length] ?? ''
      return `${opening} ${act} {place} {time}`
    }),
  )
}

/** What `core.wick` asks of the score. */
const THRESHOLDS = [0.75, 0.92]

/** Trains the demo's model of threats, and makes it live with a card that says what it is worth. */
export async function teachDemo(models: Pick<Models, 'publish'>, by: string): Promise<void> {
  const { heldOut, ...made } = trainDemo()
  await models.publish('threat', made, { card: cardOf(heldOut), by })
}

const cardOf = (heldOut: Card['heldOut']): Card => ({
  madeOf: 'trained on made-up sentences of the demo',
  licence: 'Apache-2.0',
  heldOut,
  limits:
    'The sentences that were held out are by the same hand and of the same patterns as those of the training. These figures say nothing of real messages.',
  blind: [
    'real messages',
    'languages other than English and German',
    'pictures',
    'irony',
    'who speaks to whom, and what was said before',
  ],
})

/** Trains on all but the held-out sentences, and measures on those. The model that is measured is the one that is used. */
export function trainDemo(): ReturnType<typeof train> & { readonly heldOut: Card['heldOut'] } {
  const all = sentences()
  const examples = all
    .filter(({ heldOut }) => !heldOut)
    .map(
      ({ text, label, template }, place): Example => ({
        id: String(place).padStart(5, '0'),
        ...{ label, account: template, features: featuresOf(text) },
      }),
    )
  const made = train(examples)
  const model = loadModel(made.weights, made.manifest)
  const said = all.filter(({ heldOut }) => heldOut).map(({ text, label }) => ({ label, ...score(model, text) }))
  const above = (label: 0 | 1, threshold: number) =>
    said.filter((one) => one.label === label && one.state === 'known' && one.value >= threshold).length
  return {
    ...made,
    heldOut: {
      positive: said.filter(({ label }) => label === 1).length,
      negative: said.filter(({ label }) => label === 0).length,
      at: THRESHOLDS.map((threshold) => ({
        threshold,
        found: above(1, threshold),
        falseAlarms: above(0, threshold),
      })),
      unfamiliar: said.filter(({ state }) => state === 'unknown').length,
    },
  }
}
