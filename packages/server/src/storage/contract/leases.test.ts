import { describe, expect, test } from 'vitest'
import { againWhileBusy } from '../testing/again.ts'
import { echo, openAccounts, witnessEpoch } from '../testing/bank.store.ts'
import { engines } from '../testing/engines.ts'
import { freshStore } from '../testing/opened.ts'

const DEEP = process.env.LAMPLIGHTER_DEEP === '1'
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe.each(engines)('leases on $name', (engine) => {
  const opened = freshStore(engine)

  test('K-11: epochs grow over many changes of owner, and no two fences are valid at one commit', async () => {
    const changes = DEEP ? 1_000 : 60
    const { leases, store } = opened.storage
    await store.tx(openAccounts, { ids: ['witness'], balance: 0 })
    const epochs: number[] = []
    let commits = 0
    const owner = async (): Promise<void> => {
      while (epochs.length < changes) {
        const fence = await leases.acquire('shard:1', 4)
        if (fence === undefined) {
          await pause(1)
          continue
        }
        epochs.push(fence.epoch)
        await pause(Math.random() * 8)
        // The database witnesses the order: a commit of an older epoch after one of a newer is a conflict, and fails the test.
        const { epoch } = fence
        const lost = await againWhileBusy(() => store.tx(witnessEpoch, { id: 'witness', epoch }, { fence })).catch(
          (e) => e,
        )
        if (lost === undefined) commits += 1
        else expect(lost).toMatchObject({ code: 'lease_lost' })
      }
    }
    await Promise.all([owner(), owner(), owner(), owner()])
    expect([...epochs].sort((a, b) => a - b)).toEqual(Array.from({ length: epochs.length }, (_, n) => n + 1))
    expect(commits).toBeGreaterThan(0)
  })

  test('a held lease is refused to others, listed with its address, and free at once when released', async () => {
    const { leases } = opened.storage
    const fence = await leases.acquire('node:a', 10_000, '127.0.0.1:1')
    expect(await leases.acquire('node:a', 10_000)).toBeUndefined()
    expect(await leases.holders('node:')).toMatchObject([{ name: 'node:a', epoch: 1, address: '127.0.0.1:1' }])
    if (fence === undefined) throw new Error('expected the lease')
    expect((await leases.renew(fence, 20_000)).untilMs).toBeGreaterThan(fence.untilMs)
    await leases.release(fence)
    expect(await leases.holders('node:')).toEqual([])
    await expect(leases.renew(fence, 10_000)).rejects.toMatchObject({ code: 'lease_lost' })
    await expect(opened.storage.store.tx(echo, 1, { fence })).rejects.toMatchObject({ code: 'lease_lost' })
    expect(await leases.acquire('node:a', 10_000)).toMatchObject({ epoch: 2 })
  })
})
