import { type Pdq, parsePdq, readingsOf } from '@lamplighter/matching'
import { describe, expect, test } from 'vitest'
import { pdqKernel } from '../../evidence/decoder/index.ts'
import { hills } from '../../evidence/decoder/testing/files.ts'
import { type BoundReading, ListBook, loadList } from '../book.ts'
import { hashes } from '../pictures/testing/hashes.ts'
import { videoValue } from './frames.ts'
import type { SeenVideo } from './seen.ts'

const scenes = [1, 2, 3, 4].map((seed) => hills(240, 180, seed))
const readings: readonly BoundReading[] = scenes.flatMap((scene) => readingsOf(pdqKernel(), scene, { orientation: 1 }))
const pdqs = readings.map(({ pdq }) => pdq)
const turnedBy = (way: number): Pdq[] =>
  readings.map(({ variants }) => variants[way] ?? expect.fail('there are eight ways'))

function ask(listed: readonly Pdq[], files: readonly SeenVideo[], variants: 'as_is' | 'eight' = 'eight') {
  const book = new ListBook()
  const facts = { harm: 'csea', sealed: false, context: false, version: 1, updatedAt: 0, staleAfterMs: null }
  const entries = [{ n: 1, entry: { value: videoValue(listed) } }]
  book.set(loadList({ ...facts, id: 'l', kind: 'vpdq', variants, within: 31, listShare: 0.8 }, entries))
  const bound = book.bind(
    files.flatMap((file) => file.readings),
    1,
    new Set(),
    new Map(),
    files,
  )
  const find = (value: string) => bound.get('l')?.find('near', value)
  return { bound, find }
}
const moving = (of: readonly BoundReading[]): SeenVideo => ({ readings: of, file: undefined, moves: true })

describe('a listed video', () => {
  test('that was mirrored or turned as a whole is found, and said to lie so; not where the list looks for it as it is', () => {
    const file = moving(readings)
    const { bound, find } = ask(turnedBy(5), [file])
    expect(find(pdqs[0] ?? '')).toMatchObject({ entry: '1' })
    expect(bound.hits).toMatchObject([{ kind: 'vpdq', variant: 'mirrored_y', shares: { listed: 1, query: 1 } }])
    expect(ask(turnedBy(5), [file], 'as_is').find(pdqs[0] ?? '')).toBeNull()
  })

  test('is not put together from frames that lie in different ways', () => {
    const listed = [...pdqs.slice(0, 2), ...turnedBy(5).slice(2)]
    expect(ask(listed, [moving(readings)]).find(pdqs[0] ?? '')).toBeNull()
  })

  test('is not put together from two files', () => {
    const halves = [moving(readings.slice(0, 2)), moving(readings.slice(2))]
    const { find, bound } = ask(pdqs, halves)
    expect(pdqs.map(find)).toEqual([null, null, null, null])
    expect([bound.nearestVideo('l', 0), bound.nearestVideo('l', 1)]).toEqual([undefined, undefined])
  })

  test('is found in one file of several, and a case is told in which', () => {
    const { find, bound } = ask(pdqs, [moving(readings.slice(0, 1)), moving(readings)])
    // A frame that both have hits: any file is enough.
    expect(find(pdqs[0] ?? '')).toMatchObject({ entry: '1' })
    expect([bound.nearestVideo('l', 0), bound.nearestVideo('l', 1)?.entry]).toEqual([undefined, 1])
  })
})

describe('a file without a frame that shows enough', () => {
  const dim = readings.map((reading) => ({ ...reading, quality: 49 }))

  test('is unknown where it moves, and no hit where it is one picture', () => {
    const { find, bound } = ask(pdqs, [moving(dim)])
    expect([find(pdqs[0] ?? ''), bound.unsure.get('l')]).toEqual([undefined, 'featureless'])
    const still = ask(pdqs, [{ readings: dim.slice(0, 1), file: undefined, moves: false }])
    expect(still.find(pdqs[0] ?? '')).toBeNull()
  })

  test('does not hide another one that hits', () => {
    expect(ask(pdqs, [moving(dim), moving(readings)]).find(pdqs[0] ?? '')).toMatchObject({ entry: '1' })
  })
})

test('a hash that comes without its file is a video of one frame', () => {
  const [one = pdqs[0]] = hashes(1, 8)
  expect(one !== undefined && parsePdq(one)).toBeDefined()
  const { find } = ask([one ?? expect.fail('there is a hash')], [])
  expect([find(one ?? ''), find(pdqs[0] ?? '')]).toEqual([{ entry: '1' }, null])
})
