import { compareVideos, framesToCompare, isVideoHit, type Pdq } from '@lamplighter/matching'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BoundReading, ListBook, loadList } from '../book.ts'
import { hashes, turned } from '../pictures/testing/hashes.ts'
import { videoValue } from './frames.ts'

const pool = hashes(10, 3)
const frame = fc.record({
  of: fc.nat(pool.length - 1),
  bits: fc.constantFrom(0, 0, 0, 0, 1, 5, 14, 15, 16, 17, 30, 31, 32, 40),
})
const video = fc.array(frame, { minLength: 1, maxLength: 14 }).map((frames) => {
  const pdqs = frames.map(({ of, bits }) => turned(pool[of] ?? expect.fail('there is a hash'), bits))
  return framesToCompare(pdqs.map((pdq) => ({ pdq, quality: 80 })))
})
const share = fc.constantFrom(0, 0.1, 0.3, 0.5, 0.8, 1)
const reading = (pdq: Pdq): BoundReading => ({ pdq, quality: 80, variants: [] })

interface Rule {
  readonly within: number
  readonly listShare: number
  readonly queryShare: number
}

function bookOf(listed: readonly (readonly Pdq[])[], rule: Rule): ListBook {
  const book = new ListBook()
  const facts = { harm: 'spam', sealed: false, context: false, version: 1, updatedAt: 0, staleAfterMs: null }
  const entries = listed.map((frames, at) => ({ n: at + 1, entry: { value: videoValue(frames) } }))
  book.set(loadList({ ...facts, ...rule, id: 'l', kind: 'vpdq', variants: 'as_is' }, entries))
  return book
}

const askOf = (book: ListBook, query: readonly Pdq[]) => {
  const seen = { readings: query.map(reading), file: undefined, moves: true }
  const bound = book.bind(seen.readings, 1, new Set(), new Map(), [seen])
  const answers = query.map((pdq) => bound.get('l')?.find('near', pdq))
  return { answers, hit: bound.hits[0], nearest: bound.nearestVideo('l', 0) }
}

describe('a list of videos', () => {
  test('says what comparing each of them frame by frame says, with the same shares', () => {
    let hits = 0
    fc.assert(
      fc.property(
        fc.array(video, { minLength: 1, maxLength: 8 }),
        video,
        fc.record({ within: fc.constantFrom(0, 15, 31), listShare: share, queryShare: share }),
        (listed, query, rule) => {
          const expected = listed
            .map((frames, at) => ({ entry: at + 1, shares: compareVideos(query, frames, rule) }))
            // A video that has nothing of the other is no candidate, whatever its list asks for.
            .filter(({ shares }) => shares !== undefined && shares.listed > 0 && isVideoHit(shares, rule))
            .toSorted(
              (a, b) =>
                (b.shares?.listed ?? 0) - (a.shares?.listed ?? 0) ||
                (b.shares?.query ?? 0) - (a.shares?.query ?? 0) ||
                a.entry - b.entry,
            )[0]
          const { answers, hit, nearest } = askOf(bookOf(listed, rule), query)
          expect(hit && { entry: hit.entry, shares: hit.shares }).toEqual(expected)
          expect(nearest).toEqual(hit)
          // Whichever frame a rule asks about, the answer is that of the whole video.
          expect(new Set(answers.map((answer) => answer?.entry ?? null))).toEqual(
            new Set([expected === undefined ? null : String(expected.entry)]),
          )
          hits += Number(expected !== undefined)
        },
      ),
      { numRuns: 400 },
    )
    expect(hits).toBeGreaterThan(100)
  })

  test('a frame that thousands of listed videos have hides none of them', () => {
    // More rows near one hash than one answer of the index holds, and the video that is meant comes last.
    const near = (at: number): Pdq => {
      let value = BigInt(`0x${pool[0]}`)
      for (let bit = 0; bit < 14; bit += 1) if ((at >> bit) % 2 === 1) value ^= 1n << BigInt(7 * bit)
      return value.toString(16).padStart(64, '0') as Pdq
    }
    const [, own, other] = pool as [Pdq, Pdq, Pdq]
    const listed = Array.from({ length: 9_000 }, (_, at) => [near(at + 1), other])
    const book = bookOf([...listed, [near(16_383), own]], { within: 31, listShare: 1, queryShare: 0 })
    const { hit } = askOf(book, [near(0), own])
    expect([hit?.entry, hit?.shares]).toEqual([9_001, { listed: 1, query: 1 }])
  })
})
