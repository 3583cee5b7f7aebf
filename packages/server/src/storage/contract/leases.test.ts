import { describe, expect, test } from 'vitest'
import { echo } from '../testing/bank.store.ts'
import { engines, sqlite } from '../testing/engines.ts'
import { freshStore, MODULES } from '../testing/opened.ts'

const DEEP = process.env.LAMPLIGHTER_DEEP === '1'
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe.each(engines)('leases on $name', (engine) => {
  const opened = freshStore(engine)

  test('K-11: epochs grow over many changes of owner, and no two fences are valid at one commit', async () => {
    const changes = DEEP ? 1_000 : 60
    const { leases, store } = opened.storage
    const epochs: number[] = []
    const commits: number[] = []
    const owner = async (): Promise<void> => {
      while (epochs.length < changes) {
        const fence = await leases.acquire('shard:1', 4)
        if (fence === undefined) {
          await pause(1)
          continue
        }
        epochs.push(fence.epoch)
        await pause(Math.random() * 8)
        await store.tx(echo, fence.epoch, { fence }).then(
          (epoch) => commits.push(Number(epoch)),
          (error) => expect(error).toMatchObject({ code: 'lease_lost' }),
        )
      }
    }
    await Promise.all([owner(), owner(), owner(), owner()])
    expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b))
    // A commit of an older epoch after one of a newer would mean that both were valid.
    expect(commits).toEqual([...commits].sort((a, b) => a - b))
    expect(commits.length).toBeGreaterThan(0)
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

test('on SQLite a lease ends with the process that held it: the next one takes it at once, under a higher number', async () => {
  const place = await sqlite.place()
  const first = await place.open(MODULES)
  const fence = await first.leases.acquire('shard:1', 60_000)
  await first.close()
  const second = await place.open(MODULES)
  try {
    expect(fence).toMatchObject({ epoch: 1 })
    expect(await second.leases.acquire('shard:1', 60_000)).toMatchObject({ epoch: 2 })
    await expect(second.store.tx(echo, 1, fence && { fence })).rejects.toMatchObject({ code: 'lease_lost' })
  } finally {
    await second.close()
    await place.remove()
  }
})
