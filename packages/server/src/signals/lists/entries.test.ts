import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { CSAM, type House, openHouse, type Person, pdqOf, reportOf } from '../../testing/house.ts'

const DAY_MS = 86_400_000
const FILE = 'c'.repeat(64)

describe.each(engines)('single entries on $name', (engine) => {
  let house: House
  let lead: Person
  let second: Person
  let safety: Person
  beforeAll(async () => {
    house = await openHouse({ engine, demo: true })
    lead = await house.person('lead')
    second = await house.person('lead')
    safety = await house.person('child-safety')
  })
  afterAll(() => house.close())

  const put = (id: string, text: string, contentType = 'text/plain') =>
    house.context.library.import({
      facts: {
        ...{ id, kind: 'domain', harm: 'malware', sealed: false, context: false, source: 'test', staleAfterMs: null },
      },
      ...{ text, contentType, by: 'operator', live: true },
    })
  const finds = (list: string, value: string, files?: readonly string[]) => {
    const { book } = house.context.library
    const named = new Map(files === undefined ? [] : [[value, files]])
    const known = new Set(['sha256', 'sha1', 'md5'] as const)
    return book.bind([], house.clock.now, known, named).get(list)?.find('in', value)?.entry ?? null
  }
  const keyed = (body: object) => ({ body })
  const change = (by: Person, list: string, n: number, body: object) =>
    by.call('PATCH', `/v1/lists/${list}/entries/${n}`, keyed({ reason: 'a false alarm', ...body }))
  const except = (by: Person, body: object) =>
    by.call('POST', '/v1/exceptions', keyed({ reason: 'our own logo', ...body }))
  const waiting = async (by: Person) => (await by.call('GET', '/v1/entry-acts')).body.items
  const approve = (by: Person, id: string) => by.call('POST', `/v1/entry-acts/${id}/approvals`, keyed({}))
  const settings = async () =>
    (await house.rows('audit')).filter(({ act }) => act === 'lists.entry').map(({ object, reason }) => [object, reason])

  test('an entry that a file dates stops at that instant, after a restart too; a later file can let it hold longer', async () => {
    const { now } = house.clock
    const over = now + DAY_MS
    const file = (ms: number) => `value,expires\nold.example,${new Date(ms).toISOString()}\nstays.example,\n`
    const at = (ms: number) => {
      house.clock.now = ms
      const found = finds('dated', 'old.example')
      house.clock.now = now
      return found
    }
    await put('dated', file(over), 'text/csv')
    const { version } = await put('dated', file(over - 1), 'text/csv')
    expect([at(now), at(over - 1), at(over), finds('dated', 'stays.example')]).toEqual(['1', '1', null, '2'])
    await house.reopen()
    expect([at(over - 1), at(over), version]).toEqual(['1', null, expect.any(Number)])
    await put('dated', file(over + DAY_MS), 'text/csv')
    expect([at(over), at(over + DAY_MS)]).toEqual(['1', null])
    await put('dated', 'old.example\nstays.example\n')
    expect(at(over + 100 * DAY_MS)).toBe('1')
  })

  test('a lead puts an entry of a list that is not sealed aside, at once, with a leaf; it counts again when its time is over', async () => {
    await put('shops', 'a.example\nb.example\n')
    const until = house.clock.now + 30 * DAY_MS
    const done = await change(lead, 'shops', 1, { state: 'aside', until })
    expect([done.status, done.body]).toEqual([200, { waits: null, recorded: expect.any(Object) }])
    expect([finds('shops', 'a.example'), finds('shops', 'b.example')]).toEqual([null, '2'])
    expect(await settings()).toContainEqual(['shops/1', 'a false alarm'])
    expect(await change(lead, 'shops', 1, { state: 'aside' })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    })
    const { now } = house.clock
    house.clock.now = until
    expect(finds('shops', 'a.example')).toBe('1')
    house.clock.now = now
    expect((await change(second, 'shops', 1, { state: 'active' })).status).toBe(200)
    expect(finds('shops', 'a.example')).toBe('1')
    for (const [n, body] of [
      [3, { state: 'aside' }],
      [1, { state: 'aside', until: now + 367 * DAY_MS }],
      [1, { state: 'aside', until: now }],
      [1, { state: 'active', until }],
    ] as const)
      expect([n, (await change(lead, 'shops', n, body)).status]).toEqual([n, n === 3 ? 404 : 422])
  })

  test('on a sealed list it waits for somebody else, and one of the two keeps children safe', async () => {
    const value = pdqOf(CSAM)
    const asked = await change(lead, 'csam_media', 1, { state: 'aside' })
    const id = asked.body.waits
    expect([asked.status, asked.body, finds('csam_media', value)]).toEqual([
      ...[200, { waits: expect.any(String), recorded: null }, '1'],
    ])
    expect(await waiting(second)).toEqual([
      expect.objectContaining({ id, list: 'csam_media', entry: 1, does: 'aside', own: false }),
    ])
    const refused = async (by: Person) => {
      const { status, body } = await approve(by, id)
      return [status, body.code, finds('csam_media', value)]
    }
    expect(await refused(lead)).toEqual([403, 'second_person_required', '1'])
    expect(await refused(second)).toEqual([403, 'forbidden', '1'])
    const agreed = await approve(safety, id)
    expect([agreed.status, agreed.body.recorded === null, finds('csam_media', value)]).toEqual([200, false, null])
    expect(await waiting(second)).toEqual([])
    expect(await refused(safety)).toEqual([409, 'conflict', null])
    const again = await change(safety, 'csam_media', 1, { state: 'active' })
    expect(finds('csam_media', value)).toBeNull()
    expect((await approve(lead, again.body.waits)).status).toBe(200)
    expect(finds('csam_media', value)).toBe('1')
  })

  test('what waits ends when somebody takes it back, and when the access of who asked for it ends', async () => {
    const first = (await change(lead, 'csam_media', 1, { state: 'aside' })).body.waits
    expect((await second.call('POST', `/v1/entry-acts/${first}/withdraw`, keyed({}))).status).toBe(200)
    expect(await approve(safety, first)).toMatchObject({ status: 409 })
    const leaver = await house.person('lead')
    const left = (await change(leaver, 'csam_media', 1, { state: 'aside' })).body.waits
    const admin = await house.person('admin')
    const { items } = (await admin.call('GET', '/v1/people')).body
    const { id } = items.findLast(({ roles }: { roles: string[] }) => roles.includes('lead'))
    await admin.call('POST', `/v1/people/${id}/revoke`, keyed({ reason: 'left' }))
    expect([await waiting(second), (await approve(safety, left)).status]).toEqual([[], 409])
    expect(finds('csam_media', pdqOf(CSAM))).toBe('1')
    // Nothing of what it was about is left.
    expect((await house.rows('entry_acts')).filter(({ ended_at }) => ended_at !== null)).toSatisfy(
      (rows: { body: Uint8Array }[]) => rows.length > 3 && rows.every(({ body }) => body.length === 0),
    )
  })

  test('matching 25: an exception silences one pair of an entry and a file, is listed, and ends', async () => {
    const made = await except(lead, { list: 'csam_digests', entry: 1, sha256: FILE.toUpperCase() })
    expect(made).toMatchObject({ status: 201, body: { id: null, waits: expect.any(String) } })
    expect(finds('csam_digests', '0'.repeat(64), [FILE])).toBe('1')
    await approve(safety, made.body.waits)
    expect(finds('csam_digests', '0'.repeat(64), [FILE])).toBeNull()
    expect(finds('csam_digests', '0'.repeat(64), ['d'.repeat(64)])).toBe('1')
    const { items } = (await lead.call('GET', '/v1/exceptions?list=csam_digests')).body
    expect(items).toEqual([
      expect.objectContaining({ entry: 1, of: 'file', pdq: null, state: 'live', used: 0, reason: 'our own logo' }),
    ])
    for (const table of ['exceptions', 'entry_acts', 'audit'])
      expect(JSON.stringify(await house.rows(table))).not.toContain(FILE)
    expect(finds('csam_digests', '0'.repeat(64), [FILE])).toBeNull()
    // One person is enough to make it a hit again.
    const end = () => second.call('DELETE', `/v1/exceptions/${items[0].id}`, keyed({ reason: 'it was one after all' }))
    expect([(await end()).status, finds('csam_digests', '0'.repeat(64), [FILE])]).toEqual([200, '1'])
    expect([(await end()).status, (await lead.call('GET', '/v1/exceptions')).body.items[0].state]).toEqual([
      ...[409, 'taken_back'],
    ])
  })

  test('an exception names one pair that the list can have, and nothing else', async () => {
    const refused = async (body: object) => {
      const answer = await except(lead, { list: 'csam_media', entry: 1, ...body })
      return [answer.status, answer.body.code]
    }
    const pdq = pdqOf(CSAM)
    expect(await refused({ pdq })).toEqual([403, 'sealed'])
    expect(await refused({ pdq, sha256: FILE })).toEqual([422, 'invalid'])
    expect(await refused({})).toEqual([422, 'invalid'])
    expect(await refused({ list: 'bad_domains', pdq: '0'.repeat(64) })).toEqual([422, 'invalid'])
    expect(await refused({ list: 'bad_domains', sha256: FILE })).toEqual([422, 'invalid'])
    expect(await refused({ sha256: FILE, endsAt: house.clock.now + 367 * DAY_MS })).toEqual([422, 'invalid'])
    expect(await refused({ list: 'nothing_here', sha256: FILE })).toEqual([404, 'not_found'])
    expect(await refused({ entry: 77, sha256: FILE })).toEqual([404, 'not_found'])
  })

  test('an entry is disputed while anybody’s newest word is another than yes', async () => {
    const say = (by: Person, says: string) =>
      by.call('POST', '/v1/lists/shops/entries/2/opinions', keyed({ says, reason: 'a shop like any other' }))
    expect([(await say(lead, 'affirm')).body, (await say(lead, 'doubt')).body]).toEqual([
      { state: 'active' },
      { state: 'disputed' },
    ])
    expect((await say(second, 'affirm')).body).toEqual({ state: 'disputed' })
    const { hits } = (() => {
      const bound = house.context.library.book.bind([], house.clock.now, new Set())
      bound.get('shops')?.find('in', 'b.example')
      return bound
    })()
    expect(hits).toMatchObject([{ entry: 2, flags: ['disputed'] }])
    expect([(await say(lead, 'affirm')).status, (await say(lead, 'affirm')).body]).toEqual([201, { state: 'active' }])
  })

  const add = (by: Person, list: string, value: string, more: object = {}) =>
    by.call('POST', `/v1/lists/${list}/entries`, keyed({ value, reason: 'seen by us', ...more }))
  const drop = (by: Person, list: string, n: number) =>
    by.call('DELETE', `/v1/lists/${list}/entries/${n}`, keyed({ reason: 'it is harmless' }))
  const page = async (list: string, after = 0) =>
    (await lead.call('GET', `/v1/lists/${list}/entries?after=${after}`)).body

  test('an entry of our own is matched when it is acknowledged, with what was said of it, and can be taken out', async () => {
    const expires = new Date(house.clock.now + DAY_MS).toISOString()
    const added = await add(lead, 'shops', 'C.Example.', { tags: ['x'], note: 'n', class: 'phishing', expires })
    expect([added.status, added.body]).toEqual([
      ...[201, { waits: null, listed: { entry: 3, version: expect.any(Number), state: 'live' } }],
    ])
    expect(finds('shops', 'c.example')).toBe('3')
    // Said again it is there, and no version of its own.
    const again = await add(lead, 'shops', 'c.example', { tags: ['x'], note: 'n', class: 'phishing', expires })
    expect([again.status, again.body.listed]).toEqual([201, added.body.listed])
    expect((await page('shops', 2)).items).toEqual([
      {
        ...{ n: 3, value: 'c.example', quality: null, sourceId: null, sourceClass: 'phishing', tags: ['x'], note: 'n' },
        ...{ added: new Date(house.clock.now).toISOString(), expires, state: 'active', until: null, opinions: [] },
      },
    ])
    expect((await page('shops')).items[1].opinions).toMatchObject([
      { who: lead.label, mine: true, says: 'affirm' },
      { who: second.label, says: 'affirm' },
    ])
    const dropped = await drop(second, 'shops', 3)
    expect([dropped.status, dropped.body]).toMatchObject([200, { waits: null, listed: { entry: null, state: 'live' } }])
    expect([finds('shops', 'c.example'), (await drop(second, 'shops', 3)).status]).toEqual([null, 404])
    expect((await page('shops')).items).toHaveLength(2)
    const leaves = (await house.rows('list_versions')).filter(({ list }) => list === 'shops')
    expect(leaves.toSorted((a, b) => Number(a.version) - Number(b.version)).map(({ by }) => by)).toEqual([
      'operator',
      lead.label,
      second.label,
    ])
  })

  test('what is no entry of this kind is refused, and nothing changes', async () => {
    const refused = async (list: string, value: string, more: object = {}) => {
      const { status, body } = await add(lead, list, value, more)
      return [status, body.code]
    }
    const before = await house.rows('list_versions')
    expect(await refused('shops', 'no domain')).toEqual([422, 'invalid'])
    expect(await refused('shops', 'd.example', { expires: 'soon' })).toEqual([422, 'invalid'])
    expect(await refused('csam_digests', 'xyz')).toEqual([422, 'bad_hash'])
    expect(await refused('csam_digests', 'b'.repeat(64))).toEqual([422, 'invalid'])
    expect(await refused('nothing_here', 'd.example')).toEqual([404, 'not_found'])
    expect(await house.rows('list_versions')).toHaveLength(before.length)
    expect(await lead.call('GET', '/v1/lists/csam_digests/entries')).toMatchObject({
      ...{ status: 403, body: { code: 'sealed' } },
    })
  })

  test('an entry of a sealed list rests on a decision that is final, and on two people', async () => {
    const item = 'own-entry'
    await house.report({ ...reportOf(item), item: { id: item, text: 'x' } })
    const { number, revision } = await lead.take(Number((await house.newestCase()).number))
    const { decision } = (await lead.decide({ number, revision }, 'remove')).body
    const value = 'b'.repeat(64)
    const early = await add(safety, 'csam_digests', value, { decision })
    expect([early.status, early.body.detail]).toEqual([409, expect.stringContaining('can still be undone')])
    house.clock.now += 11_000
    const asked = await add(safety, 'csam_digests', value, { decision })
    expect([asked.status, asked.body]).toEqual([201, { waits: expect.any(String), listed: null }])
    expect(finds('csam_digests', value)).toBeNull()
    expect(JSON.stringify(await house.rows('entry_acts'))).not.toContain(value)
    expect(JSON.stringify(await waiting(lead))).not.toContain(value)
    const agreed = await approve(lead, asked.body.waits)
    expect([agreed.status, agreed.body.listed]).toMatchObject([200, { state: 'live' }])
    expect(finds('csam_digests', value)).toBe(String(agreed.body.listed.entry))
    await lead.call('POST', `/v1/decisions/${decision}/reverse`, keyed({ reason: 'a mistake' }))
    expect(await add(safety, 'csam_digests', 'e'.repeat(64), { decision })).toMatchObject({ status: 409 })
    const out = await drop(safety, 'csam_digests', agreed.body.listed.entry)
    expect(finds('csam_digests', value)).not.toBeNull()
    await approve(lead, out.body.waits)
    expect(finds('csam_digests', value)).toBeNull()
  })

  test('what was agreed to and cut off is carried out at the next start, once', async () => {
    const { library } = house.context
    const change = library.change.bind(library)
    Object.assign(library, { change: () => Promise.reject(new Error('the power failed')) })
    const torn = await add(lead, 'shops', 'late.example')
    const gone = await drop(lead, 'shops', 2)
    // What is to go is silent already.
    expect([torn.status, gone.status, finds('shops', 'b.example')]).toEqual([500, 500, null])
    Object.assign(library, { change })
    house.failures.length = 0
    await house.reopen()
    await house.context.library.idle()
    const left = async () =>
      (await house.rows('entry_acts')).flatMap(({ state, op }) => (state === 'agreed' ? [op] : []))
    await vi.waitFor(async () => expect(await left()).toEqual([]), 10_000)
    expect((await page('shops')).items.map(({ value }: { value: string }) => value)).toEqual([
      ...['a.example', 'late.example'],
    ])
    expect([finds('shops', 'late.example'), finds('shops', 'b.example')]).toEqual(['4', null])
  })

  test('nothing of it was a fault of ours', () => expect(house.failures).toEqual([]))
})
