import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StorageError } from '../storage/index.ts'
import { engines } from '../storage/testing/engines.ts'
import { type House, messageOf, openHouse } from '../testing/house.ts'
import { operatorDoer } from '../testing/server.ts'

/** Counts what each account sends, who gets it, and acts on it in the gate and after. */
const COUNTING = `ruleset counting version 1 owner "lead@harbour.example"
use schema chat version 1
counter sent = count by actor.id on message over 10m exact up to 50
counter met = distinct target.id by actor.id on message where not tie.connected over 24h exact up to 20
rule many v1 {
  harm spam policy "SPAM-3" severity low phase gate
  on message
  when sent >= 5
  then limit "messages" for 1h
  on unknown ignore
  because "{sent} messages in ten minutes"
  tell user "You sent many messages. New ones wait for an hour."
}
rule many_strangers v1 {
  harm spam policy "SPAM-3" severity medium phase follow
  on message
  when met >= 3
  then queue "reports" within 4h
  on unknown queue "reports" within 24h
  because "{met} strangers in a day"
}
`

describe.each(engines)('rules that count, on $name', (engine) => {
  let house: House
  let now: number
  const message = (n: number, more: Record<string, unknown> = {}) =>
    messageOf('hello there', {
      id: `m-${n}`,
      occurred_at: new Date(now + n * 1_000).toISOString(),
      target: { id: `friend-${n}` },
      tie: { connected: false },
      ...more,
    })
  const reasons = async (event: Record<string, unknown>) => {
    const { status, body } = await house.screen(event)
    expect(status).toBe(200)
    return body.because
  }

  beforeEach(async () => {
    house = await openHouse({ engine, rules: COUNTING })
    now = house.clock.now
  })
  afterEach(() => house.close())

  it('the gate acts on the event that makes the number full, and on none before', async () => {
    for (let n = 1; n < 5; n++) expect(await reasons(message(n))).toEqual([])
    expect(await reasons(message(5))).toEqual(['5 messages in ten minutes'])
    const { body } = await house.screen(message(6))
    expect(body).toMatchObject({ verdict: 'limit', effects: [{ do: 'limit', what: 'messages' }] })
  })

  it('platform P-07 (with counters): the same event by both doors, twice each and at once, counts once', async () => {
    const doubled = [1, 2, 3, 4].flatMap((n) => {
      const event = message(n)
      const events = () => house.platform('POST', '/v1/events', { body: [event] })
      return [house.screen(event), house.screen(event), events(), events()]
    })
    await Promise.all(doubled)
    await house.follow()
    expect(await reasons(message(5))).toEqual(['5 messages in ten minutes'])
  })

  it('platform P-08 (with counters): the same id with another body is judged again, and counts no more', async () => {
    for (let n = 1; n < 5; n++) await reasons(message(n))
    expect(await reasons(message(4, { item: { id: 'm-4', text: 'hello again' } }))).toEqual([])
    expect(await reasons(message(5))).toEqual(['5 messages in ten minutes'])
  })

  it('follow counts a batch in the order of the stream, and the explanation names the events', async () => {
    await house.platform('POST', '/v1/events', { body: [1, 2, 3].map((n) => message(n)) })
    expect(await house.follow()).toBe(0)
    const cases = (await house.rows('cases')).filter((row) => row.lane === 'reports')
    expect(cases.map((row) => row.words)).toEqual(['message: many strangers'])
    const lead = await house.person('lead')
    const opened = await lead.take(Number((await house.newestCase()).number))
    expect(JSON.stringify(opened)).toContain('3 strangers in a day')
  })

  it('a store that is away leaves the rule unknown in the gate, never quiet; the follow-up counts later', async () => {
    const { intake } = house.context
    const counters = intake.bench.counters
    const away = { ...counters, apply: () => Promise.reject(new StorageError('busy', 'made up')) }
    Object.assign(intake.bench, { counters: away })
    const { body } = await house.screen(message(1))
    expect(body).toMatchObject({ verdict: 'allow' })
    expect((await house.rows('cases')).filter((row) => row.lane === 'reports')).toEqual([])
    Object.assign(intake.bench, { counters })
    await house.platform('POST', '/v1/events', { body: [2, 3].map((n) => message(n)) })
    await house.follow()
    // The first one went on to follow, so it is counted there.
    expect((await house.rows('cases')).filter((row) => row.lane === 'reports')).toHaveLength(1)
  })

  it('an event that the gate could not count goes on, though no rule asks for it', async () => {
    const { registry, intake } = house.context
    const text = `${COUNTING.slice(0, COUNTING.indexOf('rule many_strangers'))}`.replace(
      'version 1 owner',
      'version 2 owner',
    )
    const { schemaText } = registry.live()
    const lone = text.replace(/counter met .*\n/, '')
    await registry.put({ text: lone, schemaText, doer: operatorDoer, reason: 'the gate alone', seen: 'all' })
    const counters = intake.bench.counters
    Object.assign(intake.bench, {
      counters: { ...counters, apply: () => Promise.reject(new StorageError('busy', 'made up')) },
    })
    expect(await reasons(message(1))).toEqual([])
    Object.assign(intake.bench, { counters })
    for (let n = 2; n < 5; n++) expect(await reasons(message(n))).toEqual([])
    await house.follow()
    expect(await reasons(message(5))).toEqual(['5 messages in ten minutes'])
  })

  it('until a counter is warm, what is undecided by that alone is not acted on', async () => {
    const { registry } = house.context
    const text = COUNTING.replace('ruleset counting version 1', 'ruleset counting version 2')
      .replace('24h exact', '12h exact')
      .replace('rule many_strangers v1', 'rule many_strangers v2')
    const { schemaText } = registry.live()
    await registry.put({ text, schemaText, doer: operatorDoer, reason: 'a new window' })
    now = house.clock.now
    await house.platform('POST', '/v1/events', { body: [message(1)] })
    expect(await house.follow()).toBe(0)
    expect((await house.rows('cases')).filter((row) => row.lane === 'reports')).toEqual([])
    await house.platform('POST', '/v1/events', { body: [2, 3].map((n) => message(n)) })
    await house.follow()
    expect((await house.rows('cases')).filter((row) => row.lane === 'reports')).toHaveLength(1)
  })

  it('what was counted outlives a restart', async () => {
    for (let n = 1; n < 5; n++) await reasons(message(n))
    await house.reopen()
    expect(await reasons(message(5))).toEqual(['5 messages in ten minutes'])
  })
})
