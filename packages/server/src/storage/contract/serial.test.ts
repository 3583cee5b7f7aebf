import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { againWhileBusy } from '../testing/again.ts'
import { account, openAccounts, sumUp, type Transfer, takeOneOfTwo, transfer } from '../testing/bank.store.ts'
import { engines } from '../testing/engines.ts'
import { freshStore } from '../testing/opened.ts'

const DEEP = process.env.LAMPLIGHTER_DEEP === '1'
const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

function randomTransfers(count: number): Transfer[] {
  const id = fc.constantFrom(...IDS)
  const one = fc.record({ from: id, to: id, amount: fc.integer({ min: 1, max: 60 }) })
  const [all] = fc.sample(fc.array(one, { minLength: count, maxLength: count, size: 'max' }), 1)
  return (all ?? []).map((each, n) => ({ ...each, id: `t${String(n).padStart(6, '0')}` }))
}

describe.each(engines)('works as if alone on $name', (engine) => {
  const opened = freshStore(engine)

  test('K-01: random works, many of which throw, 64 callers at once: the state is that of the answered ones one by one', async () => {
    const works = randomTransfers(DEEP ? 10_000 : engine.name === 'sqlite' ? 600 : 250)
    const { store } = opened.storage
    await store.tx(openAccounts, { ids: IDS, balance: 50 })
    const done: Transfer[] = []
    let refused = 0
    const waiting = [...works]
    const caller = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const transferOnce = { once: { scope: 'k01', key: next.id } }
        try {
          // Serialisable transactions may collide five times in a row; the same key again is what a caller does.
          await againWhileBusy(() => store.tx(transfer, next as Transfer, transferOnce))
          done.push(next)
        } catch (error) {
          expect(error).toMatchObject({ code: 'too_poor' })
          refused += 1
        }
      }
    }
    await Promise.all(Array.from({ length: 64 }, caller))
    expect(refused).toBeGreaterThan(works.length / 20)
    const balances = new Map(IDS.map((id) => [id, 50]))
    const revisions = new Map(IDS.map((id) => [id, 1]))
    for (const { from, to, amount } of done) {
      balances.set(from, (balances.get(from) ?? 0) - amount)
      balances.set(to, (balances.get(to) ?? 0) + amount)
      for (const id of [from, to]) revisions.set(id, (revisions.get(id) ?? 0) + 1)
    }
    const state = await store.read(sumUp, undefined)
    expect(state.accounts).toEqual(IDS.map((id) => ({ id, balance: balances.get(id), revision: revisions.get(id) })))
    expect(state.transfers.map((row) => row.id)).toEqual(done.map((one) => one.id).sort())
  })

  test('K-02 (generic): of two works that each read both rows and write one, only one passes: no write skew', async () => {
    const { store } = opened.storage
    const rounds = DEEP ? 300 : 25
    for (let n = 0; n < rounds; n++) {
      const [mine, other] = [`m${n}`, `o${n}`]
      await store.tx(openAccounts, { ids: [mine, other], balance: 1 })
      const results = await Promise.allSettled([
        againWhileBusy(() => store.tx(takeOneOfTwo, { mine, other })),
        againWhileBusy(() => store.tx(takeOneOfTwo, { mine: other, other: mine })),
      ])
      const codes = results.map((result) => (result.status === 'rejected' ? result.reason.code : 'done'))
      expect(codes.sort()).toEqual(['done', 'too_poor'])
      const left = [await store.read(account, mine), await store.read(account, other)]
      expect(left.map((row) => row?.balance).sort()).toEqual([0, 1])
    }
  })
})
