import { getModel, getModels } from '@lamplighter/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { teachDemo } from '../demo/learner.ts'
import { type House, openHouse } from '../testing/house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

test('whoever may read rules reads the card of a model, and nobody its weights', async () => {
  const lead = await house.person('lead')
  expect((await lead.call('GET', '/v1/models')).body).toEqual({ items: [] })
  await teachDemo(house.context.models, 'operator')
  const { items } = getModels.answer.parse((await lead.call('GET', '/v1/models')).body)
  expect(items).toMatchObject([{ learner: 'learner_threat', state: 'live', retiredAt: null }])
  const [model] = items
  expect(model?.sha256).toBe((await house.rows('models'))[0]?.sha256)
  expect(model?.examples.positive).toBeGreaterThan(0)
  expect(model?.card.heldOut.at.map(({ threshold }) => threshold)).toEqual([0.75, 0.92])
  const one = await lead.call('GET', `/v1/models/${model?.id}`)
  expect(getModel.answer.parse(one.body)).toEqual(model)
  expect(one.text).not.toContain('weights')
  const reviewer = await house.person('reviewer')
  expect((await reviewer.call('GET', '/v1/models')).body.code).toBe('forbidden')
}, 60_000)
