import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Claimed } from '../../storage/index.ts'
import { sqlite } from '../../storage/testing/engines.ts'
import { openTown, type Town } from '../../testing/good-calls.ts'
import { type House, openHouse } from '../../testing/house.ts'
import { busy } from './testing/fake-server.ts'
import { feed, ncmecAt, pull } from './testing/fed.ts'
import { asking, matchedCase } from './testing/matched.ts'
import { NCMEC_REASONS, type NcmecFake, startNcmecFake } from './testing/ncmec-fake.ts'

const MD5 = 'ab'.repeat(16)
const terms = { name: 'x', share: false, export: false, device: false, harms: ['csea'], feedback: 'expected' } as const

let house: House
let town: Town
const fakes: NcmecFake[] = []
const names = ['upheld', 'rejected', 'reversed', 'early', 'none', 'slow']
beforeAll(async () => {
  house = await openHouse({
    ...{ engine: sqlite, demo: true, bare: true, rules: asking(names.map((name) => ({ list: `${name}_files` }))) },
    mediaNets: names.map((name) => `exchange:${name}`),
  })
  town = await openTown(house)
}, 120_000)
afterAll(() => house.close())
afterEach(async () => {
  for (const fake of fakes.splice(0)) await fake.close()
})

/** An exchange that fed a list with one entry. */
async function fed(exchange: string, given: { feedback: 'expected' | 'none' } = { feedback: 'expected' }) {
  const fake = await startNcmecFake({ now: () => house.clock.now })
  fakes.push(fake)
  fake.put({ member: 42, id: 'i1', type: 'image', at: house.clock.now - 86_400_000, fingerprints: { md5: MD5 } })
  const list = `${exchange}_files`
  await feed(house, exchange, ncmecAt(fake), { lists: { digest: list }, facts: { terms: { ...terms, ...given } } })
  await pull(house, exchange)
  const entry = Number((await house.rows('list_entries')).find((row) => row.list === list && row.gone === null)?.n)
  return { fake, list, entry }
}
/** A decision on a file that every list of these tests has. */
async function decided(choice: 'warn' | 'none'): Promise<{ decision: string; number: number }> {
  const { number, revision } = await town.reviewer.take(await matchedCase(house, { md5: MD5 }))
  const { body, status, text } = await town.reviewer.decide({ number, revision }, choice)
  if (status !== 201) throw new Error(text)
  return { decision: body.decision, number }
}
const tell = (exchange: string, body: object) => town.lead.call('POST', `/v1/exchanges/${exchange}/feedback`, { body })
async function send(id: string) {
  const job: Claimed = {
    ...{ id: 'job', queue: 'exchanges.push', token: 't', attempts: 1, order: undefined, leaseUntil: 0 },
    payload: { id },
  }
  return house.context.exchanges.pushHandler(job, { signal: new AbortController().signal, claimed: () => job })
}
const pushes = async (exchange: string) =>
  (await house.rows('exchange_pushes')).filter((row) => row.exchange === exchange)
const chore = () =>
  house.context.exchanges.task.run(0, { signal: new AbortController().signal, claimed: () => expect.fail() })

test('matching 28: what was upheld is told once for a decision, however often somebody says it', async () => {
  const { fake, list, entry } = await fed('upheld')
  const { decision } = await decided('warn')
  house.clock.now += 11_000
  const first = await tell('upheld', { list, entry, decision })
  expect([first.status, first.body.state]).toEqual([202, 'waiting'])
  expect(fake.feedback.size).toBe(0)
  expect(await send(first.body.push)).toBe('done')
  expect(await send(first.body.push)).toBe('done')
  expect((await tell('upheld', { list, entry, decision })).body).toEqual({ push: first.body.push, state: 'delivered' })
  expect(fake.calls.filter(({ method }) => method === 'PUT')).toHaveLength(1)
  expect([...fake.feedback]).toEqual([['42/i1/MD5', { says: 'affirmative', reasons: [] }]])
  const [row] = await pushes('upheld')
  expect(Buffer.from(row?.body as Uint8Array).toString('latin1')).not.toContain(MD5)
  expect(await house.rows('ledger_records')).toContainEqual(expect.objectContaining({ id: row?.record }))
})

test('matching 28: a rejection names one of the reasons that the exchange says', async () => {
  const { fake, list, entry } = await fed('rejected')
  const { decision } = await decided('none')
  house.clock.now += 11_000
  const without = await tell('rejected', { list, entry, decision })
  expect([without.status, without.body.pointer]).toEqual([422, '/reasonId'])
  const query = `list=${list}&entry=${entry}&decision=${decision}`
  const reasons = await town.lead.call('GET', `/v1/exchanges/rejected/reasons?${query}`)
  expect(reasons.body.items.map(({ id }: { id: string }) => id)).toEqual(NCMEC_REASONS)
  const { body } = await tell('rejected', { list, entry, decision, reasonId: NCMEC_REASONS[0] })
  await send(body.push)
  expect([...fake.feedback.values()]).toEqual([{ says: 'negative', reasons: [NCMEC_REASONS[0]] }])
})

test('matching 28: reversed before it was sent it is cancelled; after, it is taken back, or a person is told to', async () => {
  const { fake, list, entry } = await fed('reversed')
  const reverse = async (decision: string) =>
    town.lead.call('POST', `/v1/decisions/${decision}/reverse`, { body: { reason: 'x' } })
  const tellOf = async (decision: string) => (await tell('reversed', { list, entry, decision })).body.push
  const [early, late] = [await decided('warn'), await decided('warn')]
  house.clock.now += 11_000
  const unsent = await tellOf(early.decision)
  const sent = await tellOf(late.decision)
  await send(sent)
  for (const { decision } of [early, late]) expect((await reverse(decision)).status).toBeLessThan(300)
  await chore()
  await send(unsent)
  expect(fake.calls.filter(({ method }) => method === 'PUT')).toHaveLength(1)
  const rows = await pushes('reversed')
  expect(rows.find(({ id }) => id === unsent)?.state).toBe('cancelled')
  const unsay = rows.find(({ act }) => act === 'unsay')
  expect(unsay).toMatchObject({ decision: late.decision, state: 'waiting' })
  await send(String(unsay?.id))
  await chore()
  expect((await pushes('reversed')).filter(({ act }) => act === 'unsay')).toMatchObject([{ state: 'parked' }])
  const seen = await town.lead.call('GET', '/v1/exchanges')
  expect(seen.body.items.find(({ id }: { id: string }) => id === 'reversed').feedback).toEqual({ parked: 1 })
})

test('nothing is told of a decision that can still be undone, nor where the terms take none', async () => {
  const open = await fed('early')
  const { decision } = await decided('warn')
  expect((await tell('early', { list: open.list, entry: open.entry, decision })).body.code).toBe('conflict')
  const closed = await fed('none', { feedback: 'none' })
  house.clock.now += 11_000
  expect((await tell('none', { list: closed.list, entry: closed.entry, decision })).body.code).toBe('conflict')
  expect([...(await pushes('early')), ...(await pushes('none'))]).toEqual([])
})

test('an exchange that asks to wait is told later; the intent stands before the first byte leaves', async () => {
  const { fake, list, entry } = await fed('slow')
  const { decision } = await decided('warn')
  house.clock.now += 11_000
  const { body } = await tell('slow', { list, entry, decision })
  let intended: unknown
  fake.onCall = async () => {
    intended = (await pushes('slow'))[0]?.intent_at
  }
  fake.trap(busy(503, 60))
  expect(await send(body.push)).toMatchObject({ why: 'waits' })
  expect(intended).toBe(house.clock.now)
  expect((await pushes('slow'))[0]).toMatchObject({ state: 'waiting', fails: 1 })
  expect(await send(body.push)).toBe('done')
  expect((await pushes('slow'))[0]).toMatchObject({ state: 'delivered' })
})
