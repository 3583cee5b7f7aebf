import fc from 'fast-check'
import { expect, test } from 'vitest'
import { graphProblem, graphToken } from './testing/fake-graph.ts'
import { busy, cut, type Trap } from './testing/fake-server.ts'
import { cursorEnds, fakeGroup, fakeThreatExchange } from './testing/fake-threatexchange.ts'
import { madeMd5, madePdq, madeSha256 } from './testing/hashes.ts'
import { type Copy, nothingYet, pullKilled } from './testing/killed.ts'
import { askOn } from './testing/pulling.ts'
import { threatExchange } from './threatexchange.ts'

const types = [
  { type: 'HASH_PDQ', made: madePdq, kind: 'pdq' },
  { type: 'HASH_VIDEO_MD5', made: madeMd5, kind: 'digest' },
  { type: 'HASH_SHA256', made: madeSha256, kind: 'digest' },
  { type: 'URI', made: (n: number) => `https://${n}.example/`, kind: undefined },
] as const
const formOf = (id: number) => types[id % types.length] ?? types[0]

const act = fc.record({
  n: fc.integer({ min: 1, max: 14 }),
  gone: fc.constantFrom('no', 'no', 'no', 'flag', 'silent', 'empty'),
  status: fc.constantFrom('MALICIOUS', 'SUSPICIOUS', 'UNKNOWN', 'NON_MALICIOUS'),
  stepS: fc.constantFrom(0, 0, 1, 3_600),
  // Two of their clocks, each up to five minutes off.
  skewS: fc.constantFrom(0, 0, -300, 300),
} as const)
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never
const trap = fc.constantFrom<Trap | undefined>(
  undefined,
  undefined,
  undefined,
  cut,
  busy(503),
  graphProblem(4, 403),
  graphProblem(17),
  cursorEnds,
)
const round = fc.record({
  acts: fc.array(act, { maxLength: 12 }),
  during: fc.array(act, { maxLength: 4 }),
  rows: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 8 }),
  traps: fc.array(trap, { maxLength: 10 }),
  kills: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 6 }),
  isInclusive: fc.boolean(),
  repeatsBorder: fc.boolean(),
  endsEmpty: fc.boolean(),
  isOtherForm: fc.boolean(),
})

test('matching 26: whatever the clocks, the pages and the failures, and wherever it is killed, exactly their entries are here', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 4 }), async (rounds) => {
      const fake = await fakeThreatExchange()
      try {
        const ask = askOn(fake.origin)
        const settings = { address: `${fake.origin}/v22.0`, group: fakeGroup, shareLevel: 'RED' as const }
        const play = ({ n, stepS, gone, status, skewS }: Act) => {
          fake.clockS += stepS
          const { type, made } = formOf(n)
          // A row never goes back in time: a later state of it is stamped later.
          const known = fake.rows().find(({ id }) => id === String(n))?.lastUpdated ?? 0
          fake.put({
            id: String(n),
            indicator: made(n),
            type,
            gone,
            said: [{ status }],
            skewS: Math.max(skewS, known - fake.clockS + 1),
          })
        }
        let copy: Copy = nothingYet
        const pull = (kills: readonly number[]) => {
          const source = () => threatExchange.open(settings, { accessToken: graphToken })
          return pullKilled({ open: source, ask, copy, now: fake.clockS * 1_000, kills: new Set(kills) })
        }
        const expectAll = () => {
          const theirs = fake.rows().flatMap(({ id, indicator, gone, descriptors }) => {
            const { kind } = formOf(Number(id))
            const status = descriptors[0]?.status ?? ''
            return gone !== 'no' || status === 'NON_MALICIOUS' || kind === undefined
              ? []
              : [[`${id} ${kind} ${indicator}`, status]]
          })
          const ours = [...copy.entries].map(([key, entry]) => [key, entry.class ?? ''])
          expect(ours.toSorted()).toEqual(theirs.toSorted())
        }
        for (const { acts, during, rows, traps, kills, ...ways } of rounds) {
          Object.assign(fake, ways)
          for (const one of acts) play(one)
          fake.pageRows.push(...rows)
          fake.trap(...traps)
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
        const newest = Math.min(fake.clockS, Math.max(...fake.rows().map(({ lastUpdated }) => lastUpdated)))
        expect(copy.cursor).toEqual(fake.rows().length === 0 ? null : { time: newest, polledAt: fake.clockS * 1_000 })
      } finally {
        await fake.close()
      }
    }),
    { numRuns: 60 },
  )
}, 120_000)
