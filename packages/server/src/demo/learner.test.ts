import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { loadModel, score } from '@lamplighter/text'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../storage/testing/engines.ts'
import { type House, messageOf, openHouse } from '../testing/house.ts'
import { makeTown } from './harbour.ts'
import { sentences, teachDemo, trainDemo } from './learner.ts'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const core = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/core.wick')), 'utf8')
const made = trainDemo()
const model = loadModel(made.weights, made.manifest)

describe('the learner of the demo', () => {
  // Made once and kept: whoever starts the demo gets these, or something depends on where it runs.
  test('is the same wherever it is trained', () => {
    expect(sha256(JSON.stringify(sentences()))).toBe('5ab0f82f9a946eba021c8c4104c68e5cf69dad4e2a0f4b12d001f25261221a21')
    expect(sha256(made.weights)).toBe('41fd24a7b84eaeed1dc30f8904351e77d816388e4c0070e6af35ec635b0bd7a1')
    expect(made.weights.length).toBeLessThan(300_000)
  })

  test('was measured on sentences of patterns that it never saw; the figures of its card are these', () => {
    const all = sentences()
    const seen = new Set(all.filter(({ heldOut }) => !heldOut).map(({ template }) => template))
    const heldOut = all.filter((one) => one.heldOut)
    expect(heldOut.filter(({ template }) => seen.has(template))).toEqual([])
    expect(made.heldOut).toEqual({
      positive: 105,
      negative: 159,
      at: [
        { threshold: 0.75, found: 81, falseAlarms: 1 },
        { threshold: 0.92, found: 50, falseAlarms: 1 },
      ],
      unfamiliar: 0,
    })
    // Counted anew, by hand.
    const above = (label: number) =>
      heldOut.filter((one) => {
        const said = score(model, one.text)
        return one.label === label && said.state === 'known' && said.value >= 0.75
      }).length
    expect([above(1), above(0)]).toEqual([81, 1])
  })

  test('of the whole town finds the two threats that were planted, and nothing else', () => {
    const { chatter, trouble, complaints } = makeTown()
    const found = [...chatter, ...trouble, ...complaints.map(({ about }) => about)].filter(({ text }) => {
      const said = score(model, text)
      return said.state === 'unknown' || said.value >= 0.75
    })
    expect(found.map(({ id }) => id)).toEqual(['t-4', 't-5'])
  })
})

describe('the rules of the demo with its learner', () => {
  let house: House
  const lanes = async (text: string) => {
    const before = (await house.rows('cases')).length
    await house.screen(messageOf(text))
    await house.follow()
    return (await house.rows('cases')).slice(before).map(({ lane }) => lane)
  }

  test('put a threat at the top of life at risk, leave an ordinary message alone, and let a person look where they cannot tell', async () => {
    house = await openHouse({ engine: sqlite, rules: core })
    try {
      // Before there is a model nobody can tell.
      expect(await lanes('see you at the station tonight')).toEqual(['life-at-risk'])
      await teachDemo(house.context.models, 'operator')
      const threats = [
        'I will hurt you tonight at the station',
        'my friends and I will beat you up after school',
        'ich tue dir morgen am Bahnhof weh',
        'I know where you live and I will make you sorry',
      ]
      for (const text of threats) expect([text, await lanes(text)]).toEqual([text, ['life-at-risk']])
      const ordinary = [
        'see you at the station tonight at 8 pm',
        'my back hurts after the long walk, I stay home',
        'I broke my favourite cup again, any tips?',
        'what a bloody brilliant match',
        'Kommt ihr morgen mit zum Markt?',
        'ok',
      ]
      for (const text of ordinary) expect([text, await lanes(text)]).toEqual([text, []])
      expect(await lanes('明日の朝、駅で会いましょう。天気が良ければ歩きます')).toEqual(['life-at-risk'])
    } finally {
      await house.close()
    }
  }, 120_000)
})
