import { UPLOAD } from '@lamplighter/api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { CSAM, type House, LISTED, messageOf, openHouse, type Person, pdqOf, uploadOf } from '../testing/house.ts'
import { BACKTEST, backtestHandler, RETRO, retroHandler, startProgress } from './index.ts'
import { isIn } from './sample.ts'

const HOUR = 3_600_000
const START = Date.UTC(2025, 10, 3, 12)

const rulesOf = (version: number, from: number): string => `
  ruleset tiny version ${version} owner "lead@example.org"
  use schema chat version 1
  list blackmail_terms: text from "test"
  list csam_media: phash sealed from "test"
  signal names_time: bool from time_finder(item.text) within 20ms
  counter sent = count by actor.id on message over 1h exact up to 50
  rule many v${version} {
    harm spam policy "SPAM-3" severity low phase gate
    on message
    when sent >= ${from}
    then limit "messages" for 1h
    on unknown ignore
    because "{sent} messages"
    tell user "You sent many messages."
  }
  rule listed v1 {
    harm intimate_images policy "BLACKMAIL-1" severity low phase follow
    on message
    when item.text contains any blackmail_terms and not names_time
    then queue "reports" within 24h
    on unknown ignore
    because "listed"
  }
  rule known_media v1 {
    harm csea policy "CSEA-1" severity low phase follow
    on upload
    when media.pdq near csam_media
    then queue "csea-verified" within 1h, preserve for 90d
    on unknown ignore
    because "{media.id} is known"
  }`

const at = (ms: number): string => new Date(START + ms).toISOString()
const message = (id: string, actor: string, ms: number, text = 'hello', more: object = {}) =>
  messageOf(text, { id, occurred_at: at(ms), actor: { id: actor, age_band: 'adult' }, ...more })

/** A message an hour before, five of one sender and three of another; two of them hold a listed word, and one of those names a time. */
const ARCHIVE = [
  message('first', 'wren', 0),
  ...[0, 1, 2, 3, 4].map((n) =>
    message(`k${n}`, 'kestrel', HOUR + n * 1_000, n === 4 ? LISTED.blackmail_terms : 'hello'),
  ),
  ...[0, 1, 2].map((n) =>
    message(`p${n}`, 'plover', HOUR + 10_000 + n * 1_000, n === 2 ? `${LISTED.blackmail_terms} at 21:30` : 'hello'),
  ),
]
const ndjson = (events: readonly object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('')

describe.each(engines)('an archive of the platform, on $name', (engine) => {
  let house: House
  let ada: Person
  let ben: Person
  beforeEach(async () => {
    house = await openHouse({ engine, demo: true, rules: rulesOf(1, 3) })
    ada = await house.person('lead', 'reviewer', 'child-safety')
    ben = await house.person('lead')
    const { body, text } = await ada.call('POST', '/v1/rulesets/tiny/versions', { body: { text: rulesOf(2, 4) } })
    expect([body.version, text]).toEqual([2, text])
  })
  afterEach(async () => {
    const { failures } = house
    await house.close()
    expect(failures).toEqual([])
  })

  const VERSION = '/v1/rulesets/tiny/versions/2'
  async function started(more: object = {}): Promise<string> {
    const body = { source: 'upload', from: 0, ...more }
    const answer = await ada.call('POST', `${VERSION}/backtests`, { body })
    expect([answer.status, answer.body]).toEqual([202, { id: expect.stringMatching(/^bt_/) }])
    return answer.body.id
  }
  const pathOf = (id: string) => `/v1/${id.startsWith('rt_') ? 'retros' : 'backtests'}/${id}`
  const hand = (id: string, after: number, events: readonly object[]) => handRaw(id, after, ndjson(events))
  const handRaw = (id: string, after: number, body: string) =>
    ada.call('POST', `${pathOf(id)}/events?after=${after}`, {
      body,
      headers: { 'content-type': 'application/x-ndjson' },
    })
  const finish = (id: string, events: number) => ada.call('POST', `${pathOf(id)}/finish`, { body: { events } })
  const found = async (id: string) => (await ada.call('GET', pathOf(id))).body
  const numbers = async (table: string) => (await house.rows(table)).length
  const keys = () => house.context.keyring.live('upload').length

  /** What the worker does with the job. */
  async function work(queue = BACKTEST.queue, signal = AbortSignal.timeout(60_000)): Promise<unknown> {
    const { storage, registry, keyring, uploads, intake } = house.context
    const services = {
      ...{ storage, registry, keyring, uploads },
      progress: startProgress(() => performance.now()),
    }
    const { sealer, sealKey } = intake.bench
    const handler =
      queue === BACKTEST.queue
        ? backtestHandler(services)
        : retroHandler({
            ...{ ...services, sealer, sealKey, now: () => house.clock.now },
            keysFor: async (affected) => (await house.context.meansFor(affected)).record,
          })
    const [job] = await storage.jobs.claim(queue, 1, 60_000)
    if (job === undefined) return 'nothing to do'
    const ending = await handler(job, { signal, claimed: () => job }).catch((error: Error) => error)
    if (ending === 'done') await storage.jobs.complete(job)
    if (ending instanceof Error) await storage.jobs.retry(job, 'stopped', house.clock.now)
    return ending
  }
  const RESULT = {
    // The first event warms the counter, which needs an hour.
    ...{ events: 9, measured: 8, drift: { checked: 0 }, blind: { events: 0 }, archive: { late: 0, repeated: 0 } },
    rules: [
      { rule: 'listed', fired: { new: 1, live: 1 } },
      { rule: 'many', fired: { new: 2, live: 4, onlyLive: 2 }, people: 1, outcomes: { open: 2 } },
    ],
  }
  const nothingLeft = async () =>
    expect([await numbers('uploads'), await numbers('upload_chunks'), keys()]).toEqual([0, 0, 0])

  test('is judged as the log is, and gone when it was', async () => {
    const id = await started()
    expect(await found(id)).toMatchObject({ state: 'collecting', source: 'upload', upload: { taken: 0 }, result: null })
    expect((await hand(id, 0, ARCHIVE.slice(0, 4))).body).toEqual({ taken: 4 })
    expect((await hand(id, 4, ARCHIVE.slice(4))).body).toEqual({ taken: 9 })
    expect((await found(id)).upload).toEqual({ taken: 9, until: house.clock.now + UPLOAD.hours * HOUR })
    expect(await work()).toBe('nothing to do')
    expect(await finish(id, 9)).toMatchObject({ status: 202, body: { state: 'waiting' } })
    expect(await work()).toBe('completed')
    expect(await found(id)).toMatchObject({ state: 'done', upload: null, result: RESULT })
    const { items } = (await ada.call('GET', `/v1/backtests/${id}/differences`)).body
    expect(items.map(({ rule, at: when }: { rule: string; at: number }) => [rule, when - START - HOUR])).toEqual([
      ['many', 2_000],
      ['many', 12_000],
    ])
    expect(JSON.stringify(items)).not.toMatch(/kestrel|k2/)
    await nothingLeft()
  })

  test('goes on where it was cut off: a call that comes again is taken once, and what does not fit is refused', async () => {
    const id = await started()
    expect((await hand(id, 0, ARCHIVE.slice(0, 4))).body).toEqual({ taken: 4 })
    expect((await hand(id, 0, ARCHIVE.slice(0, 4))).body).toEqual({ taken: 4 })
    const other = await hand(id, 0, ARCHIVE.slice(1, 5))
    expect([other.status, other.body.code, other.body.detail]).toEqual([
      409,
      'conflict',
      expect.stringContaining('go on with after=4'),
    ])
    expect((await hand(id, 7, ARCHIVE.slice(7))).body).toMatchObject({ code: 'conflict' })
    expect((await finish(id, 9)).body).toMatchObject({ code: 'conflict', detail: expect.stringContaining('after=4') })
    expect((await hand(id, 4, ARCHIVE.slice(4))).body).toEqual({ taken: 9 })
    expect((await finish(id, 9)).status).toBe(202)
    expect((await hand(id, 9, ARCHIVE.slice(8))).body).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('waiting'),
    })
    expect(await work()).toBe('completed')
    expect((await found(id)).result).toMatchObject(RESULT)
  })

  test('says the same in whatever order it comes, and counts an event once that is told twice', async () => {
    const id = await started()
    const shuffled: object[][] = [
      [5, 2, 8],
      [0, 7, 3, 3],
      [6, 1],
      [4, 5],
    ].map((places) => places.map((place) => ({ ...ARCHIVE[place] })))
    let taken = 0
    for (const part of shuffled) taken = (await hand(id, taken, part)).body.taken
    await finish(id, taken)
    expect(await work()).toBe('completed')
    expect((await found(id)).result).toMatchObject({ ...RESULT, archive: { late: 0, repeated: 2 } })
  })

  test('takes all of a call or nothing, and names what is no event', async () => {
    const id = await started()
    const bad = await handRaw(id, 0, `${ndjson(ARCHIVE.slice(0, 1))}{"kind":"message","id":7}\n`)
    expect([bad.status, bad.body.code, bad.body.errors[0].pointer]).toEqual([422, 'invalid', '/1/id'])
    const cut = await handRaw(id, 0, `${JSON.stringify(ARCHIVE[0]).slice(0, 30)}`)
    expect(cut.body.code).toBe('line_incomplete')
    expect((await handRaw(id, 0, '\n')).body.code).toBe('invalid')
    const many = Array.from({ length: 1_001 }, (_, n) => message(`m${n}`, 'wren', n))
    expect((await hand(id, 0, many)).body.code).toBe('too_large')
    expect([(await found(id)).upload.taken, await numbers('upload_chunks')]).toEqual([0, 0])
    expect((await finish(id, 1)).body.code).toBe('conflict')
  })

  test('lies sealed while it waits, and nowhere else', async () => {
    const id = await started()
    await hand(id, 0, ARCHIVE)
    for (const table of ['uploads', 'upload_chunks', 'backtests', 'replay_chunks', 'once_results'])
      for (const row of await house.rows(table))
        expect([table, Buffer.from(JSON.stringify(row), 'latin1').toString()]).not.toEqual([
          table,
          expect.stringMatching(/kestrel|hello/),
        ])
    const [chunk] = await house.rows('upload_chunks')
    expect(Buffer.from(chunk?.body as Uint8Array).toString('latin1')).not.toMatch(/kestrel|hello|message/)
    // Under the key of its run, for its own place only.
    const [key] = house.context.keyring.live('upload')
    expect(key?.ref).toBe(id)
  })

  test('what may not be read is not kept, and is judged by all that is not content', async () => {
    const id = await started()
    const room = { id: 'nook', type: 'direct', audience: 'private' }
    await hand(id, 0, [message('first', 'wren', 0), message('secret', 'wren', HOUR, LISTED.blackmail_terms, { room })])
    const events = await house.context.uploads.eventsOf(id, 0)
    expect(JSON.stringify(events[1])).not.toContain(LISTED.blackmail_terms)
    expect(events[1]).toMatchObject({ off: expect.stringContaining('private_scan'), wire: { item: { id: 'secret' } } })
    await finish(id, 2)
    expect(await work()).toBe('completed')
    expect((await found(id)).result).toMatchObject({ measured: 1, blind: { events: 0 }, rules: [] })
  })

  test('is gone when its run is stopped, and when it has waited its time', async () => {
    const stopped = await started()
    await hand(stopped, 0, ARCHIVE)
    expect((await ada.call('DELETE', `/v1/jobs/${stopped}`)).body).toEqual({ state: 'cancelled' })
    await nothingLeft()
    expect((await hand(stopped, 0, ARCHIVE)).body.code).toBe('conflict')

    const old = await started()
    await hand(old, 0, ARCHIVE)
    house.clock.now += UPLOAD.hours * HOUR - 1
    const stateOf = async () => (await house.rows('backtests')).find(({ id }) => id === old)?.state
    expect([await house.context.uploads.tend(), await stateOf()]).toEqual([0, 'collecting'])
    house.clock.now += 1
    expect([await house.context.uploads.tend(), await stateOf()]).toEqual([1, 'cancelled'])
    await nothingLeft()
  })

  test('a share of its accounts is drawn by their own names, so that it is the same in the next archive', async () => {
    const accounts = Array.from({ length: 20 }, (_, n) => `account-${n}`)
    const events = [0, 1, 2, 3].flatMap((n) =>
      accounts.map((account, of) => message(`${account}-${n}`, account, HOUR + n * 60_000 + of)),
    )
    const sample = { percent: 40, seed: 'a' }
    // Counters warm from the first event of all, also where its account is not drawn.
    expect(isIn(sample, 'osprey')).toBe(false)
    const results = []
    for (const archive of [events, events.toReversed()]) {
      const id = await started({ sample })
      await hand(id, 0, [...archive, message('first', 'osprey', 0)])
      await finish(id, 81)
      expect(await work()).toBe('completed')
      results.push((await found(id)).result)
    }
    const [first, second] = results
    expect(first).toMatchObject({ sample: { percent: 40, seed: 'a', notMeasured: [] } })
    expect(second).toEqual(first)
    // The fourth message of an account is the first that the version minds.
    expect(first.measured % 4).toBe(0)
    expect([first.measured > 0, first.measured < 80]).toEqual([true, true])
    expect(first.rules).toMatchObject([{ rule: 'many', fired: { new: first.measured / 4 } }])
  })

  test('somebody who is erased is in it no more, and a run that reads it begins anew', async () => {
    const { uploads } = house.context
    const { plan } = uploads.reader
    // In the middle of being read.
    Object.assign(uploads.reader, {
      plan: async (...given: Parameters<typeof plan>) => {
        Object.assign(uploads.reader, { plan })
        await uploads.erase({ type: 'account', id: 'kestrel' })
        return plan(...given)
      },
    })
    const more = Array.from({ length: 300 }, (_, n) => message(`w${n}`, 'heron', HOUR + n))
    const id = await started()
    await hand(id, 0, [...ARCHIVE, ...more])
    await finish(id, 309)
    expect(await work()).toMatchObject({ message: 'the archive has changed' })
    expect(JSON.stringify(await uploads.eventsOf(id, 0))).not.toContain('kestrel')
    expect(await work()).toBe('completed')
    expect((await found(id)).result).toMatchObject({ events: 304 })
  })

  test('an older copy of the database may know of one whose key has ended: nobody reads it, and nothing stands still', async () => {
    const [read, more] = [await started(), await started()]
    for (const id of [read, more]) await hand(id, 0, ARCHIVE)
    await finish(read, 9)
    const { keyring, uploads } = house.context
    await keyring.destroy(
      keyring.live('upload').map(({ id }) => id),
      'upload_ended',
    )
    await uploads.erase({ type: 'account', id: 'kestrel' })
    expect((await hand(more, 9, ARCHIVE)).body).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('start another run'),
    })
    expect(await work()).toBe('completed')
    expect(await found(read)).toMatchObject({ state: 'parked', upload: null, result: null })
  })

  test('a retro over it finds old files on a list of today, and only what two people wanted is taken', async () => {
    const file = { id: 'pic-1', type: 'image/png', pdq: [{ hash: pdqOf(CSAM), quality: 100 }] }
    const upload = { ...uploadOf(file), id: 'u-1', occurred_at: at(0), actor: { id: 'kestrel' } }
    const body = { source: 'upload', from: 0, maxCases: 5, reason: 'a new list', rules: ['known_media', 'listed'] }
    const { status, body: proposed } = await ada.call('POST', `${VERSION}/retros`, { body })
    expect(status).toBe(202)
    const { id } = proposed
    expect((await hand(id, 0, [upload])).body).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('agreed'),
    })
    expect([await found(id), keys()]).toMatchObject([{ state: 'proposed', reaches: null, upload: null }, 0])
    const { hash } = await found(id)
    const agreed = await ben.call('POST', `${pathOf(id)}/approvals`, { body: { hash } })
    expect(agreed.body).toEqual({ state: 'collecting' })
    await hand(id, 0, [upload, ...ARCHIVE])
    await finish(id, 10)
    const before = { actions: await numbers('actions'), exhibits: await numbers('exhibits') }
    expect(await work(RETRO.queue)).toBe('completed')
    expect(await found(id)).toMatchObject({
      state: 'done',
      result: {
        ...{ events: 10, measured: 10, since: START, whole: true, opened: 2, joined: 0 },
        ...{ known: 0, leftOut: 0, unnamed: 0, archive: { late: 0, repeated: 0 } },
        rules: [
          { rule: 'listed', fired: 1 },
          { rule: 'known_media', fired: 1 },
        ],
      },
    })
    expect({ actions: await numbers('actions'), exhibits: await numbers('exhibits') }).toEqual(before)
    await nothingLeft()
    const { cases } = await found(id)
    const views = []
    for (const one of cases) {
      const view = await ada.take(one.case)
      views.push(view)
      await ada.call('POST', `/v1/cases/${view.number}/release`, { body: {} })
    }
    expect(views.map(({ words }) => words)).toEqual([
      'looked back, upload: known media',
      'looked back, message: listed',
    ])
    // Its bytes are not here: the id, and what is known of it.
    expect(views[0].evidence).toMatchObject([{ kind: 'media', media: null, author: { words: '@kestrel' } }])
    expect(views[0].fired).toMatchObject([{ because: 'pic-1 is known', lookedBack: 'tiny@2' }])
    expect(views[0].signals).toMatchObject([{ name: 'csam_media', state: 'hit', list: { sealed: true } }])
    expect(views[1].evidence).toMatchObject([{ kind: 'text', text: LISTED.blackmail_terms }])
    // The rows that stay name events by a keyed hash.
    expect(JSON.stringify(await house.rows('retro_findings'))).not.toMatch(/u-1"|\|k4"/)

    // The same archive again makes no second case of them.
    house.clock.now += 1
    const again = (await ada.call('POST', `${VERSION}/retros`, { body })).body.id
    await ben.call('POST', `${pathOf(again)}/approvals`, { body: { hash } })
    await hand(again, 0, [upload, ...ARCHIVE])
    await finish(again, 10)
    expect(await work(RETRO.queue)).toBe('completed')
    expect((await found(again)).result).toMatchObject({ opened: 0, joined: 0, known: 2 })
  })

  test('belongs to a connection: which one must be said where there are several', async () => {
    const admin = await house.person('admin')
    const poll = { name: 'poller', kind: 'poll', does: ['warn'] }
    expect((await admin.call('POST', '/v1/connections', { body: poll })).status).toBe(201)
    const body = { source: 'upload', from: 0, maxCases: 5, reason: 'a new list' }
    for (const connection of [undefined, 'nobody']) {
      const refused = await ada.call('POST', `${VERSION}/retros`, { body: { ...body, connection } })
      expect(refused.body).toMatchObject({
        code: 'invalid',
        pointer: '/connection',
        detail: expect.stringContaining('main, poller'),
      })
    }
    expect((await ada.call('POST', `${VERSION}/retros`, { body: { ...body, connection: 'poller' } })).status).toBe(202)
  })
})
