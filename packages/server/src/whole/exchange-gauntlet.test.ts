import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { exchangeRow, feed, goOn, newestPull } from '../signals/exchanges/testing/fed.ts'
import { madeMd5, madePdq } from '../signals/exchanges/testing/hashes.ts'
import { openedEntries } from '../signals/lists/testing/opened.ts'
import { engines } from '../storage/testing/engines.ts'
import { type House, openHouse } from '../testing/house.ts'
import type { Gauntlet } from './testing/gauntlet.ts'
import { LINES, type Line, type Passed, type Runner, runGauntlet } from './testing/gauntlet-run.ts'
import { gauntletSources } from './testing/gauntlet-sources.ts'

/*
 * Every exchange, every page, every trap (matching.md §10.3): each page is asked for by a process that is shot over it, then by one whose line fails or
 * whose place has ended, and only then answered. `LAMPLIGHTER_DEEP=1` sets each trap alone, too, and the clocks off to the other side.
 */

const HOUR_MS = 3_600_000
const OFF_MS = 300_000
const TRAPS = ['cut', 'busy', 'away', 'place', 'empty', 'twice', 'torn', 'behind', 'ahead', 'mass'] as const
type Trapped = (typeof TRAPS)[number]
const isLine = (trap: Trapped): trap is Line => trap in LINES

const all = TRAPS.filter((trap) => trap !== 'ahead')
const runs: readonly { readonly name: string; readonly traps: readonly Trapped[] }[] = [
  { name: 'all traps at once', traps: all },
  ...(process.env.LAMPLIGHTER_DEEP === '1'
    ? [
        { name: 'all traps at once, clocks ahead', traps: TRAPS.filter((trap) => trap !== 'behind') },
        ...[[], ...TRAPS.map((trap) => [trap])].map((traps) => ({ name: `${traps[0] ?? 'no trap'} alone`, traps })),
      ]
    : []),
]

let cache: string
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'll-gauntlet-'))
})
afterAll(() => rmSync(cache, { recursive: true, force: true }))

let house: House
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

/** A house with sources that have something to tell, each feeding lists of its own. */
async function started(traps: readonly Trapped[], engine = engines[0]): Promise<readonly Runner[]> {
  house = await openHouse({
    bare: true,
    ...(engine !== undefined && { engine }),
    mediaNets: gauntletSources.map(({ name }) => `exchange:${name}`),
  })
  open.push(house)
  const offMs = traps.includes('behind') ? -OFF_MS : traps.includes('ahead') ? OFF_MS : 0
  const runners: Runner[] = []
  for (const { name, start } of gauntletSources) {
    const source = await start({ now: () => house.clock.now + offMs, emptyPages: traps.includes('empty') })
    open.push(source.fake)
    for (const n of [1, 2, 3, 4, 5, 6]) source.put(n)
    if (traps.includes('twice')) source.twice(3)
    if (traps.includes('torn')) source.torn()
    await feed(house, name, source.body, { lists: listsOf(name, source) })
    runners.push({ name, source })
  }
  return runners
}

const listsOf = (name: string, { lists }: Gauntlet) =>
  Object.fromEntries(lists.map((kind) => [kind, `${name}_${kind}`]))

/** Values of the entries that run, by list, as often as they are there. */
async function standing({ name, source }: Runner): Promise<unknown> {
  const [lists, entries] = await Promise.all([house.rows('lists'), house.rows('list_entries')])
  const standingIn = async (kind: Gauntlet['lists'][number]) => {
    const version = Number(lists.find(({ id }) => id === `${name}_${kind}`)?.version)
    const own = entries.filter(
      ({ list, since, gone }) =>
        list === `${name}_${kind}` && Number(since) <= version && (gone === null || Number(gone) > version),
    )
    return [kind, (await openedEntries(house.context.keyring, own)).map(({ value }) => value).toSorted()]
  }
  return Promise.all(source.lists.map(standingIn))
}
const numbers = ({ lists }: Gauntlet, ns: readonly number[]) =>
  lists.map((kind) => [kind, ns.map(kind === 'pdq' ? madePdq : madeMd5).toSorted()])

/** Each page was asked for by a process that was shot over it, and its line failed. */
function expectPassed({ pages, shot, trapped }: Passed, traps: readonly Trapped[], source: Gauntlet): void {
  expect(pages).toBeGreaterThan(1)
  expect(shot).toBe(pages)
  if (traps.some(isLine)) expect(trapped.length).toBe(pages)
  expect(trapped.includes('place')).toBe(traps.includes('place') && source.endsPlace !== undefined)
}

describe.each(engines)('matching 26: exchanges in the gauntlet ($name)', (engine) => {
  test.each(runs)(
    'killed in every page, $name: no entry lost, none doubled, deletions applied, cursor right',
    async ({ traps }) => {
      const runners = await started(traps, engine)
      const lines = traps.filter(isLine)
      const gauntlet = { lines, placeEnds: traps.includes('place'), how: 'at-once', cache } as const
      const first = await runGauntlet(house, runners, gauntlet)
      expect(lines.filter((line) => ![...first.values()].some(({ trapped }) => trapped.includes(line)))).toEqual([])
      for (const one of runners) {
        expectPassed(first.get(one.name) ?? expect.fail(), traps, one.source)
        expect([one.name, await standing(one)]).toEqual([one.name, numbers(one.source, [1, 2, 3, 4, 5, 6])])
        const bad = traps.includes('torn') ? 1 : 0
        expect(await newestPull(house, one.name)).toMatchObject({ state: 'done', is_full: 1, bad })
      }
      const cursors = new Map(await Promise.all(runners.map(async ({ name }) => [name, await cursorOf(name)] as const)))

      house.clock.now += HOUR_MS
      const gone = traps.includes('mass') ? [1, 2, 3, 4, 5] : [2]
      const left = [1, 2, 3, 4, 5, 6, 7].filter((n) => !gone.includes(n))
      for (const { source } of runners) {
        for (const n of gone) source.take(n)
        source.put(7)
      }
      const second = await runGauntlet(house, runners, gauntlet)
      for (const one of runners) {
        const { shot, pages, trapped } = second.get(one.name) ?? expect.fail()
        expect([one.name, shot, trapped.length]).toEqual([one.name, pages, lines.length > 0 ? pages : trapped.length])
        expect([one.name, await standing(one)]).toEqual([one.name, numbers(one.source, left)])
        expect(await cursorOf(one.name)).not.toBe(cursors.get(one.name))
      }

      // From the cursor on, and from nowhere else: what comes now is one entry.
      house.clock.now += HOUR_MS
      for (const one of runners) {
        one.source.put(8)
        const { pull } = await house.context.exchanges.pull(one.name, 'operator')
        await goOn(house, pull)
        expect(await newestPull(house, one.name)).toMatchObject({ state: 'done' })
        expect([one.name, await standing(one)]).toEqual([one.name, numbers(one.source, [...left, 8])])
        expect([one.name, one.source.fake.refused.map(({ query }) => String(query))]).toEqual([one.name, []])
        expect(await exchangeRow(house, one.name)).toMatchObject({ state: 'on', why: null })
      }
    },
    1_200_000,
  )
})

test('matching 26: a server that is shot over each page takes its job up again by itself, and ends it', async () => {
  const runners = (await started(['empty'])).filter(({ name }) => name === 'http_pages')
  const [one = expect.fail()] = runners
  const { pages, shot } =
    (await runGauntlet(house, runners, { lines: [], placeEnds: false, how: 'server', cache })).get(one.name) ??
    expect.fail()
  expect(pages).toBeGreaterThan(2)
  expect(shot).toBe(pages)
  expect(await standing(one)).toEqual(numbers(one.source, [1, 2, 3, 4, 5, 6]))
  expect((await house.rows('pulls')).map(({ state }) => state)).toEqual(['done'])
}, 1_200_000)

test('matching 26: no source takes a place with another window than that it was given for', async () => {
  const bound = (await started([])).filter(({ source }) => source.resumedBy !== undefined)
  expect(bound.map(({ name }) => name)).toEqual(['ncmec', 'stopncii', 'threatexchange'])
  for (const { name, source } of bound) {
    const { pull } = await house.context.exchanges.pull(name, 'operator')
    expect(await goOn(house, pull)).toBe('done')
    const { place, window } = source.resumedBy ?? expect.fail()
    const call = source.fake.calls.find(({ query }) => query.has(place)) ?? expect.fail(`${name} has one page`)
    const again = async (query: URLSearchParams) => {
      const headers = Object.entries(call.headers).filter(([header]) => SIGN_IN.test(header)) as [string, string][]
      return (await fetch(`${source.fake.origin}${call.path}?${query}`, { headers })).status
    }
    expect([name, await again(call.query)]).toEqual([name, 200])
    const other = new URLSearchParams(call.query)
    const told = other.get(window) ?? ''
    other.set(window, told.endsWith('Z') ? `${told.slice(0, -3)}${told.endsWith('59Z') ? '58' : '59'}Z` : '12345')
    expect([name, await again(other)]).toEqual([name, 400])
  }
})
const SIGN_IN = /^(authorization|x-functions-key|ocp-apim-subscription-key)$/

const cursorOf = async (name: string) => (await exchangeRow(house, name)).cursor
