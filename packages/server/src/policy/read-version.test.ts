import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse, type Person } from '../testing/house.ts'
import { countRules } from './hours.store.ts'

const HOUR = 3_600_000
const starter = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/starter.wick')), 'utf8')
const next = starter
  .replace('starter version 2', 'starter version 3')
  .replace('rule bad_link v1', 'rule bad_link v2')
  .replace('block, limit "links" for 1h', 'block, limit "links" for 2h')
  .replace('expect effect limit "links" for 1h', 'expect effect limit "links" for 2h')
const PATH = '/v1/rulesets/starter/versions/3'

describe('one version, as the console reads it', () => {
  let house: House
  let ada: Person
  let ben: Person
  let hash: string
  beforeAll(async () => {
    house = await openHouse({ demo: true })
    ada = await house.person('lead')
    ben = await house.person('lead')
    const handed = await ada.call('POST', '/v1/rulesets/starter/versions', { body: { text: next } })
    hash = handed.body.hash
  })
  afterAll(async () => {
    await house.close()
    expect(house.failures).toEqual([])
  })

  const read = async (who: Person, path = PATH) => (await who.call('GET', path)).body
  const codes = (needs: { code: string }[]) => needs.map(({ code }) => code)
  const ruleOf = (body: { checked: { name: string }[] }, name: string) => body.checked.find((one) => one.name === name)

  test('it says who answers for it, whose it is, and since when each rule is what it is', async () => {
    const [own, other] = [await read(ada), await read(ben)]
    expect([own.own, other.own, own.owner]).toEqual([true, false, 'lead@harbour.example'])
    expect(ruleOf(own, 'bad_link')).toMatchObject({ changed: { version: 3, by: ada.label } })
    expect(ruleOf(own, 'blackmail')).toMatchObject({ changed: { version: 2, by: 'operator' } })
    const live = await read(ada, '/v1/rulesets/starter/versions/2')
    expect(ruleOf(live, 'bad_link')).toMatchObject({ changed: { version: 2, by: 'operator' } })
  })

  test('what an approval lacks depends on who asks, and on whether they have looked', async () => {
    expect(codes((await read(ben)).needs.approve)).toEqual(['wrong_state', 'report_unopened'])
    const shadow = await ada.call('POST', `${PATH}/shadow`, { body: {}, headers: { 'if-match': `"${hash}"` } })
    expect(shadow.status).toBe(200)
    expect(codes((await read(ada)).needs.approve)).toEqual(['own_version', 'report_unopened'])
    expect(codes((await read(ben)).needs.approve)).toEqual(['report_unopened'])
    await ben.call('GET', `${PATH}/shadow-report`)
    expect((await read(ben)).needs.approve).toEqual([])
    expect(codes((await read(ada)).needs.approve)).toEqual(['own_version', 'report_unopened'])
  })

  test('a need tells its numbers apart from its words; going early lacks other things', async () => {
    const { needs } = await read(ada)
    expect(needs.live).toMatchObject([
      { code: 'shadow_short', facts: { ms: 6 * HOUR, events: 5_000, names: ['bad_link'] } },
      { code: 'approvals', facts: { given: 0, needed: 1, guard: false } },
    ])
    expect(needs.expedited).toMatchObject([{ code: 'approvals', facts: { given: 0, needed: 2 } }])
  })

  test('only what is live can be left, and only for something', async () => {
    expect(codes((await read(ada)).needs.rollback)).toEqual(['wrong_state'])
    expect(codes((await read(ada, '/v1/rulesets/starter/versions/2')).needs.rollback)).toEqual(['nothing_before'])
  })

  test('the figures of a rule are those of the last 24 hours, and none where nothing was judged', async () => {
    expect(ruleOf(await read(ada), 'bad_link')).toMatchObject({ day: null })
    const hour = house.clock.now - (house.clock.now % HOUR)
    const said = { name: 'starter', version: 3, rule: 'bad_link', only_new: 0, only_live: 0 }
    await house.context.storage.store.tx(countRules, {
      keys: await house.context.transparency.keysFor([]),
      counts: [
        { ...said, hour, asked: 40, fired: 3, undecided: 1, people: 2 },
        { ...said, hour: hour - HOUR, asked: 10, fired: 1, undecided: 0, people: 1 },
        { ...said, hour: hour - 24 * HOUR, asked: 900, fired: 90, undecided: 9, people: 9 },
      ],
    })
    expect(ruleOf(await read(ada), 'bad_link')).toMatchObject({
      day: { asked: 50, fired: 4, undecided: 1, people: 3 },
    })
  })
})
