import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqlite } from '../storage/testing/engines.ts'
import { type House, openHouse, type Person } from '../testing/house.ts'

let house: House
let admin: Person
let reviewer: Person
beforeAll(async () => {
  // In demo mode, where a touch is given.
  house = await openHouse({ engine: sqlite, demo: true, bare: true })
  admin = await house.person('admin')
  reviewer = await house.person('reviewer')
})
afterAll(() => house.close())

const set = (who: Person, name: string, value: string | null) =>
  who.call('PUT', `/v1/settings/${name}`, { body: { value, reason: 'a desk of its own' } })

describe('settings', () => {
  test('users’ pages lead away and to whoever answers for the data, as set; no restart needed', async () => {
    const before = (await house.visit('GET', '/privacy')).text
    expect(before).toContain('href="https://www.wikipedia.org/"')
    expect(before).toContain('http://localhost:4100')
    expect((await set(admin, 'platform.leaveTo', 'https://weather.example/')).body).toEqual({ version: 1 })
    expect((await set(admin, 'platform.contact', 'privacy@harbour.example')).status).toBe(200)
    const after = (await house.visit('GET', '/privacy')).text
    expect(after).toContain('href="https://weather.example/"')
    expect(after).toContain('privacy@harbour.example')
    expect((await house.visit('GET', '/n/nothing')).text).toContain('href="https://weather.example/"')
  })

  test('a change is in the ledger, and the value before stays with its author and reason', async () => {
    const records = (await house.rows('ledger_records')).length
    await set(admin, 'platform.name', 'Harbour')
    await set(admin, 'platform.name', 'Haven')
    expect((await house.rows('ledger_records')).length).toBe(records + 2)
    const kept = (await house.rows('settings')).filter(({ name }) => name === 'platform.name')
    expect(kept.map(({ version, value, replaced_at: at }) => [version, value, at !== null])).toEqual([
      [1, '"Harbour"', true],
      [2, '"Haven"', false],
    ])
    const shown = (await admin.call('GET', '/v1/settings')).body.items
    expect(shown).toContainEqual(expect.objectContaining({ name: 'platform.name', value: 'Haven' }))
  })

  test.each([
    ['platform.leaveTo', 'http://weather.example/', 'an https: address'],
    ['platform.leaveTo', 'javascript:alert(1)', 'an https: address'],
    ['platform.contact', 'javascript:alert(1)', 'an e-mail address or an https: address, or no value to unset it'],
    ['platform.country', 'Harbour', 'two capital letters (ISO 3166-1), or no value to unset it'],
    ['platform.name', null, 'a text of 1 to 100 characters'],
  ])('%s does not take %s; what it takes is said, and its example is taken', async (name, value, takes) => {
    const answer = await set(admin, name, value)
    expect([answer.status, answer.body.code, answer.body.pointer]).toEqual([422, 'invalid', '/value'])
    expect(answer.body.detail).toContain(`${name}: expected ${takes}, for example `)
    const example = /for example (.+)\.$/.exec(answer.body.detail)?.[1] ?? ''
    expect((await set(admin, name, example)).status).toBe(200)
  })

  test('a name that is none, and a person who is no admin, change nothing', async () => {
    expect((await set(admin, 'platform.nothing', 'x')).status).toBe(404)
    expect((await set(reviewer, 'platform.name', 'x')).status).toBe(403)
  })

  test('nothing went wrong on our side', () => expect(house.failures).toEqual([]))
})
