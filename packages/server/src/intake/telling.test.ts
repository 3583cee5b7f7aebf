import type { Explanation } from '@lamplighter/rules'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { languages } from '../pages/messages/index.ts'
import { type House, LISTED, messageOf, openHouse, type Person, reportOf } from '../testing/house.ts'
import { tellingOf } from './telling.ts'

let house: House
let ravi: Person
beforeAll(async () => {
  house = await openHouse()
  ravi = await house.person('reviewer')
})
afterAll(() => house.close())

/** What the newest notice says in each language, in words only. */
async function pages(): Promise<Record<string, string>> {
  const told = house.receiver.calls.findLast(({ type }) => type === 'notice.created')
  const { pathname } = new URL(String(told?.data.page))
  const shown = await Promise.all(
    Object.keys(languages).map(async (language) => {
      const { text } = await house.visit('GET', `${pathname}?lang=${language}`)
      return [language, text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')]
    }),
  )
  return Object.fromEntries(shown)
}

describe('the notice of what a machine did', () => {
  test('says measures, facts and the rule’s reason in the reader’s language, as far as the rule has it', async () => {
    expect((await house.screen(messageOf(`see https://${LISTED.bad_domains}/now`))).body.verdict).toBe('block')
    await house.pass(0)
    await house.pass(1)
    const shown = await pages()
    for (const [language, { notice }] of Object.entries(languages)) {
      for (const words of [
        notice.effects.block,
        notice.limited(notice.capabilities.links),
        notice.factsOf.rule_matched,
      ])
        expect(shown[language], language).toContain(words)
    }
    expect(shown.de).toContain('weil ein Link darin zu einer schädlichen Seite führt')
    expect(shown.fr).toContain('because a link in it leads to a harmful site')
    const told = house.receiver.calls.findLast(({ type }) => type === 'notice.created')
    expect(told?.data.effects).toEqual(['block', 'limit links'])
  })

  test('says of an item that waits because nobody could tell that it is being checked, in every language, and no more', () => {
    const held = { do: 'hold', until: 'review', rules: ['made/up'] } as const
    const { notice } = tellingOf({ effects: [held], explanation: { rules: [] } as unknown as Explanation }, undefined)
    expect(notice).toMatchObject({ facts: 'not_checked', effects: ['hold'], text: 'This is being checked.' })
    expect(['en', ...Object.keys(notice?.translations ?? {})].toSorted()).toEqual(Object.keys(languages).toSorted())
  })
})

test('the notice of what a person decided says in each language that a person looked', async () => {
  const item = String(messageOf('x').id)
  await house.report(reportOf(item, { item: { id: item, text: 'you are no good' } }))
  await ravi.decide(await ravi.take(Number((await house.newestCase()).number)), 'limit')
  await house.pass(10_001)
  await house.pass(1)
  const shown = await pages()
  for (const [language, { notice }] of Object.entries(languages)) {
    expect(shown[language], language).toContain(notice.factsOf.person_looked)
    expect(shown[language], language).toContain(notice.effects.limit)
  }
})
