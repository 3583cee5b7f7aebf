import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { framesToCompare, type Pdq, parsePdq } from '@lamplighter/matching'
import { describe, expect, test } from 'vitest'
import { Filling } from '../pictures/finder.ts'
import { Pictures } from '../pictures/pictures.ts'
import { videoValue } from './frames.ts'
import { videosNear } from './near.ts'

const folder = join(process.env.LAMPLIGHTER_CONFORMANCE ?? '../shared/data', 'matching')
const present = existsSync(folder)
if (!present && process.env.CI === 'true') throw new Error(`conformance data is missing: ${folder}`)
if (!present) console.warn(`SKIPPED matching C-6 through a list: no conformance data in ${folder}`)

interface Pair {
  readonly a: string
  readonly b: string
  readonly a_kept: number
  readonly b_kept: number
  readonly a_matched: number
  readonly b_matched: number
}

describe.skipIf(!present)('matching 21, C-6: the reference videos, listed', () => {
  const pairs: readonly Pair[] = present
    ? JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')).video.pairs
    : []
  const names = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))]
  const pictures = new Pictures()
  const filling = new Filling('vpdq', pictures)
  for (const [at, name] of names.entries()) filling.add(at + 1, videoValue(framesOf(name)))
  const finder = filling.finder(names.length)

  test.each(pairs)('$a finds of $b in the one index of all of them what was counted', (pair) => {
    if (finder.kind !== 'vpdq') throw new Error('expected a list of videos')
    const bounds = { within: 31, listShare: 0, queryShare: 0 }
    const near = videosNear(finder, framesOf(pair.a), bounds, (frame) => pictures.near(frame, 31))
    const found = near.find(({ entry }) => names[entry - 1] === pair.b)
    expect(found?.shares ?? { query: 0, listed: 0 }).toEqual({
      query: pair.a_matched / pair.a_kept,
      listed: pair.b_matched / pair.b_kept,
    })
  })
})

/** Frames as the reference compares them: of quality 50 and more, equal ones once. */
function framesOf(name: string): readonly Pdq[] {
  const lines = readFileSync(join(folder, 'video', `${name}.txt`), 'utf8')
    .trim()
    .split('\n')
  const frames = lines.flatMap((line) => {
    const [, quality, hash = ''] = line.split(',')
    const pdq = parsePdq(hash)
    return pdq === undefined ? [] : [{ pdq, quality: Number(quality) }]
  })
  return framesToCompare(frames, 0)
}
