import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { type House, LISTED, messageOf, openHouse, type Person, reportOf } from '../testing/house.ts'
import { RETRO, retroHandler, startProgress } from './index.ts'
import { unpackChunk } from './line.ts'
import { beginRun, keepTraces } from './store.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const BUSY = `
  rule busy v1 {
    harm spam policy "SPAM-3" severity low phase gate
    on message
    when sent >= 3
    then limit "messages" for 1h, queue "reports" within 24h, preserve for 90d
    on unknown ignore
    because "{actor.id} sent {sent} messages"
    tell user "You sent many messages."
  }
  rule told v1 {
    harm spam policy "SPAM-3" severity low phase follow
    on message
    when item.text contains "good"
    then queue "reports" within 24h
    on unknown queue "reports" within 24h
    because "good"
  }
  rule reported v1 {
    harm spam policy "SPAM-3" severity low phase follow
    on report
    when report.harm == "harassment"
    then queue "reports" within 24h
    on unknown ignore
    because "reported"
  }
  rule silent v1 {
    harm spam policy "SPAM-3" severity low phase gate
    on message
    when sent >= 1
    then label "some"
    on unknown ignore
    because "some"
  }`
/** Version 1 looks for listed words; version 2 also minds how much somebody sends. */
const rulesOf = (version: number): string => `
  ruleset tiny version ${version} owner "lead@example.org"
  use schema chat version 1
  list blackmail_terms: text from "test"
  counter sent = count by actor.id on message over 2h exact up to 50
  rule listed v1 {
    harm spam policy "SPAM-3" severity low phase follow
    on message
    when item.text contains any blackmail_terms and (sent >= 0 or names_time)
    then queue "reports" within 24h
    on unknown ignore
    because "listed"
  }
  signal names_time: bool from time_finder(item.text) within 20ms${version === 1 ? '' : BUSY}`

describe.each(engines)('looking back, on $name', (engine) => {
  let house: House
  let ada: Person
  let ben: Person
  let from: number
  let begun: number
  beforeEach(async () => {
    house = await openHouse({ engine, demo: true, rules: rulesOf(1) })
    ada = await house.person('lead', 'reviewer')
    ben = await house.person('lead')
    // A whole window passes before what is looked at.
    await send('wren', 'hello')
    begun = house.clock.now
    house.clock.now += 2 * HOUR
    from = house.clock.now
    const { body, text } = await ada.call('POST', '/v1/rulesets/tiny/versions', { body: { text: rulesOf(2) } })
    expect([body.version, text]).toEqual([2, text])
  })
  afterEach(async () => {
    const { failures } = house
    await house.close()
    expect(failures).toEqual([])
  })

  let sent = 0
  async function send(actor: string, text: string): Promise<string> {
    sent += 1
    house.clock.now += 1_000
    const id = `r${sent}`
    const occurred_at = new Date(house.clock.now).toISOString()
    await house.screen(messageOf(text, { id, occurred_at, actor: { id: actor, age_band: 'adult' } }))
    await house.follow()
    return id
  }
  /** Five messages of one sender and three of another; the last of each holds a listed word, and so does one of somebody else. */
  async function past(): Promise<string[]> {
    const ids = []
    for (let n = 0; n < 5; n += 1) ids.push(await send('kestrel', n === 4 ? LISTED.blackmail_terms : `hello ${n}`))
    for (let n = 0; n < 3; n += 1) ids.push(await send('plover', n === 2 ? LISTED.blackmail_terms : 'see you'))
    ids.push(await send('heron', LISTED.blackmail_terms))
    return ids
  }
  const retros = '/v1/rulesets/tiny/versions/2/retros'
  const asked = { source: 'log', maxCases: 50, reason: 'what came before the rule' }
  async function propose(more: object = {}, by = ada): Promise<string> {
    house.clock.now += 1
    const { status, body } = await by.call('POST', retros, { body: { ...asked, from, ...more } })
    expect([status, body]).toEqual([202, { id: expect.stringMatching(/^rt_/) }])
    return body.id
  }
  const found = async (id: string) => (await ada.call('GET', `/v1/retros/${id}`)).body
  const agree = async (id: string, by = ben) =>
    by.call('POST', `/v1/retros/${id}/approvals`, { body: { hash: (await found(id)).hash } })
  /** What the worker does with the job. */
  async function work(signal = AbortSignal.timeout(60_000)): Promise<unknown> {
    const { storage, registry, keyring, uploads, intake } = house.context
    const { sealer, sealKey } = intake.bench
    const handler = retroHandler({
      ...{ storage, registry, keyring, uploads, sealer, sealKey },
      now: () => house.clock.now,
      keysFor: async (affected) => (await house.context.meansFor(affected)).record,
      progress: startProgress(() => performance.now()),
    })
    const [job] = await storage.jobs.claim(RETRO.queue, 1, 60_000)
    if (job === undefined) return 'nothing to do'
    const ending = await handler(job, { signal, claimed: () => job }).catch((error: Error) => error)
    if (ending === 'done') await storage.jobs.complete(job)
    if (ending instanceof Error) await storage.jobs.retry(job, 'stopped', house.clock.now)
    return ending
  }
  async function looked(more: object = {}) {
    const id = await propose(more)
    expect((await agree(id)).body).toEqual({ state: 'waiting' })
    expect(await work()).toBe('completed')
    return found(id)
  }
  const numbers = async (table: string) => (await house.rows(table)).length

  test('makes cases of what a version finds in the past, and does nothing else to anybody', async () => {
    const ids = await past()
    const before = { actions: await numbers('actions'), notices: await numbers('notices') }
    const cases = await numbers('cases')
    const retro = await looked()
    expect(retro).toMatchObject({
      state: 'done',
      rules: ['listed', 'busy', 'told', 'reported'],
      by: ada.label,
      approved: { by: ben.label, solo: false },
    })
    // Of the three with a listed word two are busy, too, and join what is open about them; the third is known.
    expect(retro.result).toEqual({
      ...{ events: 10, measured: 9, since: begun, whole: true },
      ...{ opened: 2, joined: 2, known: 1, leftOut: 0, unnamed: 0 },
      rules: [
        { rule: 'listed', version: 1, fired: 3, undecided: 0 },
        { rule: 'busy', version: 1, fired: 4, undecided: 0 },
        // Its question is about content, which nobody has kept: that makes no case, whatever it says of the undecided.
        { rule: 'told', version: 1, fired: 0, undecided: 9 },
        { rule: 'reported', version: 1, fired: 0, undecided: 0 },
      ],
    })
    expect({ actions: await numbers('actions'), notices: await numbers('notices') }).toEqual(before)
    expect(await numbers('cases')).toBe(cases + 2)
    expect(retro.cases.map(({ joined }: { joined: boolean }) => joined).toSorted()).toEqual([false, false, true, true])
    expect(retro.cases.every(({ rules }: { rules: string[] }) => rules.join() === 'busy')).toBe(true)
    expect((await house.rows('evidence')).map(({ item_key }) => item_key)).toContain(`message:main:${ids[2]}`)
  })

  test('the case says where it comes from and what the version says, with the platform’s own ids, and that content is gone', async () => {
    const ids = await past()
    const { cases } = await looked()
    const [opened] = cases.filter(({ joined }: { joined: boolean }) => !joined)
    const view = await ada.take(opened.case)
    expect(view.words).toBe('looked back, message: busy')
    expect(view.fired).toEqual([
      expect.objectContaining({
        rule: 'tiny/busy',
        version: 1,
        outcome: 'fired',
        because: 'kestrel sent 3 messages',
        lookedBack: 'tiny@2',
      }),
    ])
    expect(view.evidence).toMatchObject([{ kind: 'facts', text: null, author: { words: '@kestrel' } }])
    expect(view.account.facts).toContainEqual({ name: 'actor age band', value: 'adult' })
    const explained = await ada.call('GET', `/v1/decisions/${view.fired[0].decision}/explanation`)
    expect(explained.body).toMatchObject({
      event: { id: ids[2] },
      verdict: 'allow',
      effects: [{ do: 'queue' }, { do: 'preserve' }],
      retro: { ruleset: 'tiny@2' },
    })
    expect(explained.body.rules[0].clauses[0].values.sent.events).toEqual(ids.slice(0, 3))
    // A person decides, and only that does anything.
    expect((await ada.decide(view, 'warn')).status).toBe(201)
    const joined = cases.find((one: { joined: boolean }) => one.joined)
    expect((await ada.take(joined.case)).evidence).toMatchObject([{ kind: 'text', text: LISTED.blackmail_terms }])
  })

  test('a case of a report is about the account that was reported, and nobody learns who reported', async () => {
    const id = await send('kestrel', 'hello')
    house.clock.now += 1_000
    await house.report(reportOf(id, { occurred_at: new Date(house.clock.now).toISOString() }))
    const { number } = await house.newestCase()
    expect((await ada.decide(await ada.take(Number(number)), 'none')).status).toBe(201)
    const { cases } = await looked({ rules: ['reported'] })
    expect(cases).toMatchObject([{ joined: false, events: 1 }])
    const view = await ada.take(cases[0].case)
    expect(view.evidence).toMatchObject([{ provenance: 'unproven', author: { words: '@kestrel' } }])
    expect(JSON.stringify(view)).not.toContain('reporter-')
  })

  test('applied again it makes nothing twice, and another version only what is new', async () => {
    await past()
    const first = await looked()
    const count = await numbers('cases')
    const again = await looked()
    expect(again.result).toMatchObject({ opened: 0, joined: 0, known: 5 })
    expect(again.cases).toEqual([])
    await send('kestrel', 'one more')
    const later = await looked()
    expect(later.result).toMatchObject({ opened: 1, joined: 0, known: 5 })
    expect(await numbers('cases')).toBe(count + 1)
    expect((await ada.call('GET', retros)).body.items.map(({ id }: { id: string }) => id).at(-1)).toBe(first.id)
  })

  test('makes no more cases than were agreed to, and only of the rules that were named', async () => {
    await past()
    const { result, cases } = await looked({ maxCases: 1, rules: ['busy'] })
    expect(result).toMatchObject({ opened: 1, joined: 0, leftOut: 3, rules: [{ rule: 'busy', fired: 4 }] })
    expect(cases).toHaveLength(1)
  })

  test('killed between two cases it goes on and makes each once', async () => {
    await past()
    const id = await propose()
    await agree(id)
    const { store } = house.context.storage
    const { tx } = store
    let kept = 0
    store.tx = (async (...given: Parameters<typeof tx>) => {
      if (given[0].name === 'replay.keep-finding' && ++kept > 2) throw new Error('killed')
      return tx.apply(store, given)
    }) as typeof tx
    expect(await work()).toBeInstanceOf(Error)
    store.tx = tx
    expect(await numbers('retro_findings')).toBe(2)
    await house.reopen()
    expect(await work()).toBe('completed')
    const { result } = await found(id)
    expect(result).toMatchObject({ opened: 2, joined: 2, known: 1, leftOut: 0 })
    expect(await numbers('retro_findings')).toBe(4)
    expect((await house.rows('verdicts')).filter(({ phase }) => phase === 'retro')).toHaveLength(4)
  })

  test('begins only when somebody else has agreed to exactly this version', async () => {
    await past()
    const id = await propose()
    expect(await work()).toBe('nothing to do')
    expect((await agree(id, ada)).body.code).toBe('second_person_required')
    const other = await ben.call('POST', `/v1/retros/${id}/approvals`, { body: { hash: `sha256:${'0'.repeat(64)}` } })
    expect(other.body.code).toBe('stale_revision')
    expect((await agree(id)).status).toBe(200)
    expect((await agree(id)).body.code).toBe('conflict')
    const [history] = (await house.rows('ruleset_history')).filter(({ op }) => op === 'retro')
    expect(history).toMatchObject({ by: ben.label, approvals: 1, solo: 0, reason: asked.reason })
    expect(history?.record).toEqual(expect.any(String))
  })

  test('stopped while it is proposed or under way, it makes no more cases', async () => {
    await past()
    const id = await propose()
    expect((await ada.call('GET', `/v1/jobs/${id}`)).body.state).toBe('proposed')
    expect((await ada.call('DELETE', `/v1/jobs/${id}`)).body).toEqual({ state: 'cancelled' })
    expect((await agree(id)).body.code).toBe('conflict')
    expect((await ada.call('DELETE', `/v1/jobs/${id}`)).body.code).toBe('conflict')
    house.clock.now += 1_000
    const next = await propose()
    await agree(next)
    expect((await ada.call('DELETE', `/v1/jobs/${next}`)).body).toEqual({ state: 'cancelled' })
    expect(await work()).toBe('done')
    expect(await found(next)).toMatchObject({ state: 'cancelled', result: null, cases: [] })
  })

  test('what the machine gave up is not under way any more, and may be asked for again', async () => {
    await past()
    const id = await propose()
    await agree(id)
    const { jobs } = house.context.storage
    const [job] = await jobs.claim(RETRO.queue, 1, 60_000)
    if (job === undefined) throw new Error('no job')
    expect(await house.context.storage.store.tx(beginRun, id)).toBe(true)
    expect((await found(id)).state).toBe('running')
    await jobs.park(job, 'poison')
    expect((await found(id)).state).toBe('parked')
    expect((await ada.call('GET', retros)).body.items).toMatchObject([{ id, state: 'parked' }])
    expect((await ada.call('GET', `/v1/jobs/${id}?wait=5`)).body.state).toBe('parked')
    expect((await ada.call('DELETE', `/v1/jobs/${id}`)).body).toMatchObject({ code: 'conflict' })
    house.clock.now += 1_000
    expect((await looked()).state).toBe('done')
    // Somebody has mended what was wrong and lets the job go on.
    await jobs.replay(job.id, 'operator')
    expect((await found(id)).state).toBe('running')
    expect(await work()).toBe('completed')
    expect(await found(id)).toMatchObject({ state: 'done', result: { opened: 0, known: 5 } })
  })

  test('says from when on the log can be looked at, before anybody agrees', async () => {
    await past()
    expect((await found(await propose({ from: from - 90 * DAY }))).reaches).toBe(begun)
    const { keyring } = house.context
    await keyring.destroy(
      keyring.live('replay').map(({ id }) => id),
      'segment_closed',
    )
    expect((await found(await propose())).reaches).toBeNull()
  })

  test('says what it cannot make a case of: rules that queue nothing, another span, no such rule', async () => {
    const refused = async (more: object) => (await ada.call('POST', retros, { body: { ...asked, from, ...more } })).body
    expect((await refused({ rules: ['silent'] })).detail).toMatch(/silent is no rule of this version that queues/)
    expect(await refused({ from: from + 1, to: from })).toMatchObject({ code: 'invalid', status: 422 })
    expect(await refused({ maxCases: 0 })).toMatchObject({ code: 'invalid' })
  })

  test('nobody is found again once the segment is closed', async () => {
    await past()
    house.clock.now += 14 * DAY
    await house.context.replay.tend()
    await Promise.all([ada.signIn(), ben.signIn()])
    expect((await looked()).result).toMatchObject({ events: 0, since: null, opened: 0 })
  })

  test('says so when the segment is closed while it is searched: the rest is not looked at', async () => {
    for (let n = 0; n < 20; n += 1) await send('kestrel', `hello ${n}`)
    const id = await propose()
    await agree(id)
    const { keyring, storage } = house.context
    const { tx } = storage.store
    storage.store.tx = (async (...given: Parameters<typeof tx>) => {
      const done = await tx.apply(storage.store, given)
      const open = keyring.live('replay').map((key) => key.id)
      if (given[0].name === 'replay.keep-finding' && open.length > 0) await keyring.destroy(open, 'segment_closed')
      return done
    }) as typeof tx
    expect(await work()).toBe('completed')
    storage.store.tx = tx
    const { state, result } = await found(id)
    expect([state, result.whole]).toEqual(['done', false])
    expect(result.events).toBeLessThan(21)
    expect(result.opened).toBeGreaterThan(0)
  })

  test('lines of before the log said whose item it was make no case, and are counted', async () => {
    await past()
    const chunks = (await house.rows('replay_chunks')).toSorted((a, b) => Number(a.n) - Number(b.n))
    const { head, lines } = unpackChunk(chunks[3]?.body as Uint8Array)
    const old = lines.map((line) => line.replace(/"o":\[[^\]]*\],/, ''))
    expect(old).not.toEqual(lines)
    house.clock.now += 1_000
    const at = house.clock.now
    const received = new Date(at).toISOString()
    const later = old.map((line) => line.replace(/"received_at":"[^"]*"/, `"received_at":"${received}"`))
    const tray = { segment: String(chunks.at(-1)?.segment), head: { v: 1, by: head.by, sets: head.sets } } as const
    await house.context.storage.store.tx(keepTraces, { tray, traces: later.map((line) => ({ at, line })) })
    expect((await looked({ from: at })).result).toMatchObject({ measured: 1, unnamed: 1, opened: 0 })
  })
})
