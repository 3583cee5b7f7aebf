import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Pdq, parsePdq } from '../pdq/value.ts'
import { compareVideos, framesToCompare, isVideoHit, type VideoFrame } from './vpdq.ts'

const folder = join(process.env.LAMPLIGHTER_CONFORMANCE ?? '../shared/data', 'matching')
const present = existsSync(folder)
if (!present && process.env.CI === 'true') throw new Error(`conformance data is missing: ${folder}`)
if (!present) console.warn(`SKIPPED matching C-6: no conformance data in ${folder}`)

interface Pair {
  readonly a: string
  readonly b: string
  readonly a_kept: number
  readonly b_kept: number
  readonly a_matched: number
  readonly b_matched: number
}

describe.skipIf(!present)('matching 21, C-6: the reference videos', () => {
  const pairs: readonly Pair[] = present
    ? JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')).video.pairs
    : []
  const videos = new Map(
    (present ? readdirSync(join(folder, 'video')) : [])
      .filter((name) => name.endsWith('.txt'))
      .map((name) => [name.slice(0, -4), framesToCompare(framesIn(join(folder, 'video', name)), 0)]),
  )

  test.each(pairs)('$a and $b have the frames of each other that were counted', (pair) => {
    const [a, b] = [videos.get(pair.a) ?? [], videos.get(pair.b) ?? []]
    expect([a.length, b.length]).toEqual([pair.a_kept, pair.b_kept])
    expect(compareVideos(a, b, { within: 31 })).toEqual({
      query: pair.a_matched / pair.a_kept,
      listed: pair.b_matched / pair.b_kept,
    })
  })
})

/** Hashes that are far from each other: each is one row of a pattern. */
const frame = (n: number): Pdq => {
  const word = ((n * 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')
  return parsePdq(`${word}${n.toString(16).padStart(8, '0')}`.repeat(4)) ?? expect.fail('expected a hash')
}
const video = (from: number, count: number): Pdq[] => Array.from({ length: count }, (_, n) => frame(from + n))

describe('matching 21: a clip of 10 s inside a video of 60 s', () => {
  const clip = video(120, 10)
  const whole = [...video(100, 20), ...clip, ...video(130, 30)]
  const shares = compareVideos(whole, clip, { within: 2 }) ?? expect.fail('expected shares')

  test('is a hit by the share of the listed one', () => {
    expect(shares).toEqual({ query: 10 / 60, listed: 1 })
    expect(isVideoHit(shares)).toBe(true)
  })

  test('and none where the list asks for 80 % of the video', () => {
    expect(isVideoHit(shares, { queryShare: 0.8 })).toBe(false)
  })

  test('less than the list asks for is none: at the border it is one', () => {
    const part = (count: number) =>
      compareVideos(video(120, count), clip, { within: 2 }) ?? expect.fail('expected shares')
    expect([7, 8].map((count) => isVideoHit(part(count)))).toEqual([false, true])
  })

  test('without a frame to compare nothing is said', () => {
    expect(compareVideos([], clip, { within: 31 })).toBeUndefined()
    expect(compareVideos(clip, [], { within: 31 })).toBeUndefined()
  })
})

test('frames that show little, that were there before, or that hardly differ from the last one are left out', () => {
  const first = frame(1)
  const nearly = parsePdq(`${first.slice(0, -1)}${(Number.parseInt(first.slice(-1), 16) ^ 3).toString(16)}`)
  const of = (pdq: Pdq | undefined, quality = 90): VideoFrame => ({ pdq: pdq ?? first, quality })
  expect(framesToCompare([of(first), of(nearly), of(frame(2)), of(first), of(frame(3), 49), of(frame(4), 50)])).toEqual(
    [first, frame(2), frame(4)],
  )
})

function framesIn(file: string): VideoFrame[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [, quality, hash = ''] = line.split(',')
      return { pdq: hash as Pdq, quality: Number(quality) }
    })
}
