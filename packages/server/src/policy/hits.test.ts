import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { modules } from '../modules.ts'
import { engines } from '../storage/testing/engines.ts'
import { type House, LISTED, messageOf, openHouse, type Person } from '../testing/house.ts'
import { noteMany } from './testing/hits.store.ts'

const rule = (name: string, when: string): string => `
  rule ${name} v1 {
    harm spam policy "SPAM-3" severity low phase follow
    on message
    when ${when}
    then queue "reports" within 24h
    on unknown ignore
    because "found"
  }`
const RULES = `
  ruleset tiny version 1 owner "lead@example.org"
  use schema chat version 1
  list blackmail_terms: text from "test"
  ${rule('listed', 'item.text contains any blackmail_terms')}
  ${rule('shouts', 'item.text contains "loudly"')}
  ${rule('sings', 'item.text contains "singing"')}`

describe.each(engines)('what became of what rules found, on $name', (engine) => {
  let house: House
  let lead: Person
  let ravi: Person
  beforeEach(async () => {
    house = await openHouse({ engine, rules: RULES })
    lead = await house.person('lead')
    ravi = await house.person('reviewer')
  })
  afterEach(() => house.close())

  const sent = async (text: string): Promise<number> => {
    await house.platform('POST', '/v1/events', { body: messageOf(text) })
    await house.follow()
    return Number((await house.newestCase()).number)
  }
  const hits = async () => {
    const { status, body } = await lead.call('GET', '/v1/rulesets/tiny/hits')
    expect(status).toBe(200)
    return body.rules
  }

  test('counts events once, what stands of what was decided, and what other rules found as well', async () => {
    expect(await hits()).toEqual([])
    const first = await sent(`${LISTED.blackmail_terms} loudly`)
    const second = await sent(`${LISTED.blackmail_terms} loudly and singing`)
    const third = await sent(`${LISTED.blackmail_terms}`)
    await sent('loudly')
    const before = await hits()
    expect(before.map(({ reviewed }: { reviewed: unknown }) => reviewed)).toEqual([null, null, null])
    await ravi.decide(await ravi.take(first), 'warn')
    await ravi.decide(await ravi.take(second), 'none')
    const undone = await ravi.decide(await ravi.take(third), 'warn')
    expect((await ravi.call('POST', `/v1/decisions/${undone.body.decision}/undo`, { body: {} })).status).toBe(200)
    const half = { upheld: 1, overturned: 1, share: { found: 0.5, low: expect.any(Number), high: expect.any(Number) } }
    const [listed, shouts, sings] = await hits()
    expect(listed).toEqual({
      ...{ rule: 'listed', events: 3, reviewed: half, shared: 2 },
      most: { rule: 'shouts', events: 2 },
    })
    expect(shouts).toEqual({
      ...{ rule: 'shouts', events: 3, reviewed: half, shared: 2 },
      most: { rule: 'listed', events: 2 },
    })
    expect(sings).toMatchObject({ events: 1, shared: 1, reviewed: { upheld: 0, overturned: 1, share: { found: 0 } } })
    expect(listed.reviewed.share.low).toBeCloseTo(0.0945, 3)
    expect(listed.reviewed.share.high).toBeCloseTo(0.9055, 3)
  })

  test('leaves out what is older than 28 days, and names no set that is not live', async () => {
    await sent('loudly')
    const since = house.clock.now - 28 * 86_400_000
    expect((await lead.call('GET', '/v1/rulesets/tiny/hits')).body.since).toBe(since)
    house.clock.now += 29 * 86_400_000
    await lead.signIn()
    expect(await hits()).toEqual([])
    expect((await lead.call('GET', '/v1/rulesets/other/hits')).status).toBe(404)
  })

  test('counts the newest 5,000 hits and says since when; what happened in one moment is counted together', async () => {
    const first = house.clock.now
    const moments = [
      { from: 0, events: 3_000, rules: ['listed'] },
      { from: 3_000, events: 2_000, rules: ['listed', 'shouts'] },
      { from: 5_000, events: 1_500, rules: ['sings'] },
    ]
    await house.reopen({}, async () => {
      const now = () => house.clock.now
      const alone = await house.place.open([...modules, new URL('./testing/hits.store.ts', import.meta.url)], { now })
      for (const many of moments) {
        await alone.store.tx(noteMany, many)
        house.clock.now += 1_000
      }
      await alone.close()
    })
    const { body } = await lead.call('GET', '/v1/rulesets/tiny/hits')
    expect(body.since).toBe(first + 1_000)
    expect(body.rules).toEqual([
      { rule: 'listed', events: 2_000, reviewed: null, shared: 2_000, most: { rule: 'shouts', events: 2_000 } },
      { rule: 'shouts', events: 2_000, reviewed: null, shared: 2_000, most: { rule: 'listed', events: 2_000 } },
      { rule: 'sings', events: 1_500, reviewed: null, shared: 0, most: null },
    ])
  })
})
