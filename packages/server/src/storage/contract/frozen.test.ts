import { describe, expect, test } from 'vitest'
import { openAccounts, sumUp, transfer } from '../testing/bank.store.ts'
import { engines } from '../testing/engines.ts'
import { freshStore } from '../testing/opened.ts'

const LEASE_MS = 30
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe.each(engines)('a frozen owner on $name', (engine) => {
  const opened = freshStore(engine)

  /** An owner freezes between reading and writing; its lease ends, the next owner does its work; then it wakes and goes on. */
  async function wakeUp(fenced: boolean): Promise<{ answer: unknown; left: number; effects: string[] }> {
    const { leases, store } = opened.storage
    await store.tx(openAccounts, { ids: ['a', 'b'], balance: 10 })
    const doWork = async (owner: string, fence: Awaited<ReturnType<typeof leases.acquire>>) => {
      if (fence === undefined) throw new Error(`expected the lease for ${owner}`)
      const input = { id: `${owner}-takes-1`, from: 'a', to: 'b', amount: 1 }
      return store.tx(transfer, input, fenced ? { fence } : {})
    }
    const frozen = await leases.acquire('shard:1', LEASE_MS)
    let next = await leases.acquire('shard:1', 10_000)
    for (; next === undefined; next = await leases.acquire('shard:1', 10_000)) await pause(LEASE_MS)
    await doWork('next', next)
    const answer = await doWork('frozen', frozen).catch((error: unknown) => error)
    const { accounts, transfers } = await store.read(sumUp, undefined)
    const left = accounts.find(({ id }) => id === 'a')?.balance ?? Number.NaN
    return { answer, left, effects: transfers.map(({ id }) => id) }
  }

  test('platform P-17: it is told that its lease is lost, and nothing of it is in any table', async () => {
    const { answer, left, effects } = await wakeUp(true)
    expect(answer).toMatchObject({ code: 'lease_lost' })
    expect({ left, effects }).toEqual({ left: 9, effects: ['next-takes-1'] })
  })

  test('platform C-12: without the check of its fence the same history has the effect twice', async () => {
    const { left, effects } = await wakeUp(false)
    expect({ left, effects }).toEqual({ left: 8, effects: ['frozen-takes-1', 'next-takes-1'] })
  })
})
