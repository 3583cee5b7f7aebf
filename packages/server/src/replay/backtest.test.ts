import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sqlite } from '../storage/testing/engines.ts'
import { type House, LISTED, messageOf, openHouse, type Person } from '../testing/house.ts'
import { operatorDoer } from '../testing/server.ts'
import { BACKTEST, backtestHandler, startProgress } from './index.ts'
import { packChunk, unpackChunk } from './line.ts'

const HOUR = 3_600_000
const schemaText = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/chat.schema.wick')), 'utf8')

interface Edition {
  readonly version: number
  readonly from?: number
  readonly when?: string
}
const LISTED_WORDS = 'item.text contains any blackmail_terms'
/** Rules that count what somebody sends, look for listed words, and ask one finder. */
const rulesOf = ({ version, from = 3, when = 'item.text contains any blackmail_terms' }: Edition): string => `
  ruleset tiny version ${version} owner "lead@example.org"
  use schema chat version 1
  list blackmail_terms: text from "test"
  signal names_time: bool from time_finder(item.text) within 20ms
  counter sent = count by actor.id on message, sealed_message over 1h exact up to 50
  rule many v${version} {
    harm spam policy "SPAM-3" severity low phase gate
    on message
    when sent >= ${from}
    then limit "messages" for 1h
    on unknown ignore
    because "{sent} messages"
    tell user "You sent many messages."
  }
  rule listed v${when === LISTED_WORDS ? 1 : version} {
    harm spam policy "SPAM-3" severity low phase follow
    on message
    when ${when} and not names_time
    then queue "reports" within 24h
    on unknown ignore
    because "listed"
  }`

let house: House
let ada: Person
let ben: Person
beforeEach(async () => {
  house = await openHouse({ engine: sqlite, demo: true, rules: rulesOf({ version: 1 }) })
  ada = await house.person('lead')
  ben = await house.person('lead')
})
afterEach(async () => {
  const { failures } = house
  await house.close()
  expect(failures).toEqual([])
})

let sent = 0
/** Some by screening, some in batches, as a platform does. */
async function send(actor: string, text: string, more: Record<string, unknown> = {}): Promise<void> {
  sent += 1
  house.clock.now += 1_000
  const occurred_at = new Date(house.clock.now).toISOString()
  const event = messageOf(text, { id: `b${sent}`, occurred_at, actor: { id: actor, age_band: 'adult' }, ...more })
  if (sent % 2 === 0) await house.screen(event)
  else await house.platform('POST', '/v1/events', { body: event })
  await house.follow()
}
const path = (version: number) => `/v1/rulesets/tiny/versions/${version}`
async function draft(edition: Edition): Promise<string> {
  const { body, text } = await ada.call('POST', '/v1/rulesets/tiny/versions', { body: { text: rulesOf(edition) } })
  expect([body.version, text]).toEqual([edition.version, text])
  return body.hash
}
async function start(version: number, from: number, against = 'live'): Promise<string> {
  const { status, body } = await ada.call('POST', `${path(version)}/backtests`, {
    body: { source: 'log', from, against },
  })
  expect([status, body]).toEqual([202, { id: expect.stringMatching(/^bt_/) }])
  return body.id
}
/** What the worker does with the job. */
async function work(signal = AbortSignal.timeout(60_000)): Promise<unknown> {
  const { storage, registry, keyring, uploads } = house.context
  const handler = backtestHandler({
    ...{ storage, registry, keyring, uploads },
    progress: startProgress(() => performance.now()),
  })
  const [job] = await storage.jobs.claim(BACKTEST.queue, 1, 60_000)
  if (job === undefined) return 'nothing to do'
  const ending = await handler(job, { signal, claimed: () => job }).catch((error: Error) => error)
  if (ending === 'done') await storage.jobs.complete(job)
  if (ending instanceof Error) await storage.jobs.retry(job, 'stopped', house.clock.now)
  return ending
}
const found = async (id: string, by = ada) => (await by.call('GET', `/v1/backtests/${id}`)).body
const rule = (result: { rules: { rule: string }[] }, name: string) => result.rules.find((one) => one.rule === name)

/** An hour that warms the counters, then five messages of one sender and three of another. */
async function past(): Promise<number> {
  await send('kestrel', 'good morning')
  house.clock.now += HOUR
  const from = house.clock.now
  for (let n = 0; n < 5; n += 1) await send('kestrel', n === 4 ? `pay me, ${LISTED.blackmail_terms}` : `hello ${n}`)
  for (let n = 0; n < 3; n += 1) await send('plover', n === 2 ? `${LISTED.blackmail_terms}, at 21:30` : 'see you')
  return from
}

test('rules 11.9: the version that ran decides nothing differently; content that is gone is not missed', async () => {
  const from = await past()
  await draft({ version: 2 })
  const id = await start(2, from)
  expect(await work()).toBe('completed')
  const { state, result, against } = await found(id)
  expect([state, against, result.events, result.measured]).toEqual(['done', 'tiny@1', 9, 8])
  expect(result.drift).toEqual({ checked: 8, events: 0, unsure: 0, rules: [] })
  expect(result.blind).toEqual({ events: 0, because: [] })
  expect(rule(result, 'many')).toMatchObject({
    fired: { new: 4, live: 4, both: 4, onlyNew: 0, onlyLive: 0 },
    people: 2,
  })
  // One of the two that hold a listed word names a time.
  expect(rule(result, 'listed')).toMatchObject({ fired: { new: 1, live: 1, both: 1 }, undecided: 0, people: 1 })
})

test('says rule by rule what a new version would have found and what it would no longer, with why', async () => {
  const from = await past()
  await draft({ version: 2, from: 4 })
  const id = await start(2, from)
  await work()
  const { result } = await found(id)
  expect(rule(result, 'many')).toMatchObject({
    version: 2,
    fired: { new: 2, live: 4, both: 2, onlyNew: 0, onlyLive: 2 },
    people: 1,
    perHourP99: 2,
  })
  const { body } = await ada.call('GET', `/v1/backtests/${id}/differences?rule=many`)
  expect(body.items).toHaveLength(2)
  expect(body.items[0]).toMatchObject({
    rule: 'many',
    what: 'lost',
    kind: 'message',
    outcome: { new: 'quiet', against: 'fired' },
    clauses: [{ text: 'sent >= 4', outcome: false, values: { sent: { low: 3, high: 3, over: '1h' } } }],
  })
  expect(JSON.stringify(body)).not.toMatch(/kestrel|plover|"b\d/)
  expect((await ada.call('GET', `/v1/backtests/${id}/differences?rule=listed`)).body).toEqual({ items: [], next: null })
})

test('what was not kept is unknown, and the result says how often', async () => {
  const from = await past()
  await send('heron', 'hidden', {})
  await house.platform('POST', '/v1/events', {
    body: {
      kind: 'sealed_message',
      id: 'x1',
      occurred_at: new Date(house.clock.now).toISOString(),
      actor: { id: 'kestrel' },
    },
  })
  await house.follow()
  await send('kestrel', 'after it')
  await draft({ version: 2, when: 'item.text contains "hello"' })
  const id = await start(2, from)
  await work()
  const { result } = await found(id)
  expect(rule(result, 'listed')).toMatchObject({ fired: { new: 0, live: 1, onlyLive: 1 }, undecided: 9 })
  expect(result.blind).toEqual({
    events: 11,
    because: [
      { what: 'item.text contains "hello"', events: 10 },
      { what: 'sealed_message is not logged', events: 1 },
    ],
  })
  // The last message is of somebody whose encrypted ones nobody counted: enough are known all the same.
  expect(rule(result, 'many')).toMatchObject({ undecided: 0, fired: { new: 5, live: 5 } })
  expect(result.drift).toMatchObject({ events: 0, unsure: 1 })
})

test('finds what did not happen as it was noted', async () => {
  const from = await past()
  await draft({ version: 2 })
  // Somebody changes what was decided: a line that says of a quiet event that a rule fired.
  const row = (await house.rows('replay_chunks')).toSorted((a, b) => Number(a.n) - Number(b.n))[2]
  const { head, lines } = unpackChunk(row?.body as Uint8Array)
  const changed = lines.map((line) => line.replace('"d":[0,[],[]]', '"d":[0,["many"],[]]'))
  expect(changed).not.toEqual(lines)
  const database = new DatabaseSync(join(house.place.folder, 'lamplighter.db'))
  database.prepare('update replay_chunks set body = ? where n = ?').run(packChunk(head, changed), Number(row?.n))
  database.close()
  const id = await start(2, from)
  await work()
  const { result } = await found(id)
  expect(result.drift).toEqual({ checked: 8, events: 1, unsure: 0, rules: [{ rule: 'many', events: 1 }] })
})

test('stopped in the middle it goes on with the next segment, and finds the same', async () => {
  const from = await past()
  house.clock.now += 14 * 24 * HOUR
  await ada.signIn()
  await past()
  await draft({ version: 2, from: 4 })
  const whole = await start(2, from)
  expect(await work()).toBe('completed')
  const id = await start(2, from)
  const { store } = house.context.storage
  const { tx } = store
  const stop = new AbortController()
  // The process is told to stop when the first segment has been noted.
  store.tx = (async (...given: Parameters<typeof tx>) => {
    const done = await tx.apply(store, given)
    if (given[0].name === 'replay.keep') stop.abort()
    return done
  }) as typeof tx
  expect(await work(stop.signal)).toBeInstanceOf(Error)
  store.tx = tx
  expect(await house.rows('backtest_parts')).toHaveLength(1)
  expect((await found(id)).state).toBe('running')
  expect(await work()).toBe('completed')
  expect((await found(id)).result).toEqual((await found(whole)).result)
  expect((await found(id)).result.events).toBe(18)
  expect(await house.rows('backtest_parts')).toHaveLength(0)
})

test('is cancelled for good, and says how far it is', async () => {
  const from = await past()
  await draft({ version: 2 })
  const id = await start(2, from)
  expect((await ada.call('GET', `/v1/jobs/${id}`)).body.state).toBe('waiting')
  expect((await ada.call('DELETE', `/v1/jobs/${id}`)).body).toEqual({ state: 'cancelled' })
  expect(await work()).toBe('done')
  expect(await found(id)).toMatchObject({ state: 'cancelled', result: null })
  expect((await ada.call('DELETE', `/v1/jobs/${id}`)).body.code).toBe('conflict')
  house.clock.now += 1_000
  const again = await start(2, from)
  await work()
  expect((await ada.call('GET', `/v1/jobs/${again}?wait=5`)).body).toEqual({
    state: 'done',
    progress: { done: 9, total: 9, perSecond: 0, etaS: 0 },
  })
  expect(
    (await ada.call('GET', `${path(2)}/backtests`)).body.items.map(({ state }: { state: string }) => state),
  ).toEqual(['done', 'cancelled'])
})

test('an approver who has opened it needs no shadow report', async () => {
  const from = await past()
  const hash = await draft({ version: 2, from: 4 })
  await ada.call('POST', `${path(2)}/shadow`, { body: {}, headers: { 'if-match': `"${hash}"` } })
  const approve = () => ben.call('POST', `${path(2)}/approvals`, { body: { hash, note: 'fewer' } })
  const id = await start(2, from)
  await found(id, ben)
  expect((await approve()).body.code).toBe('needs_unmet')
  await work()
  await found(id, ben)
  const agreed = await approve()
  expect([agreed.status, agreed.text]).toEqual([201, agreed.text])
})

test('says what people made of what it finds, as long as anybody can tell which events those were', async () => {
  const from = await past()
  const said = ['one', 'two', 'three', 'four'].map((word) => `${word} ${LISTED.blackmail_terms}`)
  for (const text of said) await send(text.slice(0, 3), text)
  const open = (await house.rows('cases')).map(({ number }) => Number(number)).slice(-4)
  // The first decision is made, the second finds nothing, the third is made and taken back within its ten seconds.
  const decide = async (number: number | undefined, choice: string) =>
    ada.decide(await ada.take(Number(number)), choice)
  await decide(open[0], 'warn')
  await decide(open[1], 'none')
  const { body } = await decide(open[2], 'warn')
  expect((await ada.call('POST', `/v1/decisions/${body.decision}/undo`, { body: {} })).status).toBe(200)
  await draft({ version: 2 })
  const outcomes = async () => {
    const id = await start(2, from)
    await work()
    return rule((await found(id)).result, 'listed')
  }
  expect(await outcomes()).toMatchObject({
    fired: { new: 5 },
    outcomes: { upheld: 1, overturned: 1, open: 3, untold: 0 },
  })
  house.clock.now += 14 * 24 * HOUR
  await house.context.replay.tend()
  await ada.signIn()
  expect(await outcomes()).toMatchObject({ outcomes: { upheld: 0, overturned: 0, open: 0, untold: 5 } })
})

test('a version of another schema cannot be asked', async () => {
  await past()
  await draft({ version: 2 })
  await house.context.registry.put({
    text: rulesOf({ version: 3 }),
    schemaText: `${schemaText}\n# another one\n`,
    reason: 'a test',
    doer: operatorDoer,
  })
  const body = { source: 'log', from: 0 }
  expect((await ada.call('POST', `${path(2)}/backtests`, { body })).body.code).toBe('conflict')
})

const COUNTED = `
  counter together = count by room.id on message over 1h exact up to 50
  rule crowd v1 {
    harm spam policy "SPAM-3" severity low phase follow
    on message
    when together >= 2
    then label "crowd"
    on unknown ignore
    because "{together}"
  }`

test('a share of the accounts: all of one account or nothing, and no number for rules that count what others do', async () => {
  await send('wren', 'good morning')
  house.clock.now += HOUR
  const from = house.clock.now
  const accounts = Array.from({ length: 12 }, (_, n) => `account-${n}`)
  // The counter of each reaches three once, whatever the others do in between.
  for (let n = 0; n < 3; n += 1) for (const account of accounts) await send(account, 'hello')
  const text = rulesOf({ version: 2 }).replace('  rule many', `${COUNTED}\n  rule many`)
  expect((await ada.call('POST', '/v1/rulesets/tiny/versions', { body: { text } })).status).toBe(201)
  const drawn = async (sample?: object) => {
    const { body } = await ada.call('POST', `${path(2)}/backtests`, { body: { source: 'log', from, sample } })
    expect(await work()).toBe('completed')
    return (await found(body.id)).result
  }
  const whole = await drawn()
  expect([whole.sample, whole.measured, rule(whole, 'crowd')]).toMatchObject([undefined, 36, { fired: { new: 35 } }])
  const half = await drawn({ percent: 50, seed: 'a' })
  expect(half.sample).toEqual({
    ...{ percent: 50, seed: 'a' },
    notMeasured: [{ rule: 'crowd', because: ['together'] }],
  })
  // Whether the first event of all is drawn too, which only warms, changes nothing of what is measured.
  const { new: fired } = (rule(half, 'many') as { fired?: { new: number } } | undefined)?.fired ?? { new: 0 }
  expect(fired).toBeGreaterThan(0)
  expect(fired).toBeLessThan(12)
  expect([half.measured, rule(half, 'crowd')]).toEqual([fired * 3, undefined])
  expect(half.drift).toMatchObject({ checked: fired * 3, events: 0 })
  expect(await drawn({ percent: 50, seed: 'a' })).toEqual(half)
  const named = await drawn({ percent: 99 })
  expect(named.sample.seed).toMatch(/^bt_/)
  for (const percent of [0, 100, 1.5]) {
    const { body } = await ada.call('POST', `${path(2)}/backtests`, {
      body: { source: 'log', from, sample: { percent } },
    })
    expect(body).toMatchObject({ code: 'invalid', pointer: '/sample/percent' })
  }
})
