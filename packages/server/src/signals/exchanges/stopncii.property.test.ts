import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stopNcii } from './stopncii.ts'
import { busy, cut, type Trap } from './testing/fake-server.ts'
import { fakeStopNcii, stopNciiKeys, stopNciiTokenEnds } from './testing/fake-stopncii.ts'
import { madeMd5 as md5, madePdq as pdq } from './testing/hashes.ts'
import { type Copy, nothingYet, pullKilled } from './testing/killed.ts'
import { askOn } from './testing/pulling.ts'

const trap = fc.constantFrom<Trap | undefined>(
  undefined,
  undefined,
  undefined,
  cut,
  busy(429, 1),
  busy(503),
  stopNciiTokenEnds,
)
const act = fc.record({
  n: fc.integer({ min: 0, max: 11 }),
  status: fc.constantFrom('Received', 'Active', 'Active', 'Withdrawn', 'Deleted'),
  cases: fc.subarray(['c1', 'c2', 'c3']),
  // Many changes within one second, and a clock that is set.
  stepS: fc.constantFrom(0, 0, 1, 60),
})
const round = fc.record({
  acts: fc.array(act, { maxLength: 12 }),
  during: fc.array(act, { maxLength: 4 }),
  rows: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 8 }),
  traps: fc.array(trap, { maxLength: 10 }),
  kills: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 6 }),
  reversed: fc.boolean(),
  twice: fc.option(fc.integer({ min: 0, max: 11 })),
})

test('matching 26: whatever the order, the pages and the failures, and wherever it is killed, exactly their entries are here', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(round, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: -300, max: 300 }),
      async (rounds, skewS) => {
        const fake = await fakeStopNcii()
        try {
          const ask = askOn(fake.origin)
          fake.clockS = Math.floor(Date.now() / 1_000) - 10_000 + skewS
          const play = ({ n, status, cases, stepS }: typeof act extends fc.Arbitrary<infer A> ? A : never) => {
            fake.clockS += stepS
            const hash =
              n % 3 === 0
                ? { signalType: 'VideoMD5', hashValue: md5(n) }
                : { signalType: 'ImagePDQ', hashValue: pdq(n) }
            fake.put({ ...hash, hashStatus: status, cases })
          }
          let copy: Copy = nothingYet
          const pull = (kills: readonly number[]) =>
            pullKilled({
              open: () => stopNcii.open({ address: `${fake.origin}/v1` }, stopNciiKeys),
              ask,
              copy,
              now: Date.now(),
              kills: new Set(kills),
            })
          const expectAll = () => {
            const theirs = fake
              .records()
              .filter(({ hashStatus }) => !['Withdrawn', 'Deleted'].includes(hashStatus))
              .map(({ signalType, hashValue, caseNumbers }) => [
                `${hashValue} ${signalType === 'ImagePDQ' ? 'pdq' : 'digest'} ${hashValue}`,
                Object.keys(caseNumbers).toSorted().join(' '),
              ])
            const ours = [...copy.entries].map(([key, entry]) => [key, entry.class ?? ''])
            expect(ours.toSorted()).toEqual(theirs.toSorted())
            expect(copy.cursor).toEqual({ start: fake.clockS })
          }
          for (const { acts, during, rows, traps, kills, reversed, twice } of rounds) {
            for (const one of acts) play(one)
            if (twice !== null) fake.twice(twice % 3 === 0 ? md5(twice) : pdq(twice), ['older'])
            fake.order = (keys) => (reversed ? keys.toReversed() : keys)
            fake.pageRows.push(...rows)
            fake.trap(...traps)
            // Records change while they are read.
            const later = [...during]
            fake.onCall = () => later.splice(0, 1).forEach(play)
            copy = await pull(kills)
            fake.onCall = () => undefined
            fake.pageRows.length = 0
            // What changed while it was read may come with this pull or with the next one; all else is here now.
            if (during.length === 0) expectAll()
          }
          copy = await pull([])
          expectAll()
        } finally {
          await fake.close()
        }
      },
    ),
    { numRuns: 60 },
  )
}, 120_000)
