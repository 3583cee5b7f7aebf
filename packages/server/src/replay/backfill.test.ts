import type { CounterSpec, Reading } from '@lamplighter/rules'
import { Random } from '@lamplighter/rules/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LIVE } from '../counters/index.ts'
import { FOLLOW, takenByNow } from '../intake/index.ts'
import { engines } from '../storage/testing/engines.ts'
import { type House, LISTED, messageOf, openHouse, type Person, reportOf } from '../testing/house.ts'
import { operatorDoer } from '../testing/server.ts'
import { BACKFILL, backfillHandler, startProgress } from './index.ts'
import { keepTraces, removeChunks } from './store.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const AHEAD = 2 * MINUTE

/** What version 2 counts and version 1 does not. */
const COUNTERS = `
  counter sent = count by actor.id on message over 2h exact up to 4
  counter met = distinct target.id by actor.id on message where tie.first_contact over 3h exact up to 3
  counter linked = sum item.link_count by actor.id on message over 2h exact up to 30
  counter bad = count by actor.id on message where item.text contains any blackmail_terms over 2h exact up to 30
  counter roughly = count by actor.id on message over 2h approx
  counter told_of = count by target.id on report over 2h exact up to 9
  counter striped = count by actor.id on message where item.text contains "zebra" over 2h exact up to 9
  counter hushed = count by actor.id on message, sealed_message over 1h exact up to 9
  rule many v1 {
    harm spam policy "SPAM-3" severity low phase follow
    on message
    when sent >= 3
    then label "many"
    on unknown ignore
    because "{sent}"
  }`
const rulesOf = (version: number): string => `
  ruleset tiny version ${version} owner "lead@example.org"
  use schema chat version 1
  list blackmail_terms: text from "test"
  rule listed v1 {
    harm spam policy "SPAM-3" severity low phase follow
    on message
    when item.text contains any blackmail_terms
    then label "listed"
    on unknown ignore
    because "listed"
  }${version === 1 ? '' : COUNTERS}`

/** One event as it truly was. */
interface Truth {
  readonly kind: 'message' | 'report'
  readonly at: number
  readonly actor: string
  readonly target: string
  readonly first: boolean
  readonly links: number
  readonly text: string
}

const NAMES = ['kestrel', 'plover', 'heron']
const TEXTS = ['hello', `${LISTED.blackmail_terms}!`, 'a zebra']

describe.each(engines)('counters filled from the log, on $name', (engine) => {
  let house: House
  let ada: Person
  let past: Truth[]
  let count: number
  /** What happens between two steps of a backfill. */
  let beforeFill: () => Promise<unknown>
  let afterFill: () => Promise<unknown>
  let beforeEnd: () => Promise<unknown>
  beforeEach(async () => {
    house = await openHouse({ engine, demo: true, rules: rulesOf(1) })
    ada = await house.person('lead')
    past = []
    count = 0
    beforeFill = async () => undefined
    afterFill = async () => undefined
    beforeEnd = async () => undefined
  })
  afterEach(async () => {
    const { failures } = house
    await house.close()
    expect(failures).toEqual([])
  })

  interface Wish extends Partial<Omit<Truth, 'at'>> {
    /** How far the platform's clock is off. */
    readonly off?: number
  }
  /** An event that the platform sends now, noted as it truly was. */
  function made({ kind = 'message', off = 0, ...more }: Wish = {}): Record<string, unknown> {
    count += 1
    const { actor = 'kestrel', target = `t${count}`, first = true, links = 0, text = 'hello' } = more
    const occurred = house.clock.now + off
    past.push({ kind, at: Math.min(occurred, house.clock.now + AHEAD), actor, target, first, links, text })
    const common = { id: `e${count}`, occurred_at: new Date(occurred).toISOString(), target: { id: target } }
    if (kind === 'report') return reportOf(`i${count}`, { ...common, actor: { id: actor } })
    return messageOf(text, {
      ...common,
      actor: { id: actor, age_band: 'adult' },
      tie: { first_contact: first },
      item: { id: `i${count}`, text, link_count: links },
    })
  }
  const post = async (...events: object[]): Promise<void> => {
    const { status, text } = await house.platform('POST', '/v1/events', { body: events })
    expect([status, text]).toEqual([202, text])
  }
  async function sent(wish: Wish = {}): Promise<void> {
    house.clock.now += SECOND
    await post(made(wish))
    await house.follow()
  }
  async function shadow(): Promise<number> {
    house.clock.now += SECOND
    const { body, text } = await ada.call('POST', '/v1/rulesets/tiny/versions', { body: { text: rulesOf(2) } })
    expect([body.version, text]).toEqual([2, text])
    const stepped = await ada.call('POST', '/v1/rulesets/tiny/versions/2/shadow', {
      body: {},
      headers: { 'if-match': `"${body.hash}"` },
    })
    expect([stepped.status, stepped.text]).toEqual([200, stepped.text])
    return house.clock.now
  }
  const path = '/v1/rulesets/tiny/versions/2/backfills'
  async function asked(counters?: string[]): Promise<string> {
    house.clock.now += SECOND
    const { status, body } = await ada.call('POST', path, { body: { source: 'log', ...(counters && { counters }) } })
    expect([status, body]).toEqual([202, { id: expect.stringMatching(/^bf_/) }])
    return body.id
  }
  /** What the worker does with the job. */
  async function work(signal = AbortSignal.timeout(60_000)): Promise<unknown> {
    const { storage, registry, keyring, counters, intake, settings } = house.context
    const handler = backfillHandler({
      ...{ storage, registry, keyring },
      counters: {
        async alone(end) {
          await beforeEnd()
          return counters.alone(end)
        },
        async fill(...given) {
          await beforeFill()
          await counters.fill(...given)
          await afterFill()
        },
      },
      progress: startProgress(() => performance.now()),
      now: () => house.clock.now,
      takenByNow: () => takenByNow({ flights: intake.flights, stream: storage.stream }, FOLLOW),
      changedAt: () => settings.changedAt('replay.days', 'replay.segmentDays'),
    })
    const [job] = await storage.jobs.claim(BACKFILL.queue, 1, 60_000)
    if (job === undefined) return 'nothing to do'
    const ending = await handler(job, { signal, claimed: () => job }).catch((error: Error) => error)
    if (ending === 'done') await storage.jobs.complete(job)
    if (ending instanceof Error) await storage.jobs.retry(job, 'stopped', house.clock.now)
    return ending
  }
  const found = async (id: string) => (await ada.call('GET', `/v1/backfills/${id}`)).body
  async function filled(counters?: string[]) {
    const id = await asked(counters)
    expect(await work()).toBe('completed')
    const { state, result } = await found(id)
    expect(state).toBe('done')
    return new Map<string, { since: number; limit: string; what: string | null; from: number }>(
      result.counters.map((one: { counter: string }) => [one.counter, one]),
    )
  }

  const specOf = (name: string): CounterSpec => {
    const { live, beside } = house.context.registry.running()
    const counter = (beside?.rules ?? live).program.ruleset.counters.get(name)
    if (counter === undefined) throw new Error(`no counter ${name}`)
    return counter.spec
  }
  async function read(name: string, key: string, at = house.clock.now): Promise<Reading> {
    const op = { counter: specOf(name), key: [key], at, event: 'asks', where: undefined, readOnly: true }
    const [reading] = await house.context.counters.apply(LIVE, [op])
    if (reading === undefined) throw new Error('no reading')
    return reading
  }
  /** What a counter truly is of somebody. */
  function truth(name: string, key: string, at: number): number {
    const { over } = specOf(name)
    const within = past.filter((one) => one.at > at - over && one.at <= at)
    const own = within.filter((one) => one.kind === 'message' && one.actor === key)
    switch (name) {
      case 'met':
        return new Set(own.filter(({ first }) => first).map(({ target }) => target)).size
      case 'linked':
        return own.reduce((sum, { links }) => sum + links, 0)
      case 'bad':
        return own.filter(({ text }) => text.includes(LISTED.blackmail_terms)).length
      case 'striped':
        return own.filter(({ text }) => text.includes('zebra')).length
      case 'told_of':
        return within.filter((one) => one.kind === 'report' && one.target === key).length
      default:
        return own.length
    }
  }
  /** Compares every counter with the truth, now and some time ago. Gives how many readings were closed. */
  async function compare(names: readonly string[], ago: readonly number[]): Promise<number> {
    let closed = 0
    for (const name of names)
      for (const key of NAMES)
        for (const back of ago) {
          const at = house.clock.now - back
          const reading = await read(name, key, at)
          const is = truth(name, key, at)
          // An estimate of so few is within one of them.
          const slack = name === 'roughly' ? 1 : 0
          const { low, high, flags } = reading
          const told = `${name} of ${key} ${back} ago is ${is}, read ${low} to ${high} (${flags.join()})`
          expect([low <= is + slack && is <= high + slack, told]).toEqual([true, told])
          if (Number.isFinite(high)) closed += 1
        }
    return closed
  }
  const LOGGED = ['sent', 'met', 'linked', 'bad', 'roughly', 'told_of']

  test.each([1, 2])(
    'rules 6.4: no reading is outside its interval, whatever comes meanwhile, killed or not (seed %i)',
    async (seed) => {
      const random = new Random(seed)
      const wish = (): Wish => ({
        kind: random.chance(0.15) ? 'report' : 'message',
        actor: random.pick(NAMES),
        target: random.pick([...NAMES, 'wren', 'gull', 'tern']),
        first: random.chance(0.7),
        links: random.int(0, 2),
        text: random.pick(TEXTS),
        // Some are late, and some clocks run ahead by more than is believed.
        off: random.chance(0.15) ? -random.int(0, 100) * MINUTE : random.chance(0.15) ? random.int(0, 200) * SECOND : 0,
      })
      let again: object = {}
      let waits = false
      const some = async (): Promise<void> => {
        house.clock.now += (!waits && random.chance(0.25) ? 25 : random.int(1, 2)) * MINUTE
        const wishes = [wish(), wish()]
        // The platform is told to wait while something old waits to be judged.
        const isLate = wishes.some(({ off = 0 }) => off < 0)
        const [one, two] = [made(wishes[0]), made(wishes[1])]
        if (one.kind === 'message') expect((await house.screen(one)).status).toBe(200)
        else expect((await house.report(one)).status).toBeLessThan(300)
        if (isLate) await house.follow()
        await post(two, ...(random.chance(0.3) && 'id' in again ? [again] : []))
        again = two
        waits = !isLate && !waits && random.chance(0.4)
        if (!waits) await house.follow()
      }
      await sent()
      house.clock.now += 2 * HOUR
      for (let n = 0; n < 24; n += 1) await some()
      const begun = await shadow()
      expect((await read('sent', 'kestrel')).high).toBe(Number.POSITIVE_INFINITY)
      for (let n = 0; n < 3; n += 1) await some()
      const id = await asked()
      // Live events between two steps of it, and a kill in the middle.
      let steps = 0
      let events = 0
      const dies = 7
      let following: Promise<unknown> = Promise.resolve()
      beforeFill = async () => {
        if (++steps === dies) throw new Error('killed')
        if (steps % 4 !== 0) return
        events += 1
        await following
        await some()
        await compare(LOGGED, [0])
      }
      // What waits in the stream is judged meanwhile; it waits for that.
      const dying = work()
      following = house.follow()
      await following
      expect(await dying).toBeInstanceOf(Error)
      expect((await found(id)).state).toBe('running')
      await house.reopen()
      for (const { since } of await house.rows('counters')) expect(Number(since)).toBe(begun)
      await compare(LOGGED, [0, 20 * MINUTE])
      const working = work()
      following = house.follow()
      await following
      expect(await working).toBe('completed')
      expect(events).toBeGreaterThan(2)
      const { result } = await found(id)
      expect(result.counters.map(({ counter }: { counter: string }) => counter)).toEqual([...LOGGED, 'striped'])
      for (const one of result.counters)
        expect([one.counter, one.limit]).toEqual([one.counter, one.counter === 'striped' ? 'missing' : 'window'])
      // What is still on its way is no part of anybody's number yet.
      await house.follow()
      expect(await compare(LOGGED, [0, 20 * MINUTE])).toBeGreaterThan(20)
      for (let n = 0; n < 6; n += 1) await some()
      await house.follow()
      expect(await compare([...LOGGED, 'striped'], [0, 20 * MINUTE, 45 * MINUTE])).toBeGreaterThan(15)
    },
    600_000,
  )

  test('an event that was being judged when its counter began is counted, though it is settled later', async () => {
    await sent()
    house.clock.now += 3 * HOUR
    const { store } = house.context.storage
    const { tx } = store
    const [reached, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    store.tx = (async (...given: Parameters<typeof tx>) => {
      if (given[0].name === 'intake.settle') {
        reached.resolve()
        await held.promise
      }
      return tx.apply(store, given)
    }) as typeof tx
    await post(made())
    const following = house.follow()
    await reached.promise
    store.tx = tx
    await shadow()
    await asked(['sent'])
    const working = work()
    expect(await Promise.race([working, new Promise((resolve) => setTimeout(resolve, 300, 'waits'))])).toBe('waits')
    held.resolve()
    await following
    expect(await working).toBe('completed')
    expect(await read('sent', 'kestrel')).toMatchObject({ low: 1, high: 1 })
  })

  test('a report that was being judged when its counter began is counted, though it is settled later', async () => {
    await sent()
    house.clock.now += 3 * HOUR
    await sent()
    const { store } = house.context.storage
    const { tx } = store
    const [reached, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    store.tx = (async (...given: Parameters<typeof tx>) => {
      if (given[0].name === 'intake.report') {
        reached.resolve()
        await held.promise
      }
      return tx.apply(store, given)
    }) as typeof tx
    const reporting = house.report(made({ kind: 'report', target: 'kestrel' }))
    await reached.promise
    store.tx = tx
    await shadow()
    await asked(['told_of'])
    const working = work()
    expect(await Promise.race([working, new Promise((resolve) => setTimeout(resolve, 300, 'waits'))])).toBe('waits')
    held.resolve()
    expect((await reporting).status).toBeLessThan(300)
    expect(await working).toBe('completed')
    expect(await read('told_of', 'kestrel')).toMatchObject({ low: 1, high: 1 })
  })

  test('an event that the gate has judged before is counted before anything is said, though follow comes late', async () => {
    await sent()
    house.clock.now += 3 * HOUR
    expect((await house.screen(made())).status).toBe(200)
    await shadow()
    const id = await asked(['sent'])
    const working = work()
    expect(await Promise.race([working, new Promise((resolve) => setTimeout(resolve, 600, 'waits'))])).toBe('waits')
    expect(await read('sent', 'kestrel')).toMatchObject({ high: Number.POSITIVE_INFINITY })
    await house.follow()
    expect(await working).toBe('completed')
    expect((await found(id)).result.counters).toMatchObject([{ limit: 'window' }])
    expect(await read('sent', 'kestrel')).toMatchObject({ low: 1, high: 1 })
  })

  test('stopped while it waits for what was taken before, it ends', async () => {
    await sent()
    await post(made())
    await shadow()
    const id = await asked(['sent'])
    const working = work()
    expect((await ada.call('DELETE', `/v1/jobs/${id}`)).status).toBe(200)
    expect(await working).toBe('done')
  })

  test('reaches two minutes past the first chunk of the log, and no further', async () => {
    // Nobody has kept it: its clock runs ahead, and it counts in the window that begins after the log did.
    await house.context.settings.put('replay.days', '0', { reason: 'x', doer: operatorDoer })
    house.clock.now += SECOND
    await house.context.replay.tend()
    await sent({ off: AHEAD - SECOND })
    await house.context.settings.put('replay.days', '28', { reason: 'x', doer: operatorDoer })
    await sent()
    const begins = house.clock.now
    house.clock.now += HOUR
    await shadow()
    const one = (await filled()).get('sent')
    expect(one).toMatchObject({ since: begins + AHEAD, limit: 'log' })
    house.clock.now = begins + AHEAD + 2 * HOUR - 1
    expect((await read('sent', 'kestrel')).flags).toContain('warming')
    house.clock.now += 1
    expect(await read('sent', 'kestrel')).toMatchObject({ low: 0, high: 0 })
    await compare(['sent'], [0])
  })

  test('reaches the end of the last gap only: while the log was off nothing was kept', async () => {
    await sent()
    house.clock.now += MINUTE
    await house.context.settings.put('replay.days', '0', { reason: 'x', doer: operatorDoer })
    await sent()
    await house.context.settings.put('replay.days', '28', { reason: 'x', doer: operatorDoer })
    // The hour has not come in which what was kept before goes.
    expect(await house.rows('replay_chunks')).toHaveLength(1)
    house.clock.now += 10 * MINUTE
    await sent()
    const again = house.clock.now
    house.clock.now += HOUR
    await shadow()
    expect((await filled()).get('sent')).toMatchObject({ since: again + AHEAD, limit: 'gap' })
  })

  test('reaches nowhere when what is kept was changed and nothing came since', async () => {
    await sent()
    house.clock.now += HOUR
    const begun = await shadow()
    house.clock.now += SECOND
    await house.context.settings.put('replay.days', '20', { reason: 'x', doer: operatorDoer })
    expect((await filled()).get('sent')).toMatchObject({ since: begun, from: begun, limit: 'gap' })
  })

  test('reaches past lines that were written to a segment that is closed', async () => {
    await sent()
    const { store } = house.context.storage
    house.clock.now += SECOND
    const tray = { segment: 'key_closed', head: { v: 1, by: [], sets: [] } } as const
    await store.tx(keepTraces, { tray, traces: [{ at: house.clock.now, unlogged: 'message' }] })
    const closed = house.clock.now
    await sent()
    house.clock.now += HOUR
    await shadow()
    expect((await filled(['sent'])).get('sent')).toMatchObject({ since: closed + AHEAD, limit: 'gap' })
  })

  test('reaches past events that could not be judged: nobody knows what they count', async () => {
    await sent()
    house.clock.now += 3 * HOUR
    const { vault } = house.context
    const { find } = vault
    vault.find = () => Promise.reject(new Error('made up'))
    await post({ ...made(), media: [{ id: 'poison', type: 'image/png' }] })
    expect(await house.follow()).toBe(1)
    vault.find = find
    const at = house.clock.now
    await sent()
    house.clock.now += HOUR
    await shadow()
    const counters = await filled()
    expect(counters.get('sent')).toMatchObject({ since: at + AHEAD, limit: 'missing' })
    // It was a message, and no report.
    expect(counters.get('told_of')).toMatchObject({ limit: 'window' })
  })

  test('reaches past chunks that go while it reads', async () => {
    for (let n = 0; n < 19; n += 1) await sent()
    const chunks = (await house.rows('replay_chunks')).toSorted((a, b) => Number(a.n) - Number(b.n))
    house.clock.now += HOUR
    await shadow()
    const { store } = house.context.storage
    beforeFill = () => store.tx(removeChunks, { before: Number(chunks[17]?.at) })
    const { since, limit } = (await filled(['sent'])).get('sent') ?? {}
    expect([since, limit]).toEqual([Number(chunks[17]?.at) + AHEAD, 'gap'])
  })

  test('counters of what the log does not hold go on warming, and it says which question that is', async () => {
    await sent()
    house.clock.now += 3 * HOUR
    await sent({ text: 'a zebra' })
    const last = house.clock.now
    await shadow()
    const counters = await filled()
    expect(counters.get('striped')).toMatchObject({ since: last, limit: 'missing', what: 'item.text contains "zebra"' })
    expect(counters.get('bad')).toMatchObject({ limit: 'window', what: null })
    // What was asked in shadow is kept from there on.
    await sent({ text: 'a zebra' })
    expect(await read('striped', 'kestrel')).toMatchObject({ low: 1, high: Number.POSITIVE_INFINITY })
  })

  test('refuses what the log can never tell, what is not counted, and what is warm', async () => {
    const refused = async (counters?: string[]) =>
      (await ada.call('POST', path, { body: { source: 'log', ...(counters && { counters }) } })).body
    await sent()
    house.clock.now += 4 * HOUR
    await sent()
    const { body } = await ada.call('POST', '/v1/rulesets/tiny/versions', { body: { text: rulesOf(2) } })
    expect(await refused()).toMatchObject({ code: 'conflict', detail: expect.stringContaining('shadow') })
    expect(await refused(['sant'])).toMatchObject({ code: 'invalid' })
    await ada.call('POST', '/v1/rulesets/tiny/versions/2/shadow', {
      body: {},
      headers: { 'if-match': `"${body.hash}"` },
    })
    expect(await refused(['sent', 'hushed'])).toMatchObject({
      code: 'counter_not_logged',
      status: 409,
      detail: expect.stringMatching(/ hushed\.$/),
    })
    expect((await filled(['sent'])).get('sent')).toMatchObject({ limit: 'window' })
    house.clock.now += SECOND
    expect(await refused(['sent'])).toMatchObject({ code: 'conflict', detail: expect.stringContaining('whole window') })
    expect((await ada.call('GET', path)).body.items).toMatchObject([{ state: 'done', counters: ['sent'] }])
  })

  test('a version whose counters were filled lacks no warm counter any more', async () => {
    await sent()
    house.clock.now += 4 * HOUR
    await sent()
    await shadow()
    const cold = async (): Promise<string> => {
      const { needs } = (await ada.call('GET', '/v1/rulesets/tiny/versions/2')).body
      return needs.live.find(({ code }: { code: string }) => code === 'counter_cold')?.detail ?? ''
    }
    expect(await cold()).toContain('sent')
    await filled()
    expect(await cold()).toMatch(/: striped, hushed\./)
  })

  test('stopped, it lowers nothing, and what it counted counts once when it is asked for again', async () => {
    for (let n = 0; n < 3; n += 1) await sent()
    house.clock.now += HOUR
    const begun = await shadow()
    const id = await asked(['sent'])
    afterFill = () => ada.call('DELETE', `/v1/jobs/${id}`)
    // It may have read its last page by then: even so the end changes nothing.
    await work()
    afterFill = async () => undefined
    expect(await found(id)).toMatchObject({ state: 'cancelled', result: null })
    const rows = await house.rows('counters')
    expect(rows.every(({ since }) => Number(since) === begun)).toBe(true)
    expect(await read('sent', 'kestrel')).toMatchObject({ low: 3, high: Number.POSITIVE_INFINITY })
    await filled(['sent'])
    expect(await read('sent', 'kestrel')).toMatchObject({ low: 3 })
  })

  test('a counter that was dropped meanwhile and begun anew keeps its own beginning', async () => {
    for (let n = 0; n < 3; n += 1) await sent()
    house.clock.now += HOUR
    await shadow()
    const id = await asked(['striped'])
    let again = 0
    beforeEnd = async () => {
      house.clock.now += MINUTE
      again = house.clock.now
      // The last two, so that what begins anew gets its number again.
      for (const name of ['striped', 'hushed']) await house.context.counters.drop(LIVE, specOf(name).id)
      await house.context.registry.load()
    }
    const before = (await house.rows('counters')).find(({ counter }) => counter === specOf('striped').id)
    expect(await work()).toBe('completed')
    expect((await found(id)).result.counters).toMatchObject([{ counter: 'striped', limit: 'gone', since: null }])
    const own = (await house.rows('counters')).find(({ counter }) => counter === specOf('striped').id)
    expect(Number(own?.since)).toBe(again)
    expect(own?.no).toBe(before?.no)
  })
})
