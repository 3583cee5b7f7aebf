import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { judgeSwitches } from '../doctor/judge-running.ts'
import { engines } from '../storage/testing/engines.ts'
import { type House, openHouse, type Person } from '../testing/house.ts'
import { operatorCalls } from '../testing/operator-calls.ts'
import { agree, propose, switchOn } from '../testing/switching.ts'

const DAY_MS = 86_400_000
const UK = 'uk.private_scan'

describe.each(engines)('a switch on $name', (engine) => {
  let house: House
  let legal: Person
  let colleague: Person
  let lead: Person
  beforeAll(async () => {
    house = await openHouse({ engine, demo: true })
    legal = await house.person('legal')
    colleague = await house.person('legal')
    lead = await house.person('lead')
  })
  afterAll(() => house.close())

  const all = async (who = legal) => (await who.call('GET', '/v1/switches')).body
  const one = async (id = UK) => (await all()).items.find((item: { id: string }) => item.id === id)

  test('is off as it is shipped, and nobody has changed it', async () => {
    const { version, items } = await all()
    expect(version).toBe(0)
    expect(items.map(({ id, state, enabledBy }: Record<string, unknown>) => [id, state, enabledBy])).toEqual([
      ['eu.private_scan', 'off', []],
      [UK, 'off', []],
      ['us.private_scan', 'off', []],
    ])
  })

  test('changes when another person agrees, and not before; who, why and by which law stay', async () => {
    const before = await all()
    const records = (await house.rows('ledger_records')).length
    const asked = await propose(house, legal, UK, { law: 'Act, s. 7', until: house.clock.now + 10 * DAY_MS })
    expect(asked.status).toBe(201)
    expect(await one()).toMatchObject({ state: 'off', proposed: { by: legal.label, own: true, on: true } })
    expect(house.context.switchboard.now().hash).toBe(before.hash)
    expect((await house.rows('ledger_records')).length).toBe(records)

    const agreed = await agree(colleague, asked.body)
    expect(agreed.body).toMatchObject({ id: UK, state: 'on', version: 1 })
    expect(agreed.body.hash).not.toBe(before.hash)
    expect(house.context.switchboard.now().hash).toBe(agreed.body.hash)
    expect((await house.rows('ledger_records')).length).toBe(records + 1)
    const now = await one()
    expect(now).toMatchObject({ state: 'on', from: house.clock.now, law: 'Act, s. 7', proposed: null })
    expect(now.enabledBy).toEqual([legal.label, colleague.label])
    expect(now.history).toEqual([expect.objectContaining({ version: 1, record: agreed.body.recorded.record })])
  })

  test('each of the two acts is noted', async () => {
    const audited = (await house.rows('audit')).filter(({ kind }) => kind === 'switch')
    expect(audited.map(({ act, object }) => `${act} ${object}`).toSorted()).toEqual([
      `switches.approve ${UK}`,
      `switches.propose ${UK}`,
    ])
  })

  test('is read anew when the house opens again', async () => {
    const { hash } = house.context.switchboard.now()
    await house.reopen()
    expect(house.context.switchboard.now().hash).toBe(hash)
  })

  test('nobody agrees with themselves, nor to another hash, nor twice, and one change waits at a time', async () => {
    const { body } = await propose(house, legal, 'us.private_scan')
    expect(await agree(legal, body)).toMatchObject({ status: 403, body: { code: 'second_person_required' } })
    const other = { ...body, hash: `sha256:${'0'.repeat(64)}` }
    expect(await agree(lead, other)).toMatchObject({ status: 409, body: { code: 'stale_revision' } })
    expect(await propose(house, colleague, 'us.private_scan')).toMatchObject({ body: { code: 'conflict' } })
    expect((await agree(lead, body)).status).toBe(200)
    expect(await agree(lead, body)).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })

  test('of the two one is legal: what the operator asks for a lead alone cannot agree to', async () => {
    const asked = await operatorCalls(house, '/v1/switches/us.private_scan/changes', { on: false, reason: 'it ends' })
    expect(asked.status).toBe(201)
    expect(await agree(lead, asked.body)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    expect((await agree(colleague, asked.body)).status).toBe(200)
    expect(await one('us.private_scan')).toMatchObject({
      state: 'off',
      on: false,
      enabledBy: ['operator', colleague.label],
    })
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['without a law', { law: undefined }, '/law'],
    ['without a review', { reviewBy: undefined }, '/reviewBy'],
    ['with a review years from now', { reviewBy: Date.UTC(2030, 0, 1) }, '/reviewBy'],
    ['with an end that is over', { until: Date.UTC(2026, 0, 1) }, '/until'],
    ['with a beginning after its review', { from: Date.UTC(2027, 0, 1) }, '/from'],
    ['without a reason', { reason: ' ' }, '/reason'],
  ])('is not asked for %s: the answer says what is missing, and nothing waits', async (_, more, pointer) => {
    const refused = await propose(house, legal, 'eu.private_scan', more)
    expect([refused.status, refused.body.code, refused.body.errors?.[0]?.pointer]).toEqual([422, 'invalid', pointer])
    expect((await one('eu.private_scan')).proposed).toBeNull()
  })

  test('switching off what is off is no change; what was withdrawn nobody can agree to', async () => {
    const off = { on: false, reviewBy: undefined, law: undefined }
    expect(await propose(house, legal, 'eu.private_scan', off)).toMatchObject({ body: { code: 'conflict' } })
    const { body } = await propose(house, legal, 'eu.private_scan')
    const path = `/v1/switch-changes/${body.id}/withdraw`
    expect((await colleague.call('POST', path, { body: { reason: 'not yet' } })).status).toBe(200)
    expect(await agree(colleague, body)).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })

  test('whose asker has left asks for nothing any more', async () => {
    const leaver = await house.person('legal')
    const { body } = await propose(house, leaver, 'eu.private_scan')
    await operatorCalls(house, `/v1/people/${leaver.id}/revoke`, { reason: 'left' })
    expect(await agree(colleague, body)).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })

  test('past its end is off and alarms once: metric, doctor, and what leads see', async () => {
    expect((await one()).state).toBe('on')
    house.clock.now += 10 * DAY_MS
    await Promise.all([legal, colleague, lead].map((who) => who.signIn()))
    expect(await one()).toMatchObject({ state: 'ended', on: true })
    for (const told of ['1 lapsed', '0 lapsed']) {
      const context = { signal: AbortSignal.timeout(1_000), claimed: () => expect.fail('it claims nothing') }
      expect(await house.context.switchboard.task.run(0, context)).toBe(told)
    }
    const { alerts } = (await lead.call('GET', '/v1/rulesets/starter')).body
    expect(alerts).toEqual([expect.objectContaining({ kind: 'switch', rule: UK, roles: ['lead', 'legal'] })])
    const { switches } = await house.context.stands()
    expect(switches).toContainEqual({ id: UK, on: false, lapsed: true })
    expect(judgeSwitches(switches)).toMatchObject({ state: 'wrong', found: expect.stringContaining(UK) })
    const { text } = await house.platform('GET', '/metrics')
    expect(text).toContain(`lamplighter_switch_lapsed{switch="${UK}"} 1`)
    expect(text).toContain(`lamplighter_switch_on{switch="${UK}"} 0`)
  })

  test('is renewed by two people, and the alarm ends', async () => {
    await switchOn(house, [legal, lead], UK)
    expect((await one()).history.length).toBe(2)
    expect(judgeSwitches((await house.context.stands()).switches)).toMatchObject({ state: 'ok', found: `on: ${UK}` })
  })

  test('that waited too long for its second person is asked for anew', async () => {
    const { body } = await propose(house, legal, 'eu.private_scan', { reviewBy: house.clock.now + DAY_MS })
    house.clock.now += DAY_MS
    await colleague.signIn()
    expect(await agree(colleague, body)).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })

  test('nothing went wrong on our side', () => expect(house.failures).toEqual([]))
})
