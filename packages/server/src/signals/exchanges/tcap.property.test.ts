import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tcap } from './tcap.ts'
import { busy, cut, type Trap } from './testing/fake-server.ts'
import { type FakeHash, fakeTcap, tcapSignIn } from './testing/fake-tcap.ts'
import { madeMd5, madePdq, madeSha256 } from './testing/hashes.ts'
import { type Copy, nothingYet, pullKilled } from './testing/killed.ts'
import { askOn } from './testing/pulling.ts'

const algorithms = [
  { algorithm: 'PDQ', made: madePdq, kind: 'pdq' },
  { algorithm: 'MD5', made: madeMd5, kind: 'digest' },
  { algorithm: 'SHA256', made: madeSha256, kind: 'digest' },
  { algorithm: 'SHA512', made: (n: number) => madePdq(n).repeat(2), kind: undefined },
] as const
const formOf = (id: number) => algorithms[id % algorithms.length] ?? algorithms[0]

const act = fc.record({
  id: fc.integer({ min: 1, max: 14 }),
  deleted: fc.boolean(),
  hidden: fc.constantFrom(false, false, false, true),
  ideology: fc.constantFrom('Islamist', 'Far-Right', 'far-right'),
  stepMicros: fc.constantFrom(0, 0, 1, 40, 1_000_000),
})
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never
const round = fc.record({
  acts: fc.array(act, { maxLength: 12 }),
  during: fc.array(act, { maxLength: 4 }),
  rows: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 8 }),
  traps: fc.array(fc.constantFrom<Trap | undefined>(undefined, undefined, undefined, cut, busy(429, 1), busy(503)), {
    maxLength: 10,
  }),
  kills: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 6 }),
  callsPerToken: fc.integer({ min: 1, max: 4 }),
  twice: fc.option(fc.integer({ min: 1, max: 14 })),
  forgets: fc.constantFrom(false, false, false, true),
})

test('matching 26: whatever the pages and the failures, and wherever it is killed, exactly their entries are here', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 4 }), async (rounds) => {
      const fake = await fakeTcap()
      try {
        const ask = askOn(fake.origin)
        // A row that was hidden or shown stays so: rights are not what this is about.
        const hidden = new Map<number, boolean>()
        const play = ({ id, stepMicros, ...one }: Act) => {
          // Its clock goes on by the least step at each change, as a database does: `(time, id)` names one state of a row.
          fake.clockMicros += stepMicros
          if (!hidden.has(id)) hidden.set(id, one.hidden)
          const { algorithm, made } = formOf(id)
          const known = fake.rows().find((row) => row.id === id)
          if (known?.updatedMicros === fake.clockMicros) fake.clockMicros += 1
          fake.put({ id, algorithm, hash_digest: made(id), ...one, hidden: hidden.get(id) ?? false })
        }
        let copy: Copy = nothingYet
        const pull = (kills: readonly number[]) => {
          const source = () => tcap.open({ address: fake.origin }, tcapSignIn)
          return pullKilled({ open: source, ask, copy, now: 0, kills: new Set(kills) })
        }
        const expectAll = () => {
          const theirs = fake.rows().flatMap((row: FakeHash) => {
            const { kind } = formOf(row.id)
            if (row.deleted || row.hidden || kind === undefined) return []
            return [[`${row.id} ${kind} ${row.hash_digest}`, row.ideology.toLowerCase()]]
          })
          const ours = [...copy.entries].map(([key, entry]) => [key, entry.class ?? ''])
          expect(ours.toSorted()).toEqual(theirs.toSorted())
          const last = fake
            .rows()
            .toSorted((a, b) => a.updatedMicros - b.updatedMicros || a.id - b.id)
            .at(-1)
          const after = last === undefined ? '' : `${(last.updatedMicros / 1e6).toFixed(6)},${last.id}`
          expect(copy.cursor).toEqual({ after })
        }
        for (const { acts, during, rows, traps, kills, callsPerToken, twice, forgets } of rounds) {
          for (const one of acts) play(one)
          // What is written in one instant is there in one instant: a checkpoint is never older than a row that is still to come.
          fake.clockMicros += 1
          if (twice !== null) fake.twice(twice, 'older')
          if (forgets) fake.forgetCheckpoints()
          fake.callsPerToken = callsPerToken
          fake.pageRows.push(...rows)
          fake.trap(...traps)
          const later = [...during]
          fake.onCall = () => {
            fake.clockMicros += 1
            later.splice(0, 1).forEach(play)
          }
          copy = await pull(kills)
          fake.onCall = () => undefined
          fake.pageRows.length = 0
          fake.clockMicros += 1
          // What changed while it was read may come with this pull or with the next one; all else is here now.
          if (during.length === 0) expectAll()
        }
        copy = await pull([])
        expectAll()
      } finally {
        await fake.close()
      }
    }),
    { numRuns: 60 },
  )
}, 120_000)
