import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { type House, openHouse } from '../../testing/house.ts'
import { operatorDoer } from '../../testing/server.ts'
import { fakeApp, graphToken } from './testing/fake-graph.ts'
import { cut } from './testing/fake-server.ts'
import { type FakeStopNcii, fakeStopNcii, stopNciiKeys } from './testing/fake-stopncii.ts'
import { type FakeThreatExchange, fakeGroup, fakeThreatExchange } from './testing/fake-threatexchange.ts'
import { feed, goOn, newestPull, opinionsOf, pull } from './testing/fed.ts'
import { madeMd5, madePdq } from './testing/hashes.ts'
import { NCMEC_MEMBER, NCMEC_SIGN_IN, startNcmecFake } from './testing/ncmec-fake.ts'

const names = ['group', 'waits', 'dropped', 'torn', 'unsure', 'people', 'partner', 'silent', 'ncmec', 'shy'] as const

describe.each(engines)('matching 9.1: opinions of others ($name)', (engine) => {
  let house: House
  const open: { close(): Promise<void> }[] = []
  beforeAll(async () => {
    house = await openHouse({ engine, demo: true, bare: true, mediaNets: names.map((name) => `exchange:${name}`) })
  })
  afterAll(() => house.close())
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

  type Name = (typeof names)[number]
  const files = (name: Name) => ({ lists: { digest: `${name}_files` } })
  const group = async (name: Name, more: Parameters<typeof feed>[3] = {}): Promise<FakeThreatExchange> => {
    const fake = await fakeThreatExchange()
    open.push(fake)
    fake.clockS = Math.floor(house.clock.now / 1_000)
    const settings = { address: `${fake.origin}/v22.0`, group: fakeGroup }
    await feed(
      house,
      name,
      { source: 'threatexchange', settings, credentials: { accessToken: graphToken } },
      { ...files(name), ...more },
    )
    return fake
  }
  type Said = Readonly<Record<string, string>>
  /** @param said statuses by owner */
  const say = (fake: FakeThreatExchange, n: number, said: Said) =>
    fake.put({
      ...{ id: String(n), indicator: madeMd5(n), type: 'HASH_MD5' },
      said: Object.entries(said).map(([owner, status]) => ({ owner, status })),
    })
  const later = (fake: { clockS: number }) => {
    house.clock.now += 3_600_000
    fake.clockS += 3_600
  }
  const of = async (name: Name, n: number) => (await opinionsOf(house, `${name}_files`))[madeMd5(n)]
  /** What is said of a file with this digest: the flags of its hit, or why nobody can tell. */
  const find = (list: string, value: string) => {
    const bound = house.context.library.book.bind([], house.clock.now, new Set(['sha256', 'sha1', 'md5'] as const))
    if (bound.get(list)?.find('in', value) === null) return 'no hit'
    return bound.hits[0] === undefined ? bound.unsure.get(list) : (bound.hits[0].flags ?? [])
  }

  test('come with a pull, are replaced by what is said later, and go when nobody says them any more', async () => {
    const fake = await group('group')
    say(fake, 1, { 500: 'MALICIOUS', 501: 'NON_MALICIOUS' })
    say(fake, 2, { 500: 'MALICIOUS', 501: 'SUSPICIOUS', 502: 'UNKNOWN' })
    say(fake, 3, { 500: 'MALICIOUS', [fakeApp]: 'NON_MALICIOUS' })
    await pull(house, 'group')
    expect([await of('group', 1), await of('group', 2), await of('group', 3)]).toEqual([
      { state: 'disputed', said: ['group: app 500 affirm', 'group: app 501 deny'] },
      { state: 'disputed', said: ['group: app 500 affirm', 'group: app 501 doubt'] },
      { state: 'active', said: ['group: app 500 affirm'] },
    ])
    expect(find('group_files', madeMd5(1))).toEqual(['disputed'])
    later(fake)
    say(fake, 1, { 500: 'MALICIOUS', 501: 'MALICIOUS' })
    say(fake, 2, { 500: 'MALICIOUS' })
    say(fake, 3, { 500: 'MALICIOUS', 503: 'NON_MALICIOUS' })
    await pull(house, 'group')
    expect([await of('group', 1), await of('group', 2), await of('group', 3)]).toEqual([
      { state: 'active', said: ['group: app 500 affirm', 'group: app 501 affirm'] },
      { state: 'active', said: ['group: app 500 affirm'] },
      { state: 'disputed', said: ['group: app 500 affirm', 'group: app 503 deny'] },
    ])
    expect(find('group_files', madeMd5(1))).toEqual([])
    expect(await house.rows('staged_opinions')).toEqual([])
    await house.reopen()
    expect(find('group_files', madeMd5(3))).toEqual(['disputed'])
  })

  test('a list may say that nobody can tell of a disputed entry', async () => {
    const fake = await group('unsure', { ...files('unsure'), facts: { disputed: 'cannot_tell' } })
    say(fake, 1, { 500: 'MALICIOUS', 501: 'NON_MALICIOUS' })
    say(fake, 2, { 500: 'MALICIOUS' })
    await pull(house, 'unsure')
    const listed = [
      find('unsure_files', madeMd5(1)),
      find('unsure_files', madeMd5(2)),
      find('unsure_files', madeMd5(9)),
    ]
    expect(listed).toEqual(['disputed', [], 'no hit'])
  })

  test('words of people here stay beside them, and an entry that is aside stays aside', async () => {
    const fake = await group('people')
    const lead = await house.person('lead')
    say(fake, 1, { 500: 'MALICIOUS' })
    say(fake, 2, { 500: 'MALICIOUS' })
    await pull(house, 'people')
    const numbers = new Map<string, number>()
    const listed = await lead.call('GET', '/v1/lists/people_files/entries')
    for (const { n, value } of listed.body.items) numbers.set(value, n)
    const path = (n: number) => `/v1/lists/people_files/entries/${numbers.get(madeMd5(n))}`
    await lead.call('POST', `${path(1)}/opinions`, { body: { says: 'deny' } })
    const until = house.clock.now + 30 * 86_400_000
    await lead.call('PATCH', path(2), { body: { state: 'aside', until, reason: 'our own logo' } })
    later(fake)
    say(fake, 1, { 500: 'MALICIOUS', 501: 'MALICIOUS' })
    say(fake, 2, { 500: 'NON_MALICIOUS', 501: 'MALICIOUS' })
    await pull(house, 'people')
    await lead.call('POST', `${path(1)}/opinions`, { body: { says: 'deny', reason: 'looked at again' } })
    expect([await of('people', 1), await of('people', 2)]).toEqual([
      { state: 'disputed', said: ['here deny', 'here deny', 'people: app 500 affirm', 'people: app 501 affirm'] },
      { state: 'aside', said: ['people: app 500 deny', 'people: app 501 affirm'] },
    ])
    const shown = (await lead.call('GET', '/v1/lists/people_files/entries')).body.items
    expect(shown.find(({ value }: { value: string }) => value === madeMd5(1)).opinions).toHaveLength(3)
    expect(shown.find(({ value }: { value: string }) => value === madeMd5(1)).opinions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ who: 'people: app 500', mine: false, says: 'affirm' }),
        expect.objectContaining({ who: 'people: app 501', mine: false, says: 'affirm' }),
        expect.objectContaining({ mine: true, says: 'deny', reason: 'looked at again' }),
      ]),
    )
  })

  const step = (list: string, version: number, to: 'live' | 'drop') =>
    house.context.library.step({
      ...{ list, version, step: to, reason: 'looked at', by: { kind: 'operator' }, doer: operatorDoer },
      withoutTrial: true,
    })
  const NARROW = { max_growth: 0.5, max_shrink: 0.5, max_bad_rows: 0.001 }
  const versions = async (list: string) =>
    (await house.rows('list_versions')).filter((row) => row.list === list && row.state === 'staged')

  test.each(['waits', 'dropped'] as const)('of a version that waits count when it is live (%s)', async (name) => {
    const list = `${name}_files`
    const fake = await group(name, { ...files(name), facts: { rails: NARROW } })
    for (const n of [1, 2, 3, 4]) say(fake, n, { 500: 'MALICIOUS' })
    await pull(house, name)
    for (const { version } of await versions(list)) await step(list, Number(version), 'live')
    const before = { state: 'active', said: [`${name}: app 500 affirm`] }
    expect(await of(name, 1)).toEqual(before)
    later(fake)
    say(fake, 1, { 500: 'NON_MALICIOUS', 501: 'MALICIOUS' })
    for (let n = 10; n < 20; n += 1) say(fake, n, { 500: 'MALICIOUS' })
    await pull(house, name)
    expect(await of(name, 1)).toEqual(before)
    // A smaller pull on top of what waits, which also takes something away at once.
    later(fake)
    fake.put({ id: '4', indicator: madeMd5(4), type: 'HASH_MD5', gone: 'flag' })
    await pull(house, name)
    expect([await of(name, 1), await of(name, 4)]).toEqual([before, undefined])
    const [waiting] = await versions(list)
    await step(list, Number(waiting?.version), name === 'waits' ? 'live' : 'drop')
    const after = { state: 'disputed', said: [`${name}: app 500 deny`, `${name}: app 501 affirm`] }
    expect(await of(name, 1)).toEqual(name === 'waits' ? after : before)
    expect(await house.rows('staged_opinions')).toEqual([])
    // What was dropped is asked for again.
    later(fake)
    await pull(house, name)
    for (const { version } of await versions(list)) await step(list, Number(version), 'live')
    expect(await of(name, 1)).toEqual(after)
  })

  test('a pull that is cut off changes none, and the one that goes on with it changes all', async () => {
    const fake = await group('torn')
    for (const n of [1, 2, 3]) say(fake, n, { 500: 'MALICIOUS' })
    await pull(house, 'torn')
    later(fake)
    for (const n of [1, 2, 3]) say(fake, n, { 500: 'SUSPICIOUS' })
    fake.pageRows.push(2)
    fake.trap(undefined, cut)
    expect(await pull(house, 'torn')).toMatchObject({ why: 'waits' })
    expect((await of('torn', 1))?.state).toBe('active')
    await goOn(house, String((await newestPull(house, 'torn')).id))
    expect([(await of('torn', 1))?.state, (await of('torn', 3))?.state]).toEqual(['disputed', 'disputed'])
  })

  const partner = async (name: Name, ownName: string | undefined): Promise<FakeStopNcii> => {
    const fake = await fakeStopNcii()
    open.push(fake)
    fake.clockS = Math.floor(house.clock.now / 1_000)
    const settings = { address: `${fake.origin}/v1`, ...(ownName !== undefined && { ownName }) }
    const lists = { lists: { pdq: `${name}_pictures` } }
    await feed(house, name, { source: 'stopncii', settings, credentials: stopNciiKeys }, lists)
    const said = ['Blocked', 'NotBlocked', 'PendingReview', 'QualityUnknown', 'None', 'Withdrawn'].map(
      (feedbackValue) => ({ source: `Partner ${feedbackValue}`, feedbackValue }),
    )
    fake.put({ signalType: 'ImagePDQ', hashValue: madePdq(1), said })
    fake.put({ signalType: 'ImagePDQ', hashValue: madePdq(2), said: said.slice(0, 1) })
    return fake
  }

  test('of StopNCII: blocked and not blocked are opinions, what waits is none, and ours is nobody else’s', async () => {
    const fake = await partner('partner', ' harbour')
    fake.feedbacks.push({ hashValue: madePdq(2), feedbackValue: 'NotBlocked', tags: [] })
    await pull(house, 'partner')
    const all = await opinionsOf(house, 'partner_pictures')
    expect([all[madePdq(1)], all[madePdq(2)]]).toEqual([
      { state: 'disputed', said: ['partner: Partner Blocked affirm', 'partner: Partner NotBlocked deny'] },
      { state: 'active', said: ['partner: Partner Blocked affirm'] },
    ])
  })

  test('are not read where ours could be taken for another’s, until somebody says what we are called there', async () => {
    const fake = await partner('silent', undefined)
    await pull(house, 'silent')
    expect((await opinionsOf(house, 'silent_pictures'))[madePdq(1)]).toEqual({ state: 'active', said: [] })
    const { revision } = await house.context.exchanges.set(
      'silent',
      {
        ...{ source: 'stopncii', settings: { address: `${fake.origin}/v1`, ownName: 'Harbour' } },
        ...{ lists: { pdq: 'silent_pictures' }, everyMs: 3_600_000, on: true },
      },
      operatorDoer,
    )
    await house.context.exchanges.approve('silent', revision, operatorDoer)
    later(fake)
    await pull(house, 'silent')
    expect((await opinionsOf(house, 'silent_pictures'))[madePdq(1)]?.state).toBe('disputed')
  })

  test.each([
    ['ncmec', String(NCMEC_MEMBER), ['ncmec: member 50 affirm', 'ncmec: member 51 deny']],
    ['shy', undefined, []],
  ] as const)('of NCMEC: of each fingerprint by itself, without ours (%s)', async (name, ownMember, said) => {
    const fake = await startNcmecFake({ now: () => house.clock.now })
    open.push(fake)
    fake.put({
      ...{ member: 42, id: 'i1', type: 'image', at: house.clock.now - 86_400_000 },
      fingerprints: { md5: madeMd5(1), pdq: madePdq(1) },
      said: [
        { member: 50, says: 'affirmative', of: 'md5' },
        { member: 51, says: 'negative', of: 'md5' },
        { member: NCMEC_MEMBER, says: 'negative', of: 'pdq' },
      ],
    })
    const settings = { set: 'npo', root: fake.root, ...(ownMember !== undefined && { ownMember }) }
    await feed(house, name, { source: 'ncmec', settings, credentials: NCMEC_SIGN_IN })
    await pull(house, name)
    expect((await of(name, 1))?.said).toEqual(said)
    expect((await opinionsOf(house, `${name}_pictures`))[madePdq(1)]).toEqual({ state: 'active', said: [] })
  })
})
