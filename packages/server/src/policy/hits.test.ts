import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { type House, LISTED, messageOf, openHouse, type Person } from '../testing/house.ts'

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
    house.clock.now += 29 * 86_400_000
    await lead.signIn()
    expect(await hits()).toEqual([])
    expect((await lead.call('GET', '/v1/rulesets/other/hits')).status).toBe(404)
  })
})
