import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { CSAM, type House, openHouse, type Person, picture, uploadOf } from '../testing/house.ts'
import { verifyLog } from '../testing/thin-path.ts'

const core = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/core.wick')), 'utf8')
const DAY = 86_400_000

/** `refer "us.ncmec" after review`: the rules ask, nothing is sent, and only staff hear of it (rules.md §7.2). */
describe.each(engines)('a referral that rules ask for, on $name', (engine) => {
  let house: House
  let guard: Person
  let number: number
  beforeAll(async () => {
    house = await openHouse({ engine, rules: core })
    guard = await house.person('child-safety')
    await house.putPicture('known', picture(CSAM))
    const { body } = await house.screen(uploadOf('known'))
    expect(body.verdict).toBe('block')
    number = Number((await house.newestCase()).number)
  }, 120_000)
  afterAll(() => house.close())

  const asked = [{ authority: 'us.ncmec', name: expect.stringContaining('NCMEC'), rules: ['core/known_csam'] }]
  const seen = async () => (await guard.call('GET', `/v1/cases/${number}`)).body

  test('is told to the reviewer with its authority and its rule; a case without one has none', async () => {
    expect((await seen()).referrals).toEqual(asked)
    await house.report({
      ...{ kind: 'report', id: 'r1', occurred_at: '2026-06-01T09:00:00.000Z' },
      ...{ actor: { id: 'r' }, target: { id: 'kestrel' }, item: { id: 'other' }, report: { id: 'r1', harm: 'spam' } },
    })
    await house.follow()
    const other = await house.newestCase()
    expect((await guard.call('GET', `/v1/cases/${other.number}`)).body.referrals).toEqual([])
  })

  test('leaves the house in no way, before and after a decision, and never counts as done', async () => {
    const opened = await guard.take(number)
    const decided = await guard.decide(opened, 'remove', { policy: 'CSEA-1', reasonCode: 'known' })
    expect([decided.status, decided.text]).toEqual([201, decided.text])
    expect(decided.text).not.toMatch(/ncmec|refer/i)
    await house.pass(11_000)
    expect(house.receiver.calls.map(({ type }) => type)).toContain('action.requested')
    expect(JSON.stringify(house.receiver.calls.map(({ data }) => data))).not.toMatch(/ncmec|refer/i)
    for (const table of ['outbox', 'actions'])
      expect(JSON.stringify(await house.rows(table))).not.toMatch(/ncmec|refer"/i)
    const { referrals, decided: last } = await seen()
    expect(referrals).toEqual(asked)
    expect(last.choice).toBe('remove')
  })

  test('is in no word that the person concerned can read: notice, page, record', async () => {
    const links = house.receiver.calls.flatMap(({ data }) => (typeof data.page === 'string' ? [data.page] : []))
    expect(links.length).toBeGreaterThan(0)
    for (const link of links) {
      const page = await house.visit('GET', new URL(link).pathname)
      expect(page.status).toBe(200)
      expect(page.text).not.toMatch(/ncmec|referral|exploited/i)
    }
    const { transparency } = house.context
    const verdict = (await house.rows('verdicts')).find(({ event_kind }) => event_kind === 'upload')
    await verifyLog(house)
    const receipt = await transparency.receiptOf(String(verdict?.record), 'person')
    if (receipt.state !== 'ready') throw new Error(`expected a receipt, found ${receipt.state}`)
    const opened = Buffer.from(receipt.file.split('\n')[1]?.slice('extra '.length) ?? '', 'base64').toString('latin1')
    expect(opened).toContain('block')
    expect(opened).not.toMatch(/ncmec|refer/i)
  })

  test('lets the notice of the block wait for a person; after two weeks a case asks about it', async () => {
    const waiting = await house.rows('withheld_notices')
    expect(waiting).toHaveLength(1)
    await house.pass(14 * DAY)
    const cases = (await house.rows('cases')).filter(({ kind }) => kind === 'notice')
    expect(cases).toMatchObject([{ lane: 'csea-verified', account: 'kestrel' }])
  })
})
