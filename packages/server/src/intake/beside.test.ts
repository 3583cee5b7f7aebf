import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { countRules, inTrial } from '../policy/index.ts'
import { type House, messageOf, openHouse, type Person } from '../testing/house.ts'
import { operatorDoer } from '../testing/server.ts'
import { acceptEvent } from './event.ts'
import { type Gate, screenEvent } from './gate.ts'
import type { Bench } from './pipeline.ts'

const HOUR = 3_600_000
const schemaText = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/chat.schema.wick')), 'utf8')

interface Edition {
  readonly version: number
  readonly from: number
  readonly hours: number
  /** More rules and declarations. */
  readonly more?: string
}

/** Rules that limit whoever sends so many links, for so many hours. */
const rulesOf = ({ version, from, hours, more = '' }: Edition): string => `
  ruleset tiny version ${version} owner "lead@example.org"
  use schema chat version 1
  ${more.startsWith('signal') ? more : ''}
  rule links v${version} {
    harm spam policy "SPAM-3" severity low phase gate
    on message
    when item.link_count >= ${from}
    then limit "links" for ${hours}h
    because "{item.link_count} links"
    tell user "You can send links again soon."
  }
  rule reported v1 {
    harm spam policy "SPAM-3" severity low phase follow
    on report
    when report.harm == "spam"
    then queue "reports" within 24h
    on unknown ignore
    because "reported as spam"
  }
  ${more.startsWith('signal') ? '' : more}`
const forwarded = `rule forwarded v1 {
  harm spam policy "SPAM-3" severity low phase follow
  on message
  when item.forwarded
  then queue "reports" within 24h
  because "forwarded"
}`

let house: House
let ada: Person
let ben: Person
beforeEach(async () => {
  house = await openHouse({ demo: true, bare: true, rules: rulesOf({ version: 1, from: 2, hours: 1 }) })
  ada = await house.person('lead')
  ben = await house.person('lead')
})
afterEach(async () => {
  const { failures } = house
  await house.close()
  expect(failures).toEqual([])
})

let sent = 0
function linksFrom(actor: string, links: number, more: Record<string, unknown> = {}) {
  sent += 1
  const id = `l${sent}`
  return messageOf('see', { id, actor: { id: actor }, item: { id, text: 'see', link_count: links, ...more } })
}
const path = (version: number) => `/v1/rulesets/tiny/versions/${version}`
async function shadow(edition: Edition): Promise<string> {
  const { body } = await ada.call('POST', '/v1/rulesets/tiny/versions', { body: { text: rulesOf(edition) } })
  const answer = await step(edition.version, body.hash, 'shadow')
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200, body: { state: 'shadow' } })
  return body.hash
}
const step = (version: number, hash: string, name: string, body: object = {}) =>
  ada.call('POST', `${path(version)}/${name}`, { body, headers: { 'if-match': `"${hash}"` } })
const reportOn = async (version: number) =>
  Object.fromEntries(
    (await ada.call('GET', `${path(version)}/shadow-report`)).body.rules.map((rule: { rule: string }) => [
      rule.rule,
      rule,
    ]),
  )
const verdictRows = async () => house.rows('verdicts')
const put = (edition: Edition) =>
  house.context.registry.put({ text: rulesOf(edition), schemaText, reason: 'a test', doer: operatorDoer })

describe('a version in shadow', () => {
  test('is asked about every event and does nothing; the report says where it differs', async () => {
    const live = house.context.registry.live().hash
    await shadow({ version: 2, from: 3, hours: 1, more: forwarded })
    const verdicts = []
    for (const [actor, links, more] of [
      ['a', 2],
      ['b', 3],
      ['b', 4],
      ['c', 0, { forwarded: true }],
      ['d', 0],
    ] as const) {
      verdicts.push((await house.screen(linksFrom(actor, links, more ?? {}))).body.verdict)
    }
    await house.follow()
    expect(verdicts).toEqual(['limit', 'limit', 'limit', 'allow', 'allow'])
    expect(new Set((await verdictRows()).map(({ ruleset }) => ruleset))).toEqual(new Set([live]))
    expect(await house.rows('cases')).toEqual([])
    const report = await reportOn(2)
    expect(report.links).toMatchObject({
      asked: 5,
      fired: { new: 2, live: 3, both: 2, onlyNew: 0, onlyLive: 1 },
      undecided: 0,
      people: 1,
    })
    expect(report.forwarded).toMatchObject({ asked: 5, fired: { new: 1, live: 0, onlyNew: 1 }, people: 1 })
  })

  test('counts an event once, though gate and follow both judge it, and one that was never screened', async () => {
    await shadow({ version: 2, from: 3, hours: 1, more: forwarded })
    await house.screen(linksFrom('a', 5, { forwarded: true }))
    await house.platform('POST', '/v1/events', { body: linksFrom('b', 5, { forwarded: true }) })
    await house.follow()
    const report = await reportOn(2)
    expect([report.links.asked, report.links.fired.new]).toEqual([2, 2])
    expect([report.forwarded.asked, report.forwarded.fired.new]).toEqual([2, 2])
  })

  test('counts a rule that it no longer has as gone', async () => {
    await put({ version: 2, from: 2, hours: 1, more: forwarded })
    await shadow({ version: 3, from: 2, hours: 1 })
    await house.screen(linksFrom('a', 0, { forwarded: true }))
    await house.follow()
    expect((await reportOn(3)).forwarded).toMatchObject({ asked: 1, fired: { new: 0, live: 1, onlyLive: 1 } })
  })

  test('that throws touches nothing, counts nothing, and never goes live', async () => {
    const hash = await shadow({ version: 2, from: 3, hours: 1 })
    const { bench } = house.context.intake
    const broken: Bench['running'] = () => {
      const running = bench.running()
      const { beside } = running
      if (beside === undefined) return running
      const judge = () => {
        throw new Error('made up')
      }
      return {
        ...running,
        beside: { ...beside, rules: { ...beside.rules, program: { ...beside.rules.program, judge } } },
      }
    }
    const gate: Gate = { ...house.context.intake, bench: { ...bench, running: broken } }
    for (let n = 0; n < 5; n += 1) expect((await screen(linksFrom('a', 2), gate)).verdict).toBe('limit')
    expect((await reportOn(2)).links).toBeUndefined()
    const refused = await step(2, hash, 'live', { reason: 'x' })
    expect(refused.body.errors.map(({ code }: { code: string }) => code)).toContain('shadow_short')
  })

  test('that asks a signal of its own makes nobody wait: the live version has spoken before', async () => {
    const more = `signal late : bool from time_finder(item.text) within 800ms
      rule late_one v1 {
        harm spam policy "SPAM-3" severity low phase gate
        on message
        when late
        then queue "reports" within 24h
        on unknown ignore
        because "late"
      }`
    await shadow({ version: 2, from: 2, hours: 1, more })
    const { bench } = house.context.intake
    const order: string[] = []
    const tally: Bench['tally'] = {
      saw: (seen) => {
        order.push('live')
        bench.tally.saw(seen)
      },
      later: (judge) => bench.tally.later(judge),
    }
    const time = () => {
      order.push('signal of the shadow')
      return true
    }
    const gate: Gate = {
      ...house.context.intake,
      bench: { ...bench, tally, providers: new Map([...bench.providers, ['time_finder', time] as const]) },
    }
    expect(await screen(linksFrom('a', 2), gate)).toMatchObject({ verdict: 'limit', unknown: [] })
    expect((await reportOn(2)).late_one).toMatchObject({ asked: 1, fired: { new: 1, onlyNew: 1 } })
    expect(order).toEqual(['live', 'signal of the shadow'])
  })
})

const screen = (event: Record<string, unknown>, gate: Gate) => {
  const { schema } = house.context.registry.live()
  const edge = acceptEvent(event, schema, { connection: 'main', now: house.clock.now })
  if (!('accepted' in edge)) throw new Error(JSON.stringify(edge.faults))
  return screenEvent(edge.accepted, gate, 10_000)
}

test('a trial acts for its share and for nobody else; both outcomes are counted, and the record names who acted', async () => {
  const live = house.context.registry.live().hash
  const hash = await shadow({ version: 2, from: 3, hours: 2 })
  await pretendEvents(2, 1_000)
  house.clock.now += HOUR
  await ben.call('GET', `${path(2)}/shadow-report`)
  await ben.call('POST', `${path(2)}/approvals`, { body: { hash, note: '' } })
  const trial = await step(2, hash, 'trial', { percent: 30, by: 'actor.id' })
  expect({ status: trial.status, body: trial.body }).toMatchObject({ status: 200, body: { state: 'trial' } })
  const before = (await reportOn(2)).links
  const actors = Array.from({ length: 40 }, (_, n) => `t${n}`)
  const shares = actors.map((actor) => inTrial(hash, actor, 30))
  expect(new Set(shares)).toEqual(new Set([true, false]))
  for (const [n, actor] of actors.entries()) {
    const event = linksFrom(actor, 2)
    expect([actor, (await house.screen(event)).body.verdict]).toEqual([actor, shares[n] ? 'allow' : 'limit'])
    const { body } = await house.screen(linksFrom(actor, 3))
    const row = (await verdictRows()).find(({ id }) => id === body.decision)
    expect([row?.ruleset, body.effects[0].for]).toEqual([shares[n] ? hash : live, (shares[n] ? 2 : 1) * HOUR])
  }
  const after = (await reportOn(2)).links
  expect(after.asked - before.asked).toBe(80)
  expect([after.fired.new, after.fired.live, after.fired.onlyLive]).toEqual([40, 80, 40])
})

test('a paused rule does nothing, is still counted, and goes on by itself', async () => {
  const { hash } = house.context.registry.live()
  const pause = await ada.call('POST', '/v1/rulesets/tiny/rules/links/pause', {
    body: { reason: 'too many', until: house.clock.now + HOUR },
    headers: { 'if-match': `"${hash}"` },
  })
  expect(pause.status).toBe(200)
  const paused = await house.screen(linksFrom('a', 2))
  expect([paused.body.verdict, paused.body.effects, paused.body.because]).toEqual(['allow', [], []])
  expect(await verdictRows()).toEqual([])
  await house.context.tally.flush()
  expect(await house.rows('rule_hours')).toContainEqual(
    expect.objectContaining({ rule: 'links', version: 1, fired: 1 }),
  )
  house.clock.now += HOUR
  expect((await house.screen(linksFrom('a', 2))).body.verdict).toBe('limit')
})

test('a rule that fires far more often than in shadow stops acting: all it finds is one case, until a lead resumes it', async () => {
  const hash = await shadow({ version: 2, from: 2, hours: 1 })
  await pretendEvents(2, 1_000)
  house.clock.now += HOUR
  await ben.call('GET', `${path(2)}/shadow-report`)
  await ben.call('POST', `${path(2)}/approvals`, { body: { hash, note: '' } })
  expect((await step(2, hash, 'live', { reason: 'x' })).status).toBe(200)
  const once = async () => (await house.screen(linksFrom('a', 2))).body
  for (let n = 0; n < 20; n += 1) expect((await once()).verdict).toBe('limit')
  await house.context.tally.flush()
  expect((await once()).verdict).toBe('limit')
  await house.context.tally.flush()
  const stopped = [await once(), await once()]
  expect(stopped.map(({ verdict, effects }) => [verdict, effects.map((effect: { do: string }) => effect.do)])).toEqual([
    ['allow', ['queue']],
    ['allow', ['queue']],
  ])
  expect((await house.rows('cases')).map(({ kind, words, lane }) => [kind, words, lane])).toEqual([
    ['gathered', 'fires far more often than it did: links', 'unscreened'],
  ])
  const seen = async () => (await ada.call('GET', '/v1/rulesets/tiny')).body
  expect(await seen()).toMatchObject({
    alerts: [{ kind: 'breaker', rule: 'links', roles: ['lead'] }],
    breakers: expect.arrayContaining([{ version: 2, rule: 'links', ceiling: 20, openSince: house.clock.now }]),
  })
  const resumed = await ada.call('DELETE', '/v1/rulesets/tiny/rules/links/pause', {
    headers: { 'if-match': `"${hash}"` },
  })
  expect(resumed.status).toBe(200)
  expect((await once()).verdict).toBe('limit')
  // The hour in which it was resumed is over for the breaker.
  await house.context.tally.flush()
  expect((await once()).verdict).toBe('limit')
})

test('each event is judged by exactly one version while versions are swapped and rolled back, and none is lost', async () => {
  const first = house.context.registry.live().hash
  let going = true
  const answers: { id: string; answer: { status: number; body: { decision: string; effects: { for: number }[] } } }[] =
    []
  const traffic = Array.from({ length: 4 }, async () => {
    while (going) {
      const event = linksFrom(`s${sent}`, 5)
      let answer = await house.screen(event)
      // Writers that meet may be told "busy"; the platform sends the same event again.
      while (answer.status === 503) answer = await house.screen(event)
      answers.push({ id: String(event.id), answer })
    }
  })
  const heard = (more: number) => waitFor(answers.length + more, () => answers.length)
  await heard(10)
  await put({ version: 2, from: 2, hours: 2 })
  const second = house.context.registry.live().hash
  // Whoever asks from here on is judged by the second.
  const swapped = answers.length + 4
  await heard(14)
  const back = await ada.call('POST', '/v1/rulesets/tiny/rollback', {
    body: { reason: 'too long' },
    headers: { 'if-match': `"${second}"` },
  })
  expect(back.status).toBe(200)
  expect(house.context.registry.live().hash).toBe(first)
  await heard(14)
  going = false
  await Promise.all(traffic)
  await house.follow()
  const rows = await verdictRows()
  const hours = new Map([
    [first, 1],
    [second, 2],
  ])
  for (const { id, answer } of answers) {
    const own = rows.filter(({ event_key }) => String(event_key).endsWith(`|${id}`))
    expect([answer.status, own.map(({ id: decision }) => decision)]).toEqual([200, [answer.body.decision]])
    expect(answer.body.effects.map((effect) => effect.for)).toEqual([(hours.get(String(own[0]?.ruleset)) ?? 0) * HOUR])
  }
  const ruleset = ({ id }: { id: string }) => rows.find((row) => String(row.event_key).endsWith(`|${id}`))?.ruleset
  expect([ruleset(answers[0] ?? expect.fail()), ruleset(answers.at(-1) ?? expect.fail())]).toEqual([first, first])
  expect(answers.slice(swapped).some((one) => ruleset(one) === second)).toBe(true)
})

async function waitFor(count: number, now: () => number): Promise<void> {
  while (now() < count) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** As if so many events had been judged beside the live version in this hour. */
async function pretendEvents(version: number, asked: number): Promise<void> {
  const none = { fired: 0, undecided: 0, only_new: 0, only_live: 0, people: 0 }
  const hour = house.clock.now - (house.clock.now % HOUR)
  const counts = ['links', 'reported'].map((rule) => ({ name: 'tiny', version, rule, hour, asked, ...none }))
  await house.context.storage.store.tx(countRules, { counts, keys: await house.context.transparency.keysFor([]) })
}
