import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type House, messageOf, openHouse, type Person } from '../testing/house.ts'
import { operatorDoer } from '../testing/server.ts'
import { keepDraft } from './index.ts'

const core = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/core.wick')), 'utf8')

let house: House
let lead: Person
beforeAll(async () => {
  house = await openHouse()
  await keepDraft(house.context, { name: 'core', text: core, doer: operatorDoer })
  lead = await house.person('lead')
}, 120_000)
afterAll(() => house.close())

const path = '/v1/rulesets/core/versions/1'
const hints = async () => (await lead.call('GET', path)).body

test('what came with the installation has no author among the staff: a lead reads it and takes it into shadow at once', async () => {
  const draft = await hints()
  expect([draft.state, draft.own, draft.needs.shadow]).toEqual(['draft', false, []])
  const shadow = await lead.call('POST', `${path}/shadow`, { body: {}, headers: { 'if-match': `"${draft.hash}"` } })
  expect([shadow.status, shadow.body.state]).toEqual([200, 'shadow'])
  // Live it would open a case of every message.
  const { live } = (await hints()).needs
  expect(live.map(({ code }: { code: string }) => code)).toContain('no_model')
})

test('in shadow the rule that asks a learner is undecided where there is no model, and no case comes of it', async () => {
  await house.screen(messageOf('see you at the station tonight'))
  await house.follow()
  expect(await house.rows('cases')).toEqual([])
  const { body } = await lead.call('GET', `${path}/shadow-report`)
  const rule = body.rules.find(({ rule: name }: { rule: string }) => name === 'credible_threat_to_life')
  expect(rule).toMatchObject({ asked: 1, undecided: 1 })
})
