import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { type House, openHouse } from '../../testing/house.ts'
import { entriesOf, exchangeRow, feed, ncmecAt, newestPull, opinionsOf, pull } from './testing/fed.ts'
import { NCMEC_MEMBER, type NcmecEntry, type NcmecFake, startNcmecFake } from './testing/ncmec-fake.ts'
import { pullElsewhere } from './testing/pull-life.ts'

const DAY = 86_400_000
/** More would say that a pull does not come to an end. */
const MOST_LIVES = 30
type Opinions = Awaited<ReturnType<typeof opinionsOf>>
const parsedOpinions = (text: string): Opinions => JSON.parse(text)
/** Eleven rows, three a page, and one page that is empty; six rows in the same way. */
const PAGES = 5
const CHANGED_PAGES = 3

describe.each(engines)('matching 26: kill -9 ($name)', (engine) => {
  let house: House
  let fake: NcmecFake
  beforeEach(async () => {
    house = await openHouse({ engine, bare: true, mediaNets: ['exchange:killed', 'exchange:whole'] })
    fake = await startNcmecFake({ now: () => house.clock.now })
  })
  afterEach(async () => {
    await fake.close()
    await house.close()
  })

  const image = (n: number, more: Partial<NcmecEntry> = {}): NcmecEntry => ({
    ...{ member: 42, id: `i${n}`, type: 'image', at: house.clock.now - DAY, classification: 'A1' },
    fingerprints: { md5: n.toString(16).padStart(32, '0'), sha1: n.toString(16).padStart(40, '0') },
    ...more,
  })
  const stands = async (exchange: string) => ({
    entries: [...(await entriesOf(house, `${exchange}_files`))].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    opinions: parsedOpinions(
      JSON.stringify(await opinionsOf(house, `${exchange}_files`)).replaceAll(`${exchange}: `, ''),
    ),
    cursor: (await exchangeRow(house, exchange)).cursor,
    pull: await newestPull(house, exchange).then(({ state, rows, bad, page }) => ({ state, rows, bad, page })),
    versions: (await house.rows('list_versions'))
      .filter(({ list, state }) => list === `${exchange}_files` && state !== 'dropped')
      .map(({ added, removed }) => [added, removed]),
  })
  /** Takes a pull to its end by processes that die one after another. @param dieAfter transactions that one may make; null: until it is shot */
  const pullInLives = async (dieAfter: (life: number) => number | null): Promise<number> => {
    const { pull: id } = await house.context.exchanges.pull('killed', 'operator')
    let lives = 0
    await house.reopen({}, async () => {
      for (let ended: string | number = 'SIGKILL'; ended === 'SIGKILL'; lives += 1) {
        if (lives === MOST_LIVES) break
        const errand = { exchange: 'killed', pull: id, dieAfter: dieAfter(lives) }
        ended = await pullElsewhere(house, errand, ({ kill }) => {
          fake.onCall = () => {
            if (errand.dieAfter === null && fake.calls.length % 2 === 1) kill()
          }
        })
      }
      fake.onCall = () => undefined
    })
    return lives
  }
  const fill = () =>
    fake.put(
      ...Array.from({ length: 9 }, (_, n) =>
        image(n, n === 2 ? { said: [{ member: 50, says: 'negative', of: 'md5' }] } : {}),
      ),
      image(3, { classification: 'B2', at: house.clock.now - DAY / 2 }),
      image(20, { fingerprints: { md5: 'zz'.repeat(16) } }),
    )
  const change = () => {
    house.clock.now += 3_600_000
    const at = house.clock.now - 1_200_000
    fake.put(image(30, { at }), image(31, { at }), image(1, { at, fingerprints: { md5: 'ab'.repeat(16) } }))
    fake.put(image(2, { at }), image(7, { at, said: [{ member: 51, says: 'negative', of: 'sha1' }] }))
    for (const n of [4, 5, 6]) fake.retract(42, `i${n}`, at)
  }
  const lists = (exchange: string) => ({ lists: { digest: `${exchange}_files` } })

  test('while each page comes, and after each transaction: nothing is lost or doubled, deletions hold, the window stays', async () => {
    for (const name of ['killed', 'whole']) {
      const { settings, ...rest } = ncmecAt(fake)
      await feed(house, name, { ...rest, settings: { ...settings, ownMember: String(NCMEC_MEMBER) } }, lists(name))
    }
    fill()
    // Every second call is answered: each page is asked for by a process that dies over it, and by the next one.
    expect(await pullInLives(() => null)).toBe(PAGES + 1)
    const windows = new Set(fake.calls.map(({ query }) => `${query.get('from')} ${query.get('to')}`))
    expect([fake.calls.length, windows.size]).toEqual([2 * PAGES, 1])
    await pull(house, 'whole')
    expect(await stands('killed')).toEqual(await stands('whole'))

    change()
    // One transaction a life, as long as each is a step forward: the window and its pages. A list begins its version anew, so it is given one
    // transaction more each time.
    const lives = await pullInLives((life) => Math.max(1, life - CHANGED_PAGES))
    expect(lives).toBeGreaterThan(CHANGED_PAGES + 3)
    await pull(house, 'whole')
    const end = await stands('killed')
    expect(end).toEqual(await stands('whole'))
    const ids = end.entries.map(([key]) => key.split(' ')[0])
    expect(ids).toContain('42/i31')
    const said = Object.values(end.opinions).flatMap((one) => (one.said.length === 0 ? [] : [one]))
    expect(said).toEqual([{ state: 'disputed', said: ['member 51 deny'] }])
    expect(await house.rows('staged_opinions')).toEqual([])
    for (const gone of ['42/i4', '42/i5', '42/i6']) expect(ids).not.toContain(gone)
  }, 300_000)
})
