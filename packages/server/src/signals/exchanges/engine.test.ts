import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { type House, openHouse } from '../../testing/house.ts'
import { waitMs } from './engine.ts'
import { busy, cut } from './testing/fake-server.ts'
import { entriesOf, exchangeRow, feed, goOn, ncmecAt, newestPull, pull } from './testing/fed.ts'
import { type NcmecEntry, type NcmecFake, startNcmecFake } from './testing/ncmec-fake.ts'

const DAY = 86_400_000

describe.each(engines)('pulls ($name)', (engine) => {
  let house: House
  const fakes: NcmecFake[] = []
  beforeAll(async () => {
    const names = [
      'plain',
      'twice',
      'spoiled',
      'busy',
      'refused',
      'cut',
      'corrupt',
      'mass',
      'age',
      'sealed',
      'dropped',
      'at_once',
    ]
    house = await openHouse({ engine, bare: true, mediaNets: names.map((name) => `exchange:${name}`) })
  })
  afterAll(() => house.close())
  afterEach(async () => {
    for (const fake of fakes.splice(0)) await fake.close()
  })

  const served = async (exchange: string, more: Parameters<typeof feed>[3] = {}): Promise<NcmecFake> => {
    const fake = await startNcmecFake({ now: () => house.clock.now })
    fakes.push(fake)
    await feed(house, exchange, ncmecAt(fake), more)
    return fake
  }
  const image = (n: number, more: Partial<NcmecEntry> = {}): NcmecEntry => ({
    ...{ member: 42, id: `i${n}`, type: 'image', at: house.clock.now - DAY, classification: 'A1' },
    fingerprints: { md5: n.toString(16).padStart(32, '0'), pdq: pdqOf(n) },
    ...more,
  })
  const images = (count: number) => Array.from({ length: count }, (_, n) => image(n))
  const later = (ms = 3_600_000) => {
    house.clock.now += ms
  }

  test('a whole pull replaces what was there, and the cursor moves with it', async () => {
    const fake = await served('plain')
    fake.put(...images(10), image(1, { classification: 'B2', at: house.clock.now - DAY / 2 }))
    expect(await pull(house, 'plain')).toBe('done')
    expect([...(await entriesOf(house, 'plain_files')).keys()].toSorted()).toEqual(
      images(10)
        .map(({ id, fingerprints }) => `42/${id} ${fingerprints.md5}`)
        .toSorted(),
    )
    expect((await entriesOf(house, 'plain_pictures')).size).toBe(10)
    const row = await exchangeRow(house, 'plain')
    expect(JSON.parse(String(row.cursor))).toEqual({
      to: new Date(house.clock.now - 600_000).toISOString().replace('.000', ''),
    })
    expect(await newestPull(house, 'plain')).toMatchObject({ state: 'done', is_full: 1, rows: 11, bad: 0 })
    // The same entry came twice, in no order of time.
    expect((await entriesOf(house, 'plain_files')).get(`42/i1 ${image(1).fingerprints.md5}`)).toMatchObject({
      class: 'B2',
    })
    expect(await house.rows('pull_rows')).not.toEqual([])
    // What was staged goes with the next chore.
    await house.context.exchanges.task.run(0, { signal: new AbortController().signal, claimed: () => expect.fail() })
    expect(await house.rows('pull_rows')).toEqual([])
  })

  test('the next pull brings what changed, in the last state of each content, and takes away what is gone', async () => {
    const fake = await served('twice')
    fake.put(...images(6))
    await pull(house, 'twice')
    later()
    const at = house.clock.now - 1_200_000
    fake.put(image(1, { classification: 'B1', at: at - 60_000 }), image(1, { classification: 'B2', at }))
    fake.put(image(2, { at, fingerprints: { md5: 'ab'.repeat(16) } }))
    fake.retract(42, 'i3', at)
    expect(await pull(house, 'twice')).toBe('done')
    expect([...(await entriesOf(house, 'twice_files')).keys()].toSorted()).toEqual(
      [0, 1, 4, 5]
        .map((n) => `42/i${n} ${image(n).fingerprints.md5}`)
        .concat(`42/i2 ${'ab'.repeat(16)}`)
        .toSorted(),
    )
    // Its PDQ was taken back with the picture's new state.
    expect((await entriesOf(house, 'twice_pictures')).size).toBe(4)
    expect(await newestPull(house, 'twice')).toMatchObject({ state: 'done', is_full: 0 })
  })

  test('matching 26: a connection cut in every page, answers that ask to wait: the pull goes on where it stood', async () => {
    const fake = await served('cut')
    fake.put(...images(8))
    const pages = 4
    fake.trap(...Array.from({ length: pages }, () => [cut, busy(429, 7), undefined]).flat())
    let ending = await pull(house, 'cut')
    const { id } = await newestPull(house, 'cut')
    let waits = 0
    for (; ending !== 'done'; waits += 1) ending = await goOn(house, String(id))
    expect(waits).toBe(2 * pages)
    expect((await entriesOf(house, 'cut_files')).size).toBe(8)
    // Asked for the same page again and again, never for another window.
    const windows = fake.calls.map(({ query }) => `${query.get('from')} ${query.get('to')}`)
    expect(new Set(windows).size).toBe(1)
  })

  test('a source that asks to wait is waited for as long as it says, and the list grows no younger meanwhile', async () => {
    const fake = await served('busy')
    fake.put(...images(5))
    const before = (await house.rows('lists')).find(({ id }) => id === 'busy_files')
    later(5_000)
    fake.trap(undefined, busy(503, 90))
    const ending = await pull(house, 'busy')
    expect(ending).toMatchObject({ why: 'waits' })
    const after = typeof ending === 'object' && 'retryAt' in ending ? ending.retryAt - house.clock.now : 0
    expect(after).toBeGreaterThanOrEqual(90_000)
    expect(after).toBeLessThanOrEqual(108_000)
    expect(await newestPull(house, 'busy')).toMatchObject({ state: 'running', page: 1, waits: 1, why: 'status 503' })
    const list = (await house.rows('lists')).find(({ id }) => id === 'busy_files')
    expect([list?.version, list?.updated_at]).toEqual([before?.version, before?.updated_at])
    // Nobody else begins a second pull of it, by hand or by time.
    await expect(house.context.exchanges.pull('busy', 'operator')).rejects.toMatchObject({ code: 'pull_running' })
    later(2 * DAY)
    await house.context.exchanges.task.run(0, { signal: new AbortController().signal, claimed: () => expect.fail() })
    expect((await house.rows('pulls')).filter(({ exchange }) => exchange === 'busy')).toHaveLength(1)
    expect(await goOn(house, String((await newestPull(house, 'busy')).id))).toBe('done')
    expect((await entriesOf(house, 'busy_files')).size).toBe(5)
  })
  test('refused credentials and unreadable answers stop the exchange with the reason; a person lets it go on', async () => {
    const fake = await served('refused')
    fake.put(...images(4))
    for (const [status, code] of [
      [401, 'sign_in'],
      [403, 'sign_in'],
      [418, 'refused'],
      [302, 'refused'],
    ] as const) {
      fake.trap(undefined, () => ({ status, body: 'no\u0007 <b>entry</b>' }))
      expect(await pull(house, 'refused')).toBe('done')
      const row = await exchangeRow(house, 'refused')
      expect([row.state, row.cursor, JSON.parse(String(row.why))]).toEqual([
        'stopped',
        null,
        { code, words: `status ${status}: no <b>entry</b>` },
      ])
    }
    // Stopped: its time does not begin another.
    later(2 * DAY)
    const pulls = async () => (await house.rows('pulls')).filter(({ exchange }) => exchange === 'refused').length
    const before = await pulls()
    await house.context.exchanges.task.run(0, { signal: new AbortController().signal, claimed: () => expect.fail() })
    expect(await pulls()).toBe(before)
    expect((await entriesOf(house, 'refused_files')).size).toBe(1)
    expect(await pull(house, 'refused')).toBe('done')
    expect((await entriesOf(house, 'refused_files')).size).toBe(4)
    expect((await exchangeRow(house, 'refused')).state).toBe('on')
  })

  test('one corrupt hash is counted and kept sealed; nothing else is lost', async () => {
    const fake = await served('corrupt')
    fake.put(...images(4), image(9, { fingerprints: { md5: 'zz'.repeat(16), pdq: pdqOf(9) } }))
    expect(await pull(house, 'corrupt')).toBe('done')
    expect(await newestPull(house, 'corrupt')).toMatchObject({ rows: 6, bad: 1 })
    expect((await entriesOf(house, 'corrupt_files')).size).toBe(4)
    expect((await entriesOf(house, 'corrupt_pictures')).size).toBe(5)
    const bad = (await house.rows('pull_bad')).at(-1) ?? {}
    expect(bad.why).toBe('md5: expected md5')
    expect(Buffer.from(bad.raw as Uint8Array).toString('latin1')).not.toContain('zzzz')
  })

  test('matching 24: more than the rails allow is staged, the running version stays, removals take effect', async () => {
    const fake = await served('mass', { facts: { rails: { max_growth: 0.05, max_shrink: 0.05, max_bad_rows: 0.001 } } })
    fake.put(...images(40))
    await pull(house, 'mass')
    // From one entry to forty: staged.
    const versions = async () => (await house.rows('list_versions')).filter(({ list }) => list === 'mass_files')
    expect((await versions()).map(({ state }) => state)).toContain('staged')
    expect((await entriesOf(house, 'mass_files')).size).toBe(1)
    expect(await newestPull(house, 'mass')).toMatchObject({ state: 'done' })
  })

  test('what somebody dropped before it ran is asked for anew, with everything', async () => {
    const fake = await served('dropped', { facts: { rails: { max_growth: 0.05, max_shrink: 1, max_bad_rows: 1 } } })
    fake.put(...images(10))
    await pull(house, 'dropped')
    later()
    await dropWaiting(house, 'dropped_files')
    await pull(house, 'dropped')
    expect(await newestPull(house, 'dropped')).toMatchObject({ is_full: 1, rows: 10 })
    later()
    await pull(house, 'dropped')
    expect(await newestPull(house, 'dropped')).toMatchObject({ is_full: 0, rows: 0 })
  })

  test('a sealed list: nothing of a hash lies open in what was staged, kept or noted', async () => {
    const fake = await served('sealed', { facts: { sealed: true } })
    fake.put(image(1), image(2, { fingerprints: { md5: `${'cd'.repeat(15)}zz` } }))
    await pull(house, 'sealed')
    for (const name of ['pull_rows', 'pull_bad', 'pulls', 'exchanges', 'list_entries', 'jobs']) {
      const text = (await house.rows(name))
        .filter((row) => name !== 'list_entries' || String(row.list).startsWith('sealed'))
        .map((row) =>
          Object.values(row)
            .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)))
            .join(),
        )
        .join()
      expect([name, text.includes('cdcdcd') || text.includes(pdqOf(1)) || text.includes('pass:with:colons')]).toEqual([
        name,
        false,
      ])
    }
  })

  test('two at once: one begins, the other is told that it runs', async () => {
    await served('at_once')
    const both = await Promise.allSettled([1, 2].map(() => house.context.exchanges.pull('at_once', 'operator')))
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })

  test('an approval ends after twelve months', async () => {
    const fake = await served('age')
    fake.put(...images(2))
    await pull(house, 'age')
    const now = house.clock.now
    later(366 * DAY)
    await expect(house.context.exchanges.pull('age', 'operator')).rejects.toMatchObject({ code: 'conflict' })
    house.clock.now = now
  })
})

test('waiting: as asked for, else 30 s doubled to an hour, and up to a fifth more', () => {
  expect([1, 2, 3, 7, 8, 400].map((waits) => waitMs(waits, undefined, 0))).toEqual([
    ...[30_000, 60_000, 120_000, 1_920_000, 3_600_000, 3_600_000],
  ])
  expect([waitMs(9, 7_000, 0), waitMs(1, 10_000, 1), waitMs(1, undefined, 0.5)]).toEqual([7_000, 12_000, 33_000])
})

/** What a person does who does not want the version that waits. */
async function dropWaiting(house: House, list: string): Promise<void> {
  const statement = `update ${house.place.schema === undefined ? '' : `${house.place.schema}.`}list_versions set state = 'dropped' where list = '${list}' and state in ('staged', 'trial')`
  if (house.place.url === undefined) {
    const database = new DatabaseSync(join(house.place.folder, 'lamplighter.db'))
    database.exec(statement)
    database.close()
    return
  }
  const client = new pg.Client(house.place.url)
  await client.connect()
  await client.query(statement)
  await client.end()
}

/** A PDQ with features, of its own for each number. */
function pdqOf(n: number): string {
  return (n + 1).toString(16).padStart(4, '0').repeat(2) + '9669'.repeat(14)
}
