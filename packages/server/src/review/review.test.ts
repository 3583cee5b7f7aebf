import { afterAll, beforeAll, expect, test } from 'vitest'
import { type House, LISTED, messageOf, openHouse } from '../testing/house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

test('a held message is let go when a person sees nothing wrong', async () => {
  const screened = await house.screen(messageOf(`pay me 50 ${LISTED.blackmail_terms}`))
  expect(screened.status).toBe(200)
  expect(screened.body.verdict).toBe('hold')
  const reviewer = await house.person('reviewer')
  const opened = await reviewer.next('reports')
  const decided = await reviewer.decide(opened, 'none', { policy: null })
  expect(decided.text).toContain('undoUntil')
  await house.pass(10_001)
  expect(house.receiver.words()).toContain('hold')
  expect(house.failures).toEqual([])
})
