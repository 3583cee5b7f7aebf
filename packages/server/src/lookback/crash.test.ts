import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { CSAM, freshId, type House, openHouse, pdqOf, picture, uploadOf } from '../testing/house.ts'
import { operatorDoer } from '../testing/server.ts'
import { looksBackApart } from './testing/look-back-life.ts'

/** More would say that a run does not come to an end. */
const MOST_LIVES = 40

describe.each(engines)('look-back that is cut off on $name', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ engine, demo: true })
    // The first picture waits for the decoder to start.
    await house.putPicture('first', picture(CSAM))
    await house.context.vault.find('main', 'first', 100_000)
    await house.context.settings.put('lookback.hours', '24', { reason: 'x', doer: operatorDoer })
  }, 120_000)
  afterAll(() => house.close())

  type Drawn = readonly ['boat', number]
  /** Public pictures that nothing knows: the same one, sent so many times. */
  async function sent(of: Drawn, times: number): Promise<string[]> {
    const ids: string[] = []
    for (let time = 0; time < times; time += 1) {
      const id = freshId()
      expect((await house.putPicture(id, picture(of))).status).toBe(201)
      expect((await house.context.vault.find('main', id, 60_000))?.facts).toBeDefined()
      const body = { ...uploadOf(id), occurred_at: new Date(house.clock.now).toISOString() }
      expect((await house.platform('POST', '/v1/events', { body })).status).toBeLessThan(300)
      ids.push(id)
    }
    await house.follow()
    return ids
  }
  const known: string[] = [pdqOf(CSAM)]
  async function listed(of: Drawn): Promise<number> {
    known.push(pdqOf(of))
    const { version } = await house.context.library.import({
      facts: {
        id: 'csam_media',
        kind: 'pdq',
        harm: 'csea',
        sealed: true,
        context: false,
        source: 'test',
        staleAfterMs: null,
      },
      ...{ text: known.join('\n'), contentType: 'text/plain', by: 'operator', live: true },
    })
    return version
  }
  /** Each item is one case that was changed by nothing else, its evidence and its hit are there once, and the list is looked back with. */
  async function assertFoundOnce(ids: readonly string[], version: number): Promise<void> {
    const keys = ids.map((id) => `media:main:${id}`)
    const cases = (await house.rows('cases')).filter(({ subject_key: subject }) => keys.includes(String(subject)))
    expect(cases.map(({ subject_key: subject }) => subject).sort()).toEqual(keys.toSorted())
    expect(cases.map(({ revision }) => Number(revision))).toEqual(ids.map(() => 1))
    const numbers = cases.map(({ number }) => number)
    const evidence = (await house.rows('evidence')).filter(({ case_number: of }) => numbers.includes(of))
    expect(evidence.length).toBe(ids.length)
    const hits = (await house.rows('list_hits')).filter((hit) => Number(hit.version) === version)
    expect(hits.length).toBe(ids.length)
    const [list] = (await house.rows('lookback_lists')).filter((row) => row.list === 'csam_media')
    expect([Number(list?.version), list?.target, list?.item]).toEqual([version, null, ''])
  }

  test('matching 4.4: killed after each of its transactions it finds every item once', async () => {
    const of: Drawn = ['boat', 61]
    const ids = await sent(of, 3)
    const version = await listed(of)
    let lives = 0
    await house.reopen({}, async () => {
      for (let ended = 'SIGKILL'; ended === 'SIGKILL'; ) {
        lives += 1
        if (lives > MOST_LIVES) throw new Error('it does not come to an end')
        ended = await looksBackApart(house, { now: house.clock.now + 1_000 * lives, dieAfter: lives })
      }
    })
    expect(lives).toBeGreaterThan(5)
    house.clock.now += 1_000 * lives
    await house.pass(60_000)
    await assertFoundOnce(ids, version)
  }, 600_000)

  // An embedded database has one process.
  if (engine.name !== 'sqlite')
    test('matching 4.4: two processes that take the same list in hand find every item once', async () => {
      const of: Drawn = ['boat', 62]
      const ids = await sent(of, 4)
      const version = await listed(of)
      const now = house.clock.now
      let went: string[] = []
      await house.reopen({}, async () => {
        // To the second the claim of the first is over, whether it is alive or not.
        went = await Promise.all([1, 2].map((nth) => looksBackApart(house, { now: now + 1_000 * nth, dieAfter: null })))
      })
      expect(went.some((jobs) => jobs.includes('completed'))).toBe(true)
      house.clock.now += 3_000
      await house.pass(60_000)
      await assertFoundOnce(ids, version)
    }, 300_000)

  test('nothing went wrong on our side', () => expect(house.failures).toEqual([]))
})
