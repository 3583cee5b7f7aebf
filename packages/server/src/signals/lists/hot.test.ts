import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { removeExpired } from '../../jobs/retention.ts'
import { engines } from '../../storage/testing/engines.ts'
import { type House, LISTED, messageOf, openHouse, type Person } from '../../testing/house.ts'
import { worthOf } from './hot.ts'

const HOUR_MS = 3_600_000
const hit = (event: number, n: number) => ({ event_key: `e${event}`, n })

describe('what hits were worth', () => {
  const of = { sealed: false, hot: new Set<number>() }
  test('is the share of those that people found wrong, with its interval, each event once', () => {
    const reviewed = new Map([1, 2, 3, 4].map((n) => [`e${n}`, n === 1 ? 'overturned' : 'upheld'] as const))
    const worth = worthOf([hit(1, 7), hit(1, 8), hit(2, 7), hit(3, 7), hit(4, 7), hit(5, 7)], reviewed, of)
    expect(worth).toMatchObject({ decided: 4, wrong: 1, doubtful: true, rate: { share: 0.25 } })
    // Wilson's interval for 1 of 4, as published tables have it.
    expect([worth.rate?.low.toFixed(3), worth.rate?.high.toFixed(3)]).toEqual(['0.046', '0.699'])
    expect(worth.entries).toEqual([
      { n: 7, events: 5, hot: false, wrong: 1 },
      { n: 8, events: 1, hot: false, wrong: 1 },
    ])
    expect(worthOf([hit(9, 7)], reviewed, of)).toMatchObject({ decided: 0, rate: null, doubtful: false })
  })

  test('is in doubt above 5 % of a list, and above 2 % of a sealed one', () => {
    const doubtful = (wrong: number, sealed: boolean) => {
      const reviewed = new Map(
        Array.from({ length: 100 }, (_, n) => [`e${n}`, n < wrong ? 'overturned' : 'upheld'] as const),
      )
      const hits = Array.from({ length: 100 }, (_, n) => hit(n, 1))
      return worthOf(hits, reviewed, { sealed, hot: new Set() }).doubtful
    }
    expect([doubtful(5, false), doubtful(6, false), doubtful(2, true), doubtful(3, true)]).toEqual([
      ...[false, true, false, true],
    ])
  })

  test('names hot entries before all others', () => {
    const { entries } = worthOf([hit(1, 1), hit(2, 1), hit(3, 2)], new Map(), { sealed: false, hot: new Set([2]) })
    expect(entries.map(({ n, hot }) => [n, hot])).toEqual([
      [2, true],
      [1, false],
    ])
  })
})

describe.each(engines)('hits that were noted on $name', (engine) => {
  let house: House
  let lead: Person
  beforeAll(async () => {
    house = await openHouse({ engine, demo: true })
    lead = await house.person('lead')
  })
  afterAll(() => house.close())

  const worth = async () => (await lead.call('GET', '/v1/lists/blackmail_terms/hits')).body
  const send = (who: string) =>
    house.screen(messageOf(`pay ${LISTED.blackmail_terms}`, { actor: { id: who, age_band: 'adult', kind: 'person' } }))

  /** Flags of a hit of the next event. */
  const match = () => {
    const lists = house.context.library.book.bind([], house.clock.now, new Set())
    lists.get('blackmail_terms')?.find('any', `pay ${LISTED.blackmail_terms}`)
    return lists.hits[0]?.flags
  }
  /** How many cases of all lanes are hot, and whether the first case that was opened says so. */
  const queue = async () => {
    const { lanes } = (await lead.call('GET', '/v1/lanes')).body
    const [first] = await house.rows('cases')
    const { signals } = (await lead.call('GET', `/v1/cases/${first?.number}`)).body
    const hot = lanes.reduce((sum: number, lane: { hot: number }) => sum + lane.hot, 0)
    return {
      lane: hot,
      case: signals.find((one: { list: { name: string } | null }) => one.list?.name === 'blackmail_terms').hot,
    }
  }

  test('an entry is hot while so many people send what it hits; who they were is nowhere, and is gone after a day', async () => {
    for (let person = 0; person < 20; person += 1) await send(`person-${person}`)
    await send('person-0')
    expect((await worth()).entries).toEqual([{ n: 1, events: 21, wrong: 0, hot: false }])
    const [flagged, before] = [match(), await queue()]
    await send('person-20')
    expect((await worth()).entries).toEqual([{ n: 1, events: 22, wrong: 0, hot: true }])
    // In the queue and on the case, whenever it was opened; and at each further hit.
    const after = await queue()
    expect([flagged, before.lane, before.case]).toEqual([undefined, 0, undefined])
    expect([after.lane > 1, after.case]).toEqual([true, true])
    await expect.poll(match).toEqual(['hot'])
    expect(JSON.stringify(await house.rows('entry_uploaders'))).not.toContain('person-')
    const { now } = house.clock
    house.clock.now += 24 * HOUR_MS
    await lead.signIn()
    expect([(await worth()).entries[0].hot, match(), (await queue()).lane]).toEqual([false, undefined, 0])
    await removeExpired(house.context.storage, house.clock.now)
    expect(await house.rows('hot_entries')).toEqual([])
    expect([(await house.rows('entry_uploaders')).length, (await worth()).entries[0].events]).toEqual([0, 22])
    house.clock.now = now
    await lead.signIn()
  })

  test('what people found wrong counts against the list', async () => {
    await send('person-31')
    const number = Number((await house.newestCase()).number)
    await lead.decide(await lead.take(number), 'none')
    const { decided, wrong, rate, doubtful, source } = await worth()
    expect([decided > 0, wrong > 0, rate.share > 0, doubtful, source]).toEqual([true, true, true, true, 'test'])
  })

  test('nothing of it was a fault of ours', () => expect(house.failures).toEqual([]))
})
