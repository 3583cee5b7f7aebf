import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type House, messageOf, openHouse, type Person } from '../testing/house.ts'
import { operatorDoer } from '../testing/server.ts'

const schemaText = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/chat.schema.wick')), 'utf8')

const COUNTER = 'counter sent = count by actor.id on message over 10m exact up to 50'
const MANY = `rule many v1 {
  harm spam policy "SPAM-3" severity low phase gate
  on message
  when sent >= 3
  then limit "messages" for 1h
  on unknown ignore
  because "{sent} messages"
  tell user "You sent many messages."
}`
const rulesOf = (version: number, more = ''): string => `
  ruleset tiny version ${version} owner "lead@example.org"
  use schema chat version 1
  ${more}
  rule forwarded v1 {
    harm spam policy "SPAM-3" severity low phase gate
    on message
    when item.forwarded
    then queue "reports" within 24h
    because "forwarded"
  }`

let house: House
let ada: Person
beforeEach(async () => {
  house = await openHouse({ demo: true, bare: true, rules: rulesOf(1) })
  ada = await house.person('lead')
})
afterEach(async () => {
  const { failures } = house
  await house.close()
  expect(failures).toEqual([])
})

const put = (version: number, more?: string) =>
  house.context.registry.put({ text: rulesOf(version, more), schemaText, reason: 'a test', doer: operatorDoer })
const path = (version: number) => `/v1/rulesets/tiny/versions/${version}`
const step = (version: number, hash: string, name: string, body: object = {}) =>
  ada.call('POST', `${path(version)}/${name}`, { body, headers: { 'if-match': `"${hash}"` } })
async function shadow(version: number, more: string): Promise<string> {
  const { body } = await ada.call('POST', '/v1/rulesets/tiny/versions', { body: { text: rulesOf(version, more) } })
  expect((await step(version, body.hash, 'shadow')).status).toBe(200)
  return body.hash
}
const manyIn = async (version: number) =>
  (await ada.call('GET', `${path(version)}/shadow-report`)).body.rules.find(
    ({ rule }: { rule: string }) => rule === 'many',
  )
const counters = async () => (await house.rows('counters')).length
const missing = async (version: number): Promise<string[]> =>
  (await ada.call('GET', path(version))).body.needs.live.map(({ code }: { code: string }) => code)

let sent = 0
async function send(times: number): Promise<string[]> {
  const found: string[] = []
  for (let n = 0; n < times; n++) {
    sent += 1
    const occurred_at = new Date(house.clock.now).toISOString()
    const { body } = await house.screen(messageOf('see', { id: `c${sent}`, occurred_at, actor: { id: 'a' } }))
    found.push(...body.because)
  }
  return found
}

describe('what versions beside each other count', () => {
  test('a counter that both have moves once, and both read the same', async () => {
    await put(2, `${COUNTER}\n${MANY}`)
    await shadow(3, `${COUNTER}\n${MANY.replace('many v1', 'many v2').replace('>= 3', '>= 4')}`)
    expect(await send(4)).toEqual(['over 2 messages', 'over 3 messages'])
    expect(await manyIn(3)).toMatchObject({ asked: 4, fired: { new: 1, live: 2, both: 1, onlyNew: 0, onlyLive: 1 } })
    expect(await counters()).toBe(1)
  })

  test('a counter of the version in shadow alone begins then, is cold until its window is full, and ends with it', async () => {
    await send(2)
    expect(await counters()).toBe(0)
    const hash = await shadow(2, `${COUNTER}\n${MANY}`)
    expect(await counters()).toBe(1)
    expect(await send(3)).toEqual([])
    expect(await manyIn(2)).toMatchObject({ fired: { new: 1, live: 0 } })
    expect(await missing(2)).toContain('counter_cold')
    house.clock.now += 600_001
    expect(await missing(2)).not.toContain('counter_cold')
    await step(2, hash, 'retire')
    expect(await counters()).toBe(0)
  })

  test('a version goes live with a cold counter when that is said', async () => {
    const hash = await shadow(2, `${COUNTER}\n${MANY}`)
    const cold = async (body: object) =>
      (await step(2, hash, 'live', { reason: 'x', expedite: true, ...body })).body.errors.map(
        ({ code }: { code: string }) => code,
      )
    expect(await cold({})).toContain('counter_cold')
    expect(await cold({ cold: true })).not.toContain('counter_cold')
  })

  test('what the version before counted goes on for seven days, and then begins anew', async () => {
    await put(2, `${COUNTER}\n${MANY}`)
    await put(3)
    expect(await send(2)).toEqual([])
    const back = () =>
      ada.call('POST', '/v1/rulesets/tiny/rollback', {
        body: { reason: 'x' },
        headers: { 'if-match': `"${house.context.registry.live().hash}"` },
      })
    expect((await back()).status).toBe(200)
    expect(await send(1)).toEqual(['over 2 messages'])
    await put(4)
    house.clock.now += 7 * 86_400_000 - 60_000
    expect(await send(1)).toEqual([])
    house.clock.now += 120_000
    expect(await send(1)).toEqual([])
    await ada.signIn()
    const since = house.clock.now
    expect((await back()).status).toBe(200)
    expect((await house.rows('counters')).map((row) => Number(row.since) >= since)).toEqual([true])
  })
})
