import type { ListMeasures } from '@lamplighter/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { type House, LISTED, messageOf, openHouse, type Person } from '../../testing/house.ts'
import { operatorDoer } from '../../testing/server.ts'
import { feed, ncmecAt, pull } from '../exchanges/testing/fed.ts'
import { type NcmecEntry, type NcmecFake, startNcmecFake } from '../exchanges/testing/ncmec-fake.ts'

const HALF_MINUTE = 30_000
const DAY = 86_400_000

describe.each(engines)('what lists say of themselves on $name', (engine) => {
  let house: House
  let lead: Person
  let fake: NcmecFake
  beforeAll(async () => {
    house = await openHouse({ engine, demo: true, mediaNets: ['exchange:partly'] })
    lead = await house.person('lead')
    fake = await startNcmecFake({ now: () => house.clock.now })
  })
  afterAll(async () => {
    await fake?.close()
    await house.close()
  })

  /** A list as both calls show it, after what was reckoned before has grown old. */
  const measured = async (id: string): Promise<ListMeasures & { readonly sealed: boolean }> => {
    house.clock.now += HALF_MINUTE
    const { items } = (await lead.call('GET', '/v1/lists')).body
    const row = items.find((one: { id: string }) => one.id === id)
    expect((await lead.call('GET', `/v1/lists/${id}`)).body).toMatchObject({
      ...{ coverage: row.coverage, worth: row.worth, sourceWorth: row.sourceWorth, hot: row.hot },
      ...{ exceptions: row.exceptions, memoryBytes: row.memoryBytes, ageMs: row.ageMs },
    })
    return row
  }
  const exchange = async () => (await lead.call('GET', '/v1/exchanges')).body.items[0]
  const image = (n: number, more: NcmecEntry['fingerprints'] = {}): NcmecEntry => ({
    ...{ member: 42, id: `i${n}`, type: 'image', at: house.clock.now - DAY, classification: 'A1' },
    fingerprints: { md5: n.toString(16).padStart(32, '0'), ...more },
  })

  test('coverage is the share of what a source names that can be matched here', async () => {
    const rails = { max_growth: 1, max_shrink: 1, max_bad_rows: 1 }
    await feed(house, 'partly', ncmecAt(fake), { lists: { digest: 'partly_files' }, facts: { rails } })
    expect((await measured('partly_files')).coverage).toBeNull()
    fake.put(image(1), image(4, { pdna: 'AAAA' }))
    expect(await pull(house, 'partly')).toBe('done')
    expect((await measured('partly_files')).coverage).toEqual({ share: 2 / 3, unmatched: { pdna: 1 } })
    // What changed adds to it.
    house.clock.now += 3_600_000
    fake.put({ ...image(5, { pdna: 'BBBB', netclean: 'CCCC' }), at: house.clock.now - 1_200_000 })
    await pull(house, 'partly')
    expect((await measured('partly_files')).coverage).toEqual({ share: 0.5, unmatched: { pdna: 2, netclean: 1 } })
    expect((await exchange()).coverage).toEqual({ share: 0.5, unmatched: { pdna: 2, netclean: 1 } })
    // Set up anew, it names everything again, and nothing counts twice.
    const { source, settings, credentials } = ncmecAt(fake)
    const lists = { digest: 'partly_files' }
    const wish = { source, settings: { ...settings, set: 'npo' }, credentials, lists, everyMs: 3_600_000, on: true }
    await house.context.exchanges.set('partly', { ...wish, lists: {} }, operatorDoer)
    const { revision } = await house.context.exchanges.set('partly', wish, operatorDoer)
    await house.context.exchanges.approve('partly', revision, operatorDoer)
    await pull(house, 'partly')
    expect((await measured('partly_files')).coverage).toEqual({ share: 0.5, unmatched: { pdna: 2, netclean: 1 } })
  })

  test('a list of one’s own can be matched as a whole, and an empty one says nothing', async () => {
    expect((await measured('bad_domains')).coverage).toEqual({ share: 1, unmatched: {} })
  })

  test('the error rate is that of the list, and of its source with all its lists, and is in doubt above its limit', async () => {
    const says = async (text: string, choice: 'none' | 'remove') => {
      await house.screen(messageOf(text))
      await house.follow()
      const opened = await lead.take(Number((await house.newestCase()).number))
      expect((await lead.decide(opened, choice)).status).toBe(201)
    }
    const before = (await measured('threat_terms')).worth
    expect(before).toEqual({ decided: 0, wrong: 0, rate: null, doubtful: false })
    await says(`they ${LISTED.threat_terms} at noon`, 'none')
    // Nobody reckons it anew for each look.
    expect((await lead.call('GET', '/v1/lists/threat_terms')).body.worth.decided).toBe(0)
    await says(`pay ${LISTED.blackmail_terms}`, 'remove')
    // Both lists hit this one: of their source it is one event.
    await says(`pay ${LISTED.blackmail_terms} they ${LISTED.threat_terms} at noon`, 'none')
    const threats = await measured('threat_terms')
    const blackmail = await measured('blackmail_terms')
    expect([threats.worth, blackmail.worth]).toMatchObject([
      { decided: 2, wrong: 2, doubtful: true },
      { decided: 2, wrong: 1, doubtful: true },
    ])
    expect(threats.sourceWorth).toMatchObject({ decided: 3, wrong: 2, doubtful: true })
    expect(blackmail.sourceWorth).toEqual(threats.sourceWorth)
    expect(threats.sourceWorth.rate?.low.toFixed(3)).toBe('0.208')
    expect((await measured('partly_files')).sourceWorth.decided).toBe(0)
    expect((await exchange()).worth.decided).toBe(0)
  })

  test('more exceptions than one in a thousand entries are many', async () => {
    const facts = { id: 'own_files', kind: 'digest', harm: 'csea', sealed: false, context: false } as const
    await house.context.library.import({
      ...{ facts: { ...facts, source: 'us', staleAfterMs: null }, text: '7'.repeat(64), contentType: 'text/plain' },
      ...{ by: 'operator', live: true },
    })
    expect((await measured('own_files')).exceptions).toEqual({ held: 0, share: 0, many: false })
    const body = { list: 'own_files', entry: 1, sha256: '7'.repeat(64), reason: 'x' }
    expect((await lead.call('POST', '/v1/exceptions', { body })).status).toBe(201)
    expect((await measured('own_files')).exceptions).toEqual({ held: 1, share: 1, many: true })
  })

  test('memory is that of the index, the matcher and the table of digests, by entries, and null where nobody counts it', async () => {
    const { index } = house.context.library.pictures.shared
    for (const list of ['csam_media', 'terror_media'])
      expect((await measured(list)).memoryBytes).toBe(Math.round(index.bytes / 2))
    expect((await measured('threat_terms')).memoryBytes).toBeGreaterThan(1_000)
    const digests = Array.from({ length: 50 }, (_, n) => `${n}`.padStart(64, '7'))
    const facts = { id: 'weighed', kind: 'digest', harm: 'csea', sealed: false, context: false } as const
    await house.context.library.import({
      ...{ facts: { ...facts, source: 'us', staleAfterMs: null }, text: digests.join('\n'), contentType: 'text/plain' },
      ...{ by: 'operator', live: true },
    })
    expect((await measured('weighed')).memoryBytes).toBeGreaterThan(50 * 40)
    expect((await measured('bad_domains')).memoryBytes).toBeNull()
  })

  test('age counts from when it was last whole', async () => {
    const { ageMs } = await measured('threat_terms')
    expect(ageMs).toBe(
      house.clock.now - Number((await house.rows('lists')).find(({ id }) => id === 'threat_terms')?.updated_at),
    )
  })

  test('an auditor reads them, too', async () => {
    const auditor = await house.person('auditor')
    const answer = await auditor.call('GET', '/v1/lists')
    expect([answer.status, answer.body.items.length > 5]).toEqual([200, true])
    expect((await auditor.call('GET', '/v1/lists/threat_terms')).status).toBe(200)
  })

  test('nothing of it was a fault of ours', () => expect(house.failures).toEqual([]))
})
