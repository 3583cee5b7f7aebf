import { getErasure } from '@lamplighter/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { removeExpired } from '../jobs/index.ts'
import { isStorageError } from '../storage/index.ts'
import { engines } from '../storage/testing/engines.ts'
import { type House, messageOf, openHouse, type Person, reportOf } from '../testing/house.ts'
import { operatorCalls } from '../testing/operator-calls.ts'
import { verifyLog } from '../testing/thin-path.ts'
import { LEFT } from './testing/left.ts'
import { DAY, decideNewest, handIn, hello, liveAs, settleAll, WHO, WORDS } from './testing/life.ts'
import { bytesBelow, tracesIn } from './testing/traces.ts'

/** Where words of a person were before: so many places does the search see. */
const BEFORE = [
  'actions.account',
  'actions.item_id',
  'appeals.account',
  'appeals.content',
  'cases.account',
  'cases.subject_key',
  'evidence.author',
  'evidence.item_key',
  'evidence.sealed',
  'ledger_records.sealed',
  'list_hits.event_key',
  'notices.account',
  'notices.content',
  'once_results.key',
  'once_results.result',
  'outbox.body',
  'outbox.family',
  'outbox.order_key',
  'outbox_orders.order_key',
  'replay_chunks.body',
  'reports.sealed',
  'rule_hits.event_key',
  'seen.answer',
  'seen.event_key',
  'staff_decisions.account',
  'staff_decisions.item_key',
  'staff_decisions.sealed',
  'strikes.account',
  'upload_chunks.body',
  'verdicts.event_key',
  'verdicts.sealed',
  'withheld_notices.account',
  'withheld_notices.content',
]

/** What the search cannot open. */
const UNREAD = [
  // Under the key of an hour, which ends when its events were judged.
  'stream_chunks.body',
  // Entries of lists.
  'list_entries.body',
  // Made of fingerprints of entries, which are hashes.
  'list_sums.sum',
]

describe.each(engines)('erasing a person on $name', (engine) => {
  let house: House
  let people: { first: Person; second: Person }
  let page: string
  let record: string
  let blobs: string[]
  beforeAll(async () => {
    house = await openHouse({ engine, demo: true })
    people = { first: await house.person('reviewer', 'child-safety'), second: await house.person('lead') }
    await liveAs(house, people)
    await settleAll(house, people.second)
    await hello(house)
    await handIn(house, people.second)
    page = String(house.receiver.calls.findLast(({ data }) => data.account === WHO && data.page)?.data.page)
    record = String((await house.rows('staff_decisions')).find(({ account }) => account === WHO)?.record)
    blobs = (await house.rows('exhibits')).map(({ blob }) => String(blob))
  }, 120_000)
  afterAll(() => house.close())

  const erase = (body: object) =>
    operatorCalls(house, '/v1/erasures', { account: WHO, ground: 'request', reason: 'asked by mail', ...body })

  test('the search sees them in every place before', async () => {
    const { found, unread } = await tracesIn(house, WORDS, WHO)
    const [counted, others] = [true, false].map((is) =>
      [...found].filter((place) => place.startsWith('counter_') === is).toSorted(),
    )
    expect(others).toEqual(BEFORE)
    // An embedded database has moves in a journal first.
    expect(counted).toEqual(
      engine.name === 'sqlite' ? ['counter_journal.ops'] : ['counter_rows.id', 'counter_rows.state'],
    )
    expect([...unread].filter((place) => !UNREAD.includes(place))).toEqual([])
    expect([blobs.length, await filesOf(house, blobs)]).toEqual([1, 1])
  })

  test('a reason that names the account is refused, because it stays', async () => {
    const answer = await erase({ reason: `${WHO} asked` })
    expect([answer.status, answer.body.code, answer.text.includes(WHO)]).toEqual([422, 'invalid', false])
  })

  test('ledger 23: of the person nothing is left but what is listed here', async () => {
    const asked = await erase({})
    expect([asked.status, await erase({}).then(({ body }) => body.id)]).toEqual([202, asked.body.id])
    await house.pass(1_000)
    const run = await runOf(house, asked.body.id)
    expect(run).toMatchObject({
      state: 'done',
      ground: 'request',
      by: 'operator',
      erased: { cases: 5, notices: 7, files: 1 },
    })
    expect(run.erased.verdicts).toBeGreaterThan(1)
    expect(run.erased.records).toBeGreaterThan(10)
    const { found, unread } = await tracesIn(house, WORDS, WHO)
    expect([...found].filter((place) => LEFT[place] === undefined)).toEqual([])
    // Records whose key is gone are no more than a commitment, not something that nobody could look into.
    expect([...unread].filter((place) => !UNREAD.includes(place))).toEqual([])
    expect([await filesOf(house, blobs), house.failures]).toEqual([0, []])
    expect((await house.rows('erasure_runs')).map(({ account }) => account)).toEqual([null])
  })

  test('after a week neither the files of the data folder nor the keyring hold words of them', async () => {
    const { storage } = house.context
    house.clock.now += 8 * DAY
    await removeExpired(storage, house.clock.now)
    await storage.compact()
    const { found } = await tracesIn(house, WORDS, WHO)
    expect([...found]).toEqual(['verdicts.sealed'])
    const bytes = bytesBelow(house.place.folder)
    expect([WHO, ...WORDS].filter((word) => bytes.includes(word))).toEqual([])
  })

  test('the page of their notice and the receipt of an act say that it is gone, and the log verifies', async () => {
    const path = new URL(page).pathname
    for (const address of [path, `${path}/receipt`, `${path}/appeal`]) {
      const { status, text } = await house.visit('GET', address)
      expect([status, text.includes('was erased')]).toEqual([410, true])
    }
    const { status, body } = await house.platform('GET', `/v1/receipts/${record}`)
    expect([status, body.code]).toEqual([410, 'opening_destroyed'])
    expect((await verifyLog(house)).exit).toBe(0)
    const indices = (await house.rows('ledger_erasures')).flatMap((row) => JSON.parse(String(row.indices)) as string[])
    expect(new Set(indices).size).toBe(indices.length)
  })

  test('what belongs to others stays: their case, their report, what staff saw', async () => {
    expect((await house.rows('cases')).map(({ account }) => account)).toEqual(['plover', 'kestrel'])
    expect((await house.rows('staff_decisions')).length).toBe(2)
    // The words of the one to them; none of what they did, with a case or without.
    expect((await house.rows('verdicts')).length).toBe(1)
  })

  test('who comes back is somebody new, and no start erases them', async () => {
    await people.first.signIn()
    await house.report(reportOf('item-of-later', { target: { id: WHO } }))
    await decideNewest(house, people.first, 'warn')
    await house.pass(11_000)
    await house.reopen()
    expect((await house.rows('cases')).filter(({ account }) => account === WHO).length).toBe(1)
  })
})

describe.each(engines)('what has to be finished first on $name', (engine) => {
  let house: House
  let people: { first: Person; second: Person }
  beforeAll(async () => {
    house = await openHouse({ engine, demo: true })
    people = { first: await house.person('reviewer', 'child-safety'), second: await house.person('lead') }
  })
  afterAll(() => house.close())

  const ask = (account: string) =>
    operatorCalls(house, '/v1/erasures', { account, ground: 'court', reason: 'an order' })
  const wayOf = async (account: string) => (await operatorCalls(house, '/v1/erasures/plan', { account })).body.inTheWay

  test('is told to the operator, and to nobody who is asked by the person', async () => {
    const { first, second } = people
    const told = new Set<string>()
    const refusedFor = async (account: string, why: object) => {
      expect([account, await wayOf(account)]).toMatchObject([account, why])
      const { status, body } = await ask(account)
      expect([account, status, body.code]).toEqual([account, 409, 'opening_held'])
      told.add(body.detail)
    }
    await house.report(reportOf('i-1', { actor: { id: 'reporting' }, target: { id: 'reported' } }))
    await refusedFor('reported', { openMatters: 1 })
    await refusedFor('reporting', { openMatters: 1 })
    await decideNewest(house, first, 'warn')
    // Undo is still possible, reporters have not heard, the platform has not either.
    await refusedFor('reported', { openMatters: 1, undelivered: 2 })
    await house.pass(11_000)
    await refusedFor('reporting', { openMatters: 0, undelivered: 1 }).catch(() => undefined)
    await house.pass(1_000)
    const notice = (await house.rows('notices')).find(({ account }) => account === 'reported')?.id
    await house.platform('POST', '/v1/appeals', { body: { notice, text: 'no' }, headers: { 'idempotency-key': 'a' } })
    await refusedFor('reported', { openMatters: 1, openAppeals: 1 })
    const { number, revision } = await second.next('appeals')
    const appeal = (await house.rows('cases')).find((row) => row.number === number)?.ref
    await second.call('POST', `/v1/appeals/${appeal}/decide`, {
      body: { outcome: 'upheld', reasons: 'It stands.', note: 'n' },
      headers: { 'if-match': `"${revision}"` },
    })
    await house.pass(1_000)
    expect([(await ask('reported')).status, (await ask('reporting')).status]).toEqual([202, 202])
    await liveAs(house, people)
    await refusedFor(WHO, { openMatters: 0, withheld: 1, keptUntil: expect.any(Number) })
    expect(told.size).toBe(1)
    expect([...told][0]).not.toMatch(/hold|held|kept|preserv|evidence|authority|police|order/i)
    await house.pass(1_000)
    expect((await house.rows('erasure_runs')).map(({ state }) => state)).toEqual(['done', 'done'])
  }, 120_000)

  test('what comes in after it was asked for is finished before anything goes', async () => {
    await house.platform('POST', '/v1/events', {
      body: messageOf('you will regret it tomorrow at 9 pm', { actor: { id: 'late', kind: 'person' } }),
    })
    expect((await ask('late')).status).toBe(202)
    await house.pass(1_000)
    const stateOf = async () => (await house.rows('erasure_runs')).at(-1)
    // Not judged yet: the job waits for that.
    expect(await stateOf()).toMatchObject({ state: 'running', part: null, account: 'late' })
    await house.follow()
    await house.pass(2_000)
    expect(await stateOf()).toMatchObject({ state: 'waiting', part: null })
    await decideNewest(house, people.first, 'warn')
    await house.pass(11_000)
    await house.pass(16 * 60_000)
    expect(await stateOf()).toMatchObject({ state: 'done', account: null })
    expect((await house.rows('cases')).filter(({ account }) => account === 'late')).toEqual([])
  })
})

async function runOf(house: House, id: string) {
  const path = new URL(`/v1/erasures/${id}`, house.context.config.url)
  const answer = await house.context.app.fetch(new Request(path), { operator: true })
  return getErasure.answer.parse(await answer.json())
}

/** How many of these files have bytes. */
async function filesOf(house: House, blobs: readonly string[]): Promise<number> {
  const there = await Promise.all(blobs.map((blob) => isThere(house, blob)))
  return there.filter(Boolean).length
}

async function isThere(house: House, blob: string): Promise<boolean> {
  try {
    for await (const chunk of await house.context.storage.blobs.get(blob)) if (chunk.length > 0) return true
  } catch (error) {
    if (!isStorageError(error, 'blob_missing')) throw error
  }
  return false
}
