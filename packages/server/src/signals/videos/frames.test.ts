import { distanceBits, type Pdq } from '@lamplighter/matching'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseListFile } from '../lists/parse.ts'
import { hashes, turned } from '../pictures/testing/hashes.ts'
import { framesIn, parseFrames, parseVideo } from './frames.ts'

const [a, b, c] = hashes(3, 5) as [Pdq, Pdq, Pdq]
const kept = (raw: string): string => {
  const value = parseVideo(raw)
  return typeof value === 'string' ? value : expect.fail(value.why)
}
const whyOf = (raw: string): string => {
  const value = parseVideo(raw)
  return typeof value === 'string' ? expect.fail('expected a reason') : value.why
}

describe('a video of a list', () => {
  test('keeps the frames by which it is compared: each once, in order, those that show enough', () => {
    expect(kept(` ${a.toUpperCase()}  ${turned(a, 2)}\t${b}:49 ${c}:50 ${a}:90 `)).toBe(`${a} ${c}`)
    expect(framesIn(`${a} ${c}`)).toEqual([a, c])
  })

  test('a frame of one colour is left out where its quality says so', () => {
    expect(kept(`${'0'.repeat(64)}:0 ${a}:100`)).toBe(a)
    expect(whyOf(`${'0'.repeat(64)} ${a}`)).toContain('frame 1')
  })

  test.each([
    ['', 'expected the hashes'],
    [`${a} x${b.slice(1)}`, 'frame 2: expected a PDQ'],
    [`${a}:`, 'frame 1: expected a hash'],
    [`${a}:101`, 'frame 1: expected a hash'],
    [`${a}:5.5`, 'frame 1: expected a hash'],
    [`${a}:9:9`, 'frame 1: expected a hash'],
    [`${a}:20 ${b}:3`, 'low_quality'],
    [new Array(14_401).fill(a).join(' '), 'at most 14400 frames'],
  ])('is refused with its reason: %.20s', (raw, why) => {
    expect(whyOf(raw)).toContain(why)
  })

  test('of more than 600 frames those are kept that are evenly spread, and the value gives itself again', () => {
    const many = hashes(1_501, 9)
    const frames = framesIn(kept(many.join(' ')))
    expect(frames).toHaveLength(600)
    expect([frames[0], frames[299], frames[599]]).toEqual([many[0], many[747], many[1_498]])
    fc.assert(
      fc.property(
        fc.array(fc.record({ of: fc.nat(40), bits: fc.nat(3) }), { minLength: 1, maxLength: 900 }),
        (frames) => {
          const raw = frames.map(({ of, bits }) => turned(many[of] ?? a, bits)).join(' ')
          const value = kept(raw)
          const again = framesIn(value)
          expect(kept(value)).toBe(value)
          expect(again.every((pdq, at) => at === 0 || distanceBits(pdq, again[at - 1] ?? pdq) > 2)).toBe(true)
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('a file of videos', () => {
  const value = `${a} ${c}`

  test.each([
    ['text/plain', `${a} ${c}\n`],
    ['text/csv', `value,source_id\n${a}:80 ${c}:80,v1\n`],
    ['application/x-ndjson', JSON.stringify({ value })],
    ['application/x-ndjson', JSON.stringify({ value: [a, c] })],
    ['application/x-ndjson', JSON.stringify({ value: [{ pdq: a, quality: 80 }, { pdq: b, quality: 10 }, `${c}:70`] })],
  ])('%s', (type, text) => {
    expect(parseListFile(text, type, 'vpdq')).toMatchObject({ entries: [{ value }], badCount: 0, rows: 1 })
  })

  test('a quality of the whole video is refused: which frame would it be of?', () => {
    expect(parseListFile(`value,quality\n${a} ${c},80`, 'text/csv', 'vpdq').bad).toEqual([
      { line: 2, why: expect.stringContaining('HASH:87') },
    ])
  })

  test('tags are no frames', () => {
    const { entries } = parseListFile(JSON.stringify({ value: [a], tags: ['x', 'y'] }), 'application/x-ndjson', 'vpdq')
    expect(entries).toEqual([{ value: a, tags: ['x', 'y'] }])
  })
})

test('frames that are asked about keep their quality', () => {
  expect(parseFrames(`${a}:7 ${b}`)).toEqual([
    { pdq: a, quality: 7 },
    { pdq: b, quality: 100 },
  ])
})
