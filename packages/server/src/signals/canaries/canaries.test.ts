import { readFileSync } from 'node:fs'
import { type Pdq, parsePdq } from '@lamplighter/matching'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type House, openHouse } from '../../testing/house.ts'
import { hashes, turned } from '../pictures/testing/hashes.ts'
import { canaryNear } from './table.ts'
import { canaryHashes } from './testing/hashes.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ bare: true })
})
afterAll(() => house.close())

const written = readFileSync(new URL('./hashes.txt', import.meta.url), 'latin1')
  .trimEnd()
  .split('\n')
const canary = (place: number): Pdq => parsePdq(written[place] ?? '') ?? expect.fail('there is a hash')
const find = (list: string, pdq: Pdq) =>
  house.context.library.book.bind([], house.clock.now, new Set()).get(list)?.find('near', pdq)
const make = async (id: string, pdqs: readonly Pdq[], sealed = true) => {
  await house.context.library.import({
    facts: { id, kind: 'pdq', harm: 'csea', sealed, context: false, source: 'test', staleAfterMs: null },
    text: pdqs.join('\n'),
    contentType: 'text/plain',
    by: 'operator',
    live: true,
  })
}
const add = (list: string, pdqs: readonly Pdq[]) =>
  house.context.library.change({
    ...{ list, by: 'operator', full: false, rows: pdqs.length, bad: 0 },
    changes: [pdqs.map((value) => ({ op: 'put', kind: 'pdq', entry: { value } }) as const)],
  })

test('the table holds the hashes of the pictures, made by the exact kernel', () => {
  expect(canaryHashes()).toEqual(written)
  expect(new Set(written).size).toBeGreaterThan(1_900)
})

test('matching 25: an entry on a canary is aside with the pair, and is not matched; its neighbours are', async () => {
  await make('media', hashes(3_000, 1))
  // One of a thousand is not more than one in a thousand.
  const changed = await add('media', [...hashes(149, 2), turned(canary(5), 20)])
  expect(changed).toMatchObject({ state: 'staged', why: [{ code: 'canary', share: 1 / 150, limit: 0.001 }] })
  const step = { list: 'media', version: 2, step: 'live', reason: 'looked at', by: { kind: 'operator' } } as const
  await house.context.library.step({
    ...step,
    doer: { name: 'operator', staff: null, touch: null, request: 'rq_1' },
  })
  expect([find('media', turned(canary(5), 20)), find('media', hashes(149, 2)[7] ?? canary(0))]).toEqual([
    null,
    expect.objectContaining({ distance: 0 }),
  ])
  expect(await house.rows('entry_standing')).toMatchObject([
    {
      list: 'media',
      n: 3_150,
      state: 'aside',
      by: 'canary',
      reason: 'it hits the harmless picture "text 0" at 20 bits',
    },
  ])
})

test('matching 24: a version is staged where more than one in a thousand of what it adds hit canaries', async () => {
  await make('many', hashes(20_000, 3), false)
  expect(await add('many', [...hashes(999, 4), canary(40)])).toMatchObject({ state: 'live', why: [] })
  expect(await add('many', [...hashes(978, 5), canary(41), canary(42)])).toMatchObject({
    ...{ state: 'staged', why: [{ code: 'canary', share: 2 / 980 }] },
  })
}, 120_000)

test('a canary is found at the distance of the list and no further', () => {
  expect([0, 31, 32].map((bits) => canaryNear(turned(canary(9), bits), { within: 31 }) !== undefined)).toEqual([
    true,
    true,
    false,
  ])
  expect(canaryNear(turned(canary(9), 20), { within: 10 })).toBeUndefined()
  expect(hashes(2_000, 8).filter((pdq) => canaryNear(pdq, { within: 31 }) !== undefined)).toEqual([])
})
