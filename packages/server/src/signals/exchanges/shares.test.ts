import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Claimed } from '../../storage/index.ts'
import { engines } from '../../storage/testing/engines.ts'
import { freshId, type House, openHouse, type Person, picture, uploadOf } from '../../testing/house.ts'
import type { Terms } from '../lists/declaration.ts'
import { graphToken } from './testing/fake-graph.ts'
import { busy, type FakeServer } from './testing/fake-server.ts'
import { fakeStopNcii, stopNciiKeys } from './testing/fake-stopncii.ts'
import { type FakeThreatExchange, fakeGroup, fakeThreatExchange } from './testing/fake-threatexchange.ts'
import { feed } from './testing/fed.ts'
import { asking } from './testing/matched.ts'
import { NCMEC_SIGN_IN } from './testing/ncmec-fake.ts'

const file = picture(['boat', 5])
const digest = (kind: string): string => createHash(kind).update(file).digest('hex')
const SHA256 = digest('sha256')
const FREE = { name: 'ours', share: true, export: false, device: false, harms: ['csea'], feedback: 'none' } as const

describe.each(engines)('own hashes handed in ($name)', (engine) => {
  let house: House
  let lead: Person
  let safety: Person
  let other: Person
  let group: FakeThreatExchange
  const fakes: FakeServer[] = []
  beforeAll(async () => {
    house = await openHouse({
      ...{ engine, demo: true, bare: true, rules: asking([{ list: 'seen' }]) },
      mediaNets: ['group', 'people', 'ncmec'].map((name) => `exchange:${name}`),
    })
    lead = await house.person('lead')
    safety = await house.person('reviewer', 'child-safety')
    other = await house.person('child-safety')
    await list('seen', `${SHA256}\n`)
  }, 120_000)
  afterAll(() => house.close())
  beforeEach(async () => {
    group = await fakeThreatExchange()
    fakes.push(group)
    const settings = { address: `${group.origin}/v22.0`, group: fakeGroup, shareLevel: 'RED' }
    const source = { source: 'threatexchange', settings, credentials: { accessToken: graphToken } }
    await feed(house, 'group', source, { lists: { digest: 'from_group' } })
  })
  afterEach(async () => {
    for (const fake of fakes.splice(0)) await fake.close()
  })

  async function list(id: string, text: string, of: { terms?: Partial<Terms>; sealed?: boolean; kind?: 'pdq' } = {}) {
    const facts = { id, kind: of.kind ?? 'digest', harm: 'csea', context: false, source: 'ours' } as const
    const terms = { ...FREE, ...of.terms }
    await house.context.library.import({
      facts: { ...facts, sealed: of.sealed ?? false, staleAfterMs: null, rails: WIDE, terms },
      ...{ text: `value\n${text}`, contentType: 'text/csv', by: 'operator', live: true },
    })
    return id
  }
  /** A decision, final, on an upload of the file. */
  async function decided(): Promise<{ decision: string; number: number }> {
    const id = freshId()
    await house.putPicture(id, file)
    await house.screen(uploadOf(id))
    const opened = await safety.take(Number((await house.newestCase()).number))
    const { body, status, text } = await safety.decide(opened, 'warn')
    if (status !== 201) throw new Error(text)
    house.clock.now += 11_000
    return { decision: body.decision, number: opened.number }
  }
  async function own(id: string, decision: string | undefined, value = SHA256): Promise<number> {
    const ask = { value, decision, reason: 'x' }
    const { body, status, text } = await safety.call('POST', `/v1/lists/${id}/entries`, { body: ask })
    if (status !== 201) throw new Error(text)
    if (body.listed !== null) return body.listed.entry
    const agreed = await other.call('POST', `/v1/entry-acts/${body.waits}/approvals`, { body: {} })
    return agreed.body.listed.entry
  }
  const ask = (exchange: string, of: { list: string; entry: number }, who = safety) =>
    who.call('POST', `/v1/exchanges/${exchange}/shares`, { body: of })
  const send = async (id: string) => {
    const job: Claimed = {
      ...{ id: 'job', queue: 'exchanges.push', token: 't', attempts: 1, order: undefined, leaseUntil: 0 },
      payload: { id },
    }
    return house.context.exchanges.pushHandler(job, { signal: new AbortController().signal, claimed: () => job })
  }
  const chore = () =>
    house.context.exchanges.task.run(0, { signal: new AbortController().signal, claimed: () => expect.fail() })
  const ownOf = async (number: number) => (await safety.call('GET', `/v1/cases/${number}/feedback`)).body.own
  const there = () =>
    group
      .rows()
      .filter(({ descriptors }) => descriptors.length > 0)
      .map(({ indicator, type }) => [type, indicator])

  test('an own hash is handed in once by a person’s act, and taken back when its decision is reversed', async () => {
    await list('free', `${'0'.repeat(64)}\n`)
    const { decision, number } = await decided()
    const entry = await own('free', decision)
    const [offered] = await ownOf(number)
    expect(offered).toMatchObject({ list: 'free', entry, why: null, exchanges: [{ exchange: 'group', shared: null }] })
    expect(there()).toEqual([])
    const asked = await ask('group', { list: 'free', entry })
    expect([asked.status, asked.body.state]).toEqual([202, 'waiting'])
    await send(asked.body.push)
    expect(there()).toEqual([['HASH_SHA256', SHA256]])
    expect((await ask('group', { list: 'free', entry })).body).toEqual({ push: asked.body.push, state: 'delivered' })
    const row = (await house.rows('exchange_pushes')).find(({ id }) => id === asked.body.push)
    expect(Buffer.from(row?.body as Uint8Array).toString('latin1')).not.toContain(SHA256)
    expect(await house.rows('ledger_records')).toContainEqual(expect.objectContaining({ id: row?.record }))

    await safety.call('POST', `/v1/decisions/${decision}/reverse`, { body: { reason: 'x' } })
    await chore()
    const [after] = await ownOf(number)
    await send(after.exchanges[0].unshared.id)
    expect(there()).toEqual([])
    expect((await ownOf(number))[0].exchanges[0].unshared.state).toBe('delivered')
  })

  test('of a sealed list two people hand in, one of them of the duty child-safety', async () => {
    await list('hidden', `${'0'.repeat(64)}\n`, { sealed: true })
    const { decision, number } = await decided()
    const entry = await own('hidden', decision)
    const { body } = await ask('group', { list: 'hidden', entry })
    expect(body.state).toBe('asked')
    const agree = (who: Person) => who.call('POST', `/v1/shares/${body.push}/approve`, { body: {} })
    expect((await agree(safety)).body.code).toBe('second_person_required')
    await send(body.push)
    expect(there()).toEqual([])
    expect((await ownOf(number))[0].exchanges[0]).toMatchObject({ mine: true, shared: { state: 'asked' } })
    expect((await agree(lead)).body).toEqual({ push: body.push, state: 'waiting' })
    await send(body.push)
    expect(there()).toEqual([['HASH_SHA256', SHA256]])
    expect((await agree(lead)).body.code).toBe('conflict')

    // Two leads are two people, and none of them keeps children safe.
    const second = await decided()
    const next = await own('hidden', second.decision)
    const asked = await ask('group', { list: 'hidden', entry: next }, lead)
    const another = await house.person('lead')
    const refused = await another.call('POST', `/v1/shares/${asked.body.push}/approve`, { body: {} })
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
    const withdrawn = await safety.call('POST', `/v1/shares/${asked.body.push}/withdraw`, { body: {} })
    expect(withdrawn.body.state).toBe('cancelled')
    expect((await agree(another)).body.code).toBe('conflict')
    await send(asked.body.push)
    expect(there()).toHaveLength(1)
  })

  test('what its terms, its kind, its file or the exchange do not allow stays here', async () => {
    const { decision } = await decided()
    const refusal = async (exchange: string, of: { list: string; entry: number }) => {
      const { status, body } = await ask(exchange, of)
      return [status, body.code, body.detail]
    }
    await list('kept', `${'1'.repeat(64)}\n`, { terms: { share: false } })
    expect(await refusal('group', { list: 'kept', entry: await own('kept', decision) })).toEqual([
      ...[409, 'terms', 'The terms of this list do not allow its entries to be shared.'],
    ])
    await list('open', `${'2'.repeat(64)}\n`)
    const alone = await own('open', undefined, '3'.repeat(64))
    expect((await refusal('group', { list: 'open', entry: alone }))[2]).toContain('rests on no decision')
    const typed = await own('open', decision, '4'.repeat(64))
    expect((await refusal('group', { list: 'open', entry: typed }))[2]).toContain('No file that is kept')
    await list('pictures', `${'96'.repeat(32)}\n`, { kind: 'pdq' })
    const pdq = await own('pictures', decision, '69'.repeat(32))
    expect((await refusal('group', { list: 'pictures', entry: pdq }))[2]).toContain('of a PDQ nobody knows')
    expect((await refusal('group', { list: 'from_group', entry: 1 }))[2]).toContain('What came from an exchange')

    const people = await fakeStopNcii()
    fakes.push(people)
    const nciiSettings = { address: `${people.origin}/v1` }
    const ncii = { source: 'stopncii', settings: nciiSettings, credentials: stopNciiKeys }
    await feed(house, 'people', ncii, { lists: { digest: 'from_people' } })
    const md5 = await own('open', decision, digest('md5'))
    expect((await refusal('people', { list: 'open', entry: md5 }))[2]).toContain('md5 of videos only')
    const sha256 = await own('open', decision)
    expect((await refusal('people', { list: 'open', entry: sha256 }))[2]).toContain('takes no sha256')
    await feed(house, 'ncmec', { source: 'ncmec', settings: { set: 'npo' }, credentials: NCMEC_SIGN_IN })
    expect((await refusal('ncmec', { list: 'open', entry: sha256 }))[2]).toContain('takes no sha256')
    const facts = { harm: 'intimate_images', terms: { ...FREE, harms: ['intimate_images'] } }
    await feed(house, 'people', ncii, { lists: { digest: 'of_another_harm' }, facts })
    expect((await refusal('people', { list: 'open', entry: md5 }))[2]).toContain('feeds no list against csea')
    expect((await house.rows('exchange_pushes')).filter((row) => row.decision === decision)).toEqual([])
  })

  test('what may have come is unclear and not sent again; what was not taken is', async () => {
    await list('again', `${'5'.repeat(64)}\n`)
    const first = await decided()
    const { body } = await ask('group', { list: 'again', entry: await own('again', first.decision) })
    group.trap(busy(503))
    await send(body.push)
    await send(body.push)
    expect((await ownOf(first.number))[0].exchanges[0].shared.state).toBe('unclear')
    expect(group.calls.filter(({ method }) => method === 'POST')).toHaveLength(1)
    const second = await decided()
    const entry = await own('again', second.decision)
    const refused = await ask('group', { list: 'again', entry })
    group.trap(() => ({ status: 400, body: JSON.stringify({ error: { code: 100, message: 'no' } }) }))
    await send(refused.body.push)
    expect((await ownOf(second.number))[0].exchanges[0].shared.state).toBe('parked')
    const anew = await ask('group', { list: 'again', entry })
    await send(anew.body.push)
    expect((await ownOf(second.number))[0].exchanges[0].shared.state).toBe('delivered')
  })
})

/** Lists of tests grow as they like. */
const WIDE = { max_growth: 1_000, max_shrink: 1, max_bad_rows: 1 }
