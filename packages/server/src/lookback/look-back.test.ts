import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { StoredEvidence } from '../review/index.ts'
import { wordsOfSetting as settingWords } from '../settings/index.ts'
import { loadList } from '../signals/index.ts'
import { engines } from '../storage/testing/engines.ts'
import { CSAM, freshId, type House, messageOf, openHouse, pdqOf, picture, uploadOf } from '../testing/house.ts'
import { operatorCalls } from '../testing/operator-calls.ts'
import { operatorDoer } from '../testing/server.ts'
import { LOOK_BACK_QUEUE } from './index.ts'

const HOUR = 3_600_000
const TURNED = 4
type Drawn = readonly ['boat' | 'hatched', number]

describe.each(engines)('look-back on $name', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ engine, demo: true })
    // The first picture waits for the decoder to start.
    await house.putPicture('first', picture(CSAM))
    await house.context.vault.find('main', 'first', 100_000)
  }, 120_000)
  afterAll(() => house.close())

  let drawn = 60
  let late: Drawn = ['boat', 0]
  let other: Drawn = ['boat', 0]
  // Each test has pictures of its own, and nothing is kept of the one before.
  beforeEach(async () => {
    drawn += 2
    late = ['boat', drawn]
    other = ['boat', drawn + 1]
    await set('0')
    await set(null, 'lookback.hashes')
    await set('24')
  })

  const set = (value: string | null, name: 'lookback.hours' | 'lookback.hashes' = 'lookback.hours') =>
    house.context.settings.put(name, value, { reason: 'x', doer: operatorDoer })
  const now = () => new Date(house.clock.now).toISOString()
  const screen = async (...files: Parameters<typeof uploadOf>) => {
    const answer = await house.screen({ ...uploadOf(...files), occurred_at: now() })
    expect([answer.status, answer.body.effects, answer.body.off]).toEqual([200, [], undefined])
  }
  /** A public picture that nothing knows, on its way. */
  async function screened(of: Drawn, more: object = {}): Promise<string> {
    const id = freshId()
    expect((await house.putPicture(id, picture(of))).status).toBe(201)
    // However busy the machine is: what is late is unknown, and a case of its own.
    expect((await house.context.vault.find('main', id, 60_000))?.facts).toBeDefined()
    const answer = await house.platform('POST', '/v1/events', {
      body: { ...uploadOf(id), occurred_at: now(), ...more },
    })
    expect(answer.status).toBeLessThan(300)
    return id
  }
  async function sent(of: Drawn, more: object = {}): Promise<string> {
    const id = await screened(of, more)
    await house.follow()
    return id
  }
  /** Only its hashes. */
  const told = (id: string, of: Drawn) => ({
    ...{ id, type: 'image/png', size: 9, sha256: createHash('sha256').update(id).digest('hex') },
    pdq: [{ hash: pdqOf(of), quality: 90 }],
  })
  const known = { pdq: [pdqOf(CSAM)], digest: ['0'.repeat(64)] }
  /** Makes a new version of a list live that holds these, too. */
  async function listed(list: string, kind: 'pdq' | 'digest', ...values: string[]): Promise<number> {
    known[kind].push(...values)
    const { version } = await house.context.library.import({
      facts: { id: list, kind, harm: 'csea', sealed: true, context: false, source: 'test', staleAfterMs: null },
      ...{ text: known[kind].join('\n'), contentType: 'text/plain', by: 'operator', live: true },
    })
    return version
  }
  /** What the minute and its jobs do. */
  async function aMinute(): Promise<string> {
    const done = await house.context.lookBack.tend()
    await house.pass(1_000)
    return done
  }
  const kept = () => house.rows('lookback_items')
  const keys = () => house.context.keyring.live('lookback')
  const casesOf = async (id: string) =>
    (await house.rows('cases')).filter(({ subject_key: subject }) => subject === `media:main:${id}`)
  async function evidenceOf(number: unknown): Promise<StoredEvidence[]> {
    const { sealer } = house.context.intake.bench
    const rows = (await house.rows('evidence')).filter(({ case_number: of }) => of === number)
    return Promise.all(
      rows.map(({ id, sealed }) =>
        sealed instanceof Uint8Array
          ? sealer.open<StoredEvidence>('evidence', 'sealed', String(id), sealed)
          : expect.fail('evidence is sealed'),
      ),
    )
  }

  test('is off as it is shipped: nothing is kept, and no key made', async () => {
    expect(settingWords('lookback.hours').takes).toContain('0 to 72')
    await set('0')
    const id = await sent(late)
    expect([await kept(), keys(), house.context.lookBack.isOn]).toEqual([[], [], false])
    await listed('csam_media', 'pdq', pdqOf(late))
    await aMinute()
    expect([await casesOf(id), await house.rows('lookback_lists')]).toEqual([[], []])
  })

  test('finds what a list learnt later: one case, for a person, with list, version, distance and how it lies', async () => {
    const [id, unlisted] = [await sent(late), await sent(other)]
    expect([(await kept()).length, keys().length]).toEqual([2, 1])
    const version = await listed('csam_media', 'pdq', pdqOf(late))
    await aMinute()
    const [one, ...more] = await casesOf(id)
    expect([more, await casesOf(unlisted)]).toEqual([[], []])
    expect(one).toMatchObject({ lane: 'csea-verified', account: 'kestrel' })
    expect(one?.words).toBe(`looked back, upload: csam media version ${version}, 0 of 256 bits differ`)
    const [piece] = await evidenceOf(one?.number)
    const hit = { list: 'csam_media', version: `v${version}`, distanceBits: 0, way: { variant: 'original' } }
    expect(piece).toMatchObject({
      facts: [{ name: 'found by', value: `looking back, with version ${version} of csam_media` }],
      files: [{ exhibit: null, hits: [hit] }],
      signals: [{ name: 'csam_media', state: 'hit', list: { version: `v${version}`, sealed: true } }],
    })
    // Nobody is acted on, and nothing is referred.
    for (const table of ['actions', 'outbox', 'notices', 'exhibits'])
      expect([table, await house.rows(table)]).toEqual([table, []])
    expect(await house.rows('list_hits')).toMatchObject([{ list: 'csam_media', version, distance: 0 }])
    const person = await house.person('child-safety')
    const shown = await person.call('GET', `/v1/cases/${one?.number}`)
    expect([shown.status, shown.text.includes('looked back')]).toEqual([200, true])
  })

  test('says how the picture lies, and takes nothing twice, however often the list becomes newer', async () => {
    const id = await sent(late)
    const [row] = await kept()
    const item = await house.context.lookBack.opened(row as never)
    const turned = item?.files[0]?.seen.readings[0]?.variants[TURNED] ?? expect.fail('a picture has variants')
    await listed('csam_media', 'pdq', turned)
    await aMinute()
    const [one] = await casesOf(id)
    expect(one?.words).toMatch(/bits differ, (turned|mirrored|main|other) /)
    await aMinute()
    await listed('csam_media', 'pdq', pdqOf(late), pdqOf(other))
    await aMinute()
    expect((await casesOf(id)).map(({ number, revision }) => [number, revision])).toEqual([
      [one?.number, one?.revision],
    ])
  })

  test('a digest is looked up as well, and what two lists know meets in one case', async () => {
    const id = await sent(late)
    await listed('csam_digests', 'digest', createHash('sha256').update(picture(late)).digest('hex'))
    await aMinute()
    await listed('csam_media', 'pdq', pdqOf(late))
    await aMinute()
    const [one, ...more] = await casesOf(id)
    expect(more).toEqual([])
    const [piece] = await evidenceOf(one?.number)
    expect(piece?.files[0]?.hits.map(({ list }) => list).toSorted()).toEqual(['csam_digests', 'csam_media'])
  })

  test('what is private is not kept, nor hashes without their file where their connection was not named', async () => {
    await screen(told('t1', late))
    const room = { id: 'dm', type: 'direct', audience: 'private' }
    const closed = await house.screen({ ...uploadOf(told('t2', late)), occurred_at: now(), room })
    expect(closed.body.off).toBe('eu.private_scan')
    await house.screen(messageOf('hello', { occurred_at: now() }))
    await house.follow()
    expect(await kept()).toEqual([])
    await set('other,main', 'lookback.hashes')
    // Also where it may be read.
    const { switchboard } = house.context
    const all = switchboard.now()
    const on = { ...all, switches: all.switches.map((one) => ({ ...one, on: true, from: 0, reviewBy: 9e15 })) }
    const { bench } = house.context.intake
    const { switches } = bench
    Object.assign(bench, { switches: () => ({ set: on, at: house.clock.now }) })
    const open = await house.screen({ ...uploadOf(told('t3', late)), occurred_at: now(), room })
    expect(open.body.off).toBeUndefined()
    await house.follow()
    expect(await kept()).toEqual([])
    Object.assign(bench, { switches })
    await screen(told('t4', late))
    await house.follow()
    expect((await kept()).length).toBe(1)
  })

  test('what was flagged is not kept', async () => {
    const id = freshId()
    await house.putPicture(id, picture(CSAM))
    await house.screen({ ...uploadOf(id), occurred_at: now() })
    await house.follow()
    expect([(await casesOf(id)).length, await kept()]).toEqual([1, []])
  })

  test('goes with the key of its hour, not later than was chosen; a list that comes after that finds nothing', async () => {
    await set('2')
    house.clock.now = Math.ceil(house.clock.now / HOUR) * HOUR
    const id = await sent(late)
    house.clock.now += 2 * HOUR - 61_000
    await house.context.lookBack.tend()
    expect([(await kept()).length, keys().length]).toEqual([1, 1])
    house.clock.now += 60_000
    expect(await house.context.lookBack.tend()).toMatch(/^1 items gone/)
    expect([await kept(), keys()]).toEqual([[], []])
    await listed('csam_media', 'pdq', pdqOf(late))
    await aMinute()
    expect(await casesOf(id)).toEqual([])
  })

  test('switched off, its keys end before the answer, and what another process writes meanwhile is not kept', async () => {
    await sent(late)
    await screened(other)
    const { lookBack } = house.context.intake
    const basket = await lookBack.basket(house.context.library.book)
    await set('0')
    expect([await kept(), keys(), house.context.lookBack.isOn]).toEqual([[], [], false])
    Object.assign(house.context.intake, { lookBack: { ...lookBack, basket: async () => basket } })
    await house.follow()
    Object.assign(house.context.intake, { lookBack })
    expect(await kept()).toEqual([])
  })

  test('an event that was judged by the version before, and written after the run, is looked up as well', async () => {
    await sent(other)
    const id = await screened(late)
    const { lookBack } = house.context.intake
    const { book } = house.context.library
    const basket = await lookBack.basket(book)
    const before = book.get('csam_media') ?? expect.fail('the list is there')
    await listed('csam_media', 'pdq', pdqOf(late))
    await aMinute()
    const after = book.get('csam_media') ?? expect.fail('the list is there')
    // A process that has not heard of it yet.
    book.set({ ...before, finder: loadList(before, []).finder })
    Object.assign(house.context.intake, { lookBack: { ...lookBack, basket: async () => basket } })
    await house.follow()
    Object.assign(house.context.intake, { lookBack })
    book.set(after)
    expect([(await kept()).length, await casesOf(id)]).toEqual([2, []])
    await aMinute()
    expect((await casesOf(id)).length).toBe(1)
  })

  test('a list that no rule asks makes no case, as follow would make none', async () => {
    const id = await sent(late)
    await listed('nobody_asks', 'pdq', pdqOf(late))
    await aMinute()
    expect(await casesOf(id)).toEqual([])
  })

  test('of somebody who is erased nothing is kept', async () => {
    const id = await sent(late, { actor: { id: 'avocet', kind: 'person' } })
    await sent(other, { actor: { id: 'plover', kind: 'person' } })
    expect((await kept()).map(({ who }) => who)).not.toContain('avocet')
    const asked = await operatorCalls(house, '/v1/erasures', { account: 'avocet', ground: 'request', reason: 'x' })
    expect(asked.status).toBe(202)
    await house.pass(1_000)
    expect((await kept()).length).toBe(1)
    await listed('csam_media', 'pdq', pdqOf(late))
    await aMinute()
    expect(await casesOf(id)).toEqual([])
  })

  test('goes on where it was cut off: every item once, though it was stopped in the middle of a page', async () => {
    const ids = [await sent(late), await sent(late), await sent(late)]
    const found = async () => (await Promise.all(ids.map(casesOf))).flat()
    await listed('csam_media', 'pdq', pdqOf(late))
    await house.context.lookBack.tend()
    const jobs = await house.context.storage.jobs.claim(LOOK_BACK_QUEUE, 100, 1)
    const job = jobs.find(({ payload }) => JSON.stringify(payload).includes('csam_media'))
    if (job === undefined) return expect.fail('there is a job')
    const { sealer } = house.context.intake.bench
    const { seal } = sealer
    let sealed = 0
    Object.assign(sealer, {
      seal: (...given: Parameters<typeof seal>) => {
        sealed += given[0] === 'evidence' ? 1 : 0
        if (sealed === 2) throw new Error('cut off')
        return seal(...given)
      },
    })
    const context = { signal: AbortSignal.timeout(60_000), claimed: () => job }
    await expect(house.context.looksBack(job, context)).rejects.toThrow('cut off')
    Object.assign(sealer, { seal })
    expect((await found()).length).toBe(1)
    await house.pass(60_000)
    expect((await found()).map(({ revision }) => revision)).toEqual([1, 1, 1])
    expect(await house.rows('lookback_lists')).toContainEqual(
      expect.objectContaining({ list: 'csam_media', target: null, item: '' }),
    )
  })

  test('nothing went wrong on our side', () => expect(house.failures).toEqual([]))
})
