import type { Pdq } from '@lamplighter/matching'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newFolder } from '../../storage/testing/room.ts'
import type { IndexedFinder } from './finder.ts'
import { type IndexedRow, PictureLists, type Slices } from './lists.ts'
import { snapshotsIn } from './snapshots.ts'
import { hashes, noKeyring } from './testing/hashes.ts'

/* What of a version was read before the database went away must not be found later, nor stay in memory. */

const pdqs = hashes(40, 21)
const pdqOf = (n: number): Pdq => pdqs[n - 1] ?? expect.fail('expected a hash')

let lists: PictureLists
beforeEach(() => {
  const fail = (error: unknown) => expect.fail(String(error))
  lists = new PictureLists({
    snapshots: snapshotsIn(newFolder('broken-off-'), noKeyring),
    now: () => 5,
    events: { onMerged: () => undefined, onFailure: fail, onRefused: fail },
  })
})
afterEach(() => lists.close())

const rowOf = (version: number, entries: number): IndexedRow => ({
  ...{ id: 'media', kind: 'pdq', harm: 'other', sealed: 0, context: 0, source: 'test', version, entries, digest: 'd' },
  ...{ stale_after_ms: null, updated_at: 1, last_n: entries, within: null, variants: null, shares: null },
  ...{ live_n: entries, last_version: version, revision: version, state: 'live', disputed: 'hit', terms: null },
  ...{ rails: null, exchange: null, moving: null },
})

/** Entries by their numbers, some at a time. @param ends how it goes on behind them */
async function* slices(numbers: readonly number[], ends?: 'broken off'): Slices {
  for (const n of numbers) yield [{ n, entry: { value: pdqOf(n) }, gone: false }]
  if (ends !== undefined) throw new Error('the database went away')
}

const isFound = ({ pictures, slot, upTo }: IndexedFinder, n: number): boolean =>
  pictures.hit(pictures.near(pdqOf(n), 0), pdqOf(n), { slot, within: 0, upTo }) !== undefined

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at)

test('matching 27: what a version that was read in part added is not found by the next one, which does not hold it', async () => {
  const first = await lists.load(rowOf(1, 10), slices(numbers(1, 10)))
  first.publish()
  const change = lists.change(rowOf(2, 20), first.finder, slices(numbers(11, 15), 'broken off'))
  await expect(change).rejects.toThrow('went away')
  // Entry 12 was withdrawn with version 3, before version 2 was ever here.
  const third = await lists.change(rowOf(3, 20), first.finder, slices([11, ...numbers(13, 20)]))
  third.publish()
  expect(numbers(1, 20).filter((n) => !isFound(third.finder, n))).toEqual([12])
  expect(lists.shared.index.rows).toBe(19)
})

test('a list that was read in part, again and again, leaves nothing in memory', async () => {
  for (let time = 0; time < 3; time += 1)
    await expect(lists.load(rowOf(1, 40), slices(numbers(1, 30), 'broken off'))).rejects.toThrow('went away')
  expect(lists.shared.index.rows).toBe(0)
  const whole = await lists.load(rowOf(1, 40), slices(numbers(1, 40)))
  whole.publish()
  expect(numbers(1, 40).every((n) => isFound(whole.finder, n))).toBe(true)
})
