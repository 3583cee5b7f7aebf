import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshId, type House, openHouse, type Person } from '../../testing/house.ts'
import { importEnded, operatorCalls, operatorHandsIn } from '../../testing/operator-calls.ts'
import { verifyLog } from '../../testing/thin-path.ts'

let house: House
let lead: Person
let safety: Person
let other: Person
beforeAll(async () => {
  house = await openHouse()
  lead = await house.person('lead')
  safety = await house.person('child-safety')
  other = await house.person('lead')
})
afterAll(async () => {
  const { failures } = house
  await house.close()
  expect(failures).toEqual([])
})

const key = () => ({ 'idempotency-key': freshId() })
const post = (who: Person, path: string, body: object) => who.call('POST', path, { body, headers: key() })
const step = (who: Person, list: string, version: number, wish: string, more: object = {}) =>
  post(who, `/v1/lists/${list}/versions/${version}/state`, { step: wish, reason: 'looked at it', ...more })
const hand = async (who: Person, list: string, text: string, more = '') => {
  const path = `/v1/lists/${list}/versions?kind=domain&harm=malware${more}`
  return importEnded(
    house,
    path,
    await who.call('POST', path, { body: text, headers: { 'content-type': 'text/plain' } }),
  )
}
const ask = (list: string, value: string) =>
  house.context.library.book.bind([], house.clock.now, new Set()).get(list)?.find('in', value)
const codesIn = (answer: { body: { errors: { code: string }[] } }) => answer.body.errors.map(({ code }) => code)

test('a list is declared, handed in, tried and put live by a lead; nobody but the operator goes past the trial', async () => {
  const declared = { id: 'shops', kind: 'domain', harm: 'malware', sealed: false, source: 'made up' }
  expect((await post(lead, '/v1/lists', declared)).status).toBe(201)
  expect((await lead.call('GET', '/v1/lists/shops')).body).toMatchObject({
    ...{ state: 'declared', version: 0, revision: 1, waits: null, terms: { export: false, harms: ['malware'] } },
    rails: { max_growth: 0.05, max_shrink: 0.05, max_bad_rows: 0.001 },
  })
  expect((await hand(lead, 'shops', 'a.example', '&live=yes')).status).toBe(403)
  expect((await hand(lead, 'shops', 'a.example', '&source=made%20up')).body).toMatchObject({
    version: { version: 1, state: 'staged' },
  })
  expect(codesIn(await step(lead, 'shops', 1, 'live'))).toEqual(['trial_short'])
  expect((await step(lead, 'shops', 1, 'live', { withoutTrial: true })).status).toBe(403)
  expect((await step(lead, 'shops', 1, 'trial')).body).toMatchObject({ state: 'trial' })
  house.clock.now += 23 * 3_600_000
  await lead.signIn()
  expect(codesIn(await step(lead, 'shops', 1, 'live'))).toEqual(['trial_short'])
  house.clock.now += 3_600_000
  expect((await step(lead, 'shops', 1, 'live')).body).toMatchObject({ state: 'live', recorded: expect.anything() })
  expect(ask('shops', 'a.example')).toEqual({ entry: '1' })
  expect((await lead.call('GET', '/v1/lists/shops/versions')).body.items).toMatchObject([{ version: 1, state: 'live' }])
})

test('matching 29: a sealed list goes live, and out of force, by two people, of whom one is child-safety', async () => {
  await Promise.all([lead, safety, other].map((person) => person.signIn()))
  await operatorHandsIn(house, '/v1/lists/closed/versions?kind=domain&harm=malware&sealed=yes&live=yes', 'a.example')
  await hand(safety, 'closed', 'a.example\nb.example', '&sealed=yes')
  expect(codesIn(await step(safety, 'closed', 2, 'live'))).toEqual(['approvals'])
  expect((await step(lead, 'closed', 2, 'approve')).body).toMatchObject({ approvals: 1 })
  expect(codesIn(await step(lead, 'closed', 2, 'approve'))).toEqual(['approved_before'])
  expect(codesIn(await step(lead, 'closed', 2, 'live'))).toEqual(['approvals'])
  expect(codesIn(await step(other, 'closed', 2, 'live'))).toEqual(['approvals'])
  const done = await step(safety, 'closed', 2, 'live')
  expect([done.status, ask('closed', 'b.example')]).toEqual([200, { entry: '2' }])
  expect(JSON.stringify((await lead.call('GET', '/v1/lists/closed/versions')).body)).not.toContain('b.example')
  expect(codesIn(await step(safety, 'closed', 2, 'retire'))).toEqual(['approvals'])
  await step(lead, 'closed', 2, 'approve')
  expect((await step(safety, 'closed', 2, 'retire')).body).toMatchObject({ state: 'retired' })
  expect(ask('closed', 'b.example')).toBeUndefined()
})

test('matching 29: how much a sealed list holds is told to child-safety and the operator, and to nobody else', async () => {
  await Promise.all([lead, safety].map((person) => person.signIn()))
  await operatorHandsIn(house, '/v1/lists/counted/versions?kind=domain&harm=malware&sealed=yes&live=yes', 'a.example')
  await hand(safety, 'counted', 'a.example\nb.example', '&sealed=yes')
  const told = async (who: Person) => {
    const one = (await who.call('GET', '/v1/lists/counted')).body
    const row = (await who.call('GET', '/v1/lists')).body.items.find(({ id }: { id: string }) => id === 'counted')
    const { items } = (await who.call('GET', '/v1/lists/counted/versions')).body
    return [one, one.waits, row, ...items].map(({ entries, added }) => [entries, added])
  }
  expect(await told(safety)).toEqual([
    [1, undefined],
    [2, 1],
    [1, undefined],
    [2, 1],
    [1, 1],
  ])
  expect((await told(lead)).flat().filter((count) => count !== undefined && count !== null)).toEqual([])
})

test('a list says which live rules ask it, by name', async () => {
  expect((await lead.call('GET', '/v1/lists/shops')).body).toMatchObject({ askedBy: [] })
  const { items } = (await lead.call('GET', '/v1/lists')).body
  const asked = items.map(async ({ id }: { id: string }) => (await lead.call('GET', `/v1/lists/${id}`)).body.askedBy)
  expect((await Promise.all(asked)).flat()).not.toEqual([])
})

test('the operator goes past the trial, and the public log says so', async () => {
  await operatorHandsIn(house, '/v1/lists/own/versions?kind=domain&harm=malware', 'a.example')
  const done = await operatorCalls(house, '/v1/lists/own/versions/1/state', {
    ...{ step: 'live', reason: 'the first list', withoutTrial: true },
  })
  expect(done.body).toMatchObject({ state: 'live' })
  await verifyLog(house)
  const receipt = await house.context.transparency.receiptOf(done.body.recorded.record, 'staff')
  const file = receipt.state === 'ready' ? receipt.file : expect.fail(receipt.state)
  const opened = Buffer.from(file.split('\n')[1]?.slice('extra '.length) ?? '', 'base64').toString('latin1')
  expect(opened).toContain('published_without_trial')
})

test('what is said of a list changes at once, or becomes a version where it would match more or the list is sealed', async () => {
  const change = (list: string, revision: number, body: object) =>
    lead.call('PATCH', `/v1/lists/${list}`, {
      body: { reason: 'because', ...body },
      headers: { 'if-match': `"${revision}"` },
    })
  const rails = { max_growth: 0.5, max_shrink: 0.1, max_bad_rows: 0 }
  expect((await change('shops', 99, { rails })).body).toMatchObject({ code: 'stale_revision' })
  const { revision } = (await lead.call('GET', '/v1/lists/shops')).body
  expect((await change('shops', revision, { rails, staleAfterMs: 90_000 })).body).toEqual({
    revision: revision + 1,
    waits: null,
  })
  expect((await lead.call('GET', '/v1/lists/shops')).body).toMatchObject({ rails, staleAfterMs: 90_000 })
  house.clock.now += 90_001
  await lead.signIn()
  expect(ask('shops', 'no.example')).toBeUndefined()
  const bad = await change('shops', revision + 1, {
    terms: { name: 't', share: false, export: false, device: false, harms: ['spam'], feedback: 'none' },
    harm: 'malware',
  })
  expect(bad.body).toMatchObject({ code: 'invalid', pointer: '/terms/harms' })
  const near = '/v1/lists/near/versions?kind=pdq&harm=csea&sealed=yes&live=yes&within=10'
  await operatorHandsIn(house, near, 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22')
  const waits = (await change('near', 2, { within: 20 })).body.waits
  expect((await lead.call('GET', '/v1/lists/near')).body).toMatchObject({
    ...{ within: 10, waits: { version: waits, state: 'trial', why: ['it changes within'] } },
  })
  expect((await change('near', 2, { rails })).body).toMatchObject({ code: 'conflict' })
  await operatorCalls(house, `/v1/lists/near/versions/${waits}/state`, {
    ...{ step: 'live', reason: 'it misses crops', withoutTrial: true },
  })
  expect((await lead.call('GET', '/v1/lists/near')).body).toMatchObject({ within: 20, revision: 3, waits: null })
  expect((await change('near', 3, { rails })).body).toMatchObject({ waits: expect.any(Number) })
})
