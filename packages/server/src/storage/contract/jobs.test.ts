import { describe, expect, test } from 'vitest'
import type { Claimed } from '../index.ts'
import { againWhileBusy } from '../testing/again.ts'
import { completeInOrder, enqueueOrFail, openAccounts } from '../testing/bank.store.ts'
import { engines } from '../testing/engines.ts'
import { freshStore } from '../testing/opened.ts'

const LEASE_MS = 1_000
const DEEP = process.env.LAMPLIGHTER_DEEP === '1'

describe.each(engines)('jobs on $name', (engine) => {
  const opened = freshStore(engine)
  const add = (
    queue: string,
    more: { order?: string; once?: string; runAt?: number; strict?: boolean; n?: number } = {},
  ) => {
    const { n = 0, runAt = opened.now, ...rest } = more
    return opened.storage.jobs.enqueue({ queue, runAt, payload: { n }, ...rest })
  }

  test('K-08: 8 workers, a tenth dying: each job is completed once, order keys in order, the dead get lease_lost', async () => {
    const count = DEEP ? 10_000 : 400
    const { jobs, store } = opened.storage
    const accountOf = (n: number): string => (n % 2 === 0 ? `free:${n}` : `account:${n % 20}`)
    const accounts = new Set(Array.from({ length: count }, (_, n) => accountOf(n + 1)))
    await store.tx(openAccounts, { ids: [...accounts], balance: 0 })
    // The order of an order key is that of the commits, so the jobs of one key are enqueued one after another.
    const enqueueAll = async (first: number): Promise<void> => {
      for (let n = first; n <= count; n += 20) await add('work', n % 2 === 0 ? { n } : { n, order: accountOf(n) })
    }
    await Promise.all(Array.from({ length: 20 }, (_, first) => enqueueAll(first + 1)))
    const done: number[] = []
    const dead: Claimed[] = []
    let turn = 0
    const worker = async (): Promise<void> => {
      while (done.length < count) {
        for (const job of await jobs.claim('work', 10, LEASE_MS)) {
          turn += 1
          if (turn % 10 === 0) {
            dead.push(job)
            continue
          }
          const { n } = job.payload as { n: number }
          // The clock runs on while this worker is busy, so its own lease may end too. Any other error, an effect out of order
          // above all, fails the test.
          const lost = await againWhileBusy(() => store.tx(completeInOrder, { job, account: accountOf(n), n })).catch(
            (e) => e,
          )
          if (lost === undefined) done.push(n)
          else expect(lost).toMatchObject({ code: 'lease_lost' })
        }
        opened.now += 20
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await Promise.all(Array.from({ length: 8 }, worker))
    expect([...done].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n + 1))
    expect(dead.length).toBeGreaterThan(count / 20)
    for (const job of dead) await expect(jobs.complete(job)).rejects.toMatchObject({ code: 'lease_lost' })
  })

  test('K-09: a job of a work that rolls back is never claimed; one that commits is', async () => {
    const { store, jobs } = opened.storage
    await expect(store.tx(enqueueOrFail, { fail: true, queue: 'q', chunks: [] })).rejects.toMatchObject({
      code: 'too_poor',
    })
    expect(await jobs.claim('q', 10, LEASE_MS)).toEqual([])
    const id = await store.tx(enqueueOrFail, { fail: false, queue: 'q', chunks: [] })
    expect((await jobs.claim('q', 10, LEASE_MS)).map((job) => job.id)).toEqual([id])
  })

  test('a once key gives the open job; after its completion it makes a new one', async () => {
    const first = await add('q', { once: 'daily' })
    expect(await add('q', { once: 'daily' })).toBe(first)
    const both = await Promise.all([add('q', { once: 'at-once' }), add('q', { once: 'at-once' })])
    expect(both[0]).toBe(both[1])
    // Both: of jobs of one millisecond any may come first.
    const open = await opened.storage.jobs.claim('q', 5, LEASE_MS)
    expect(open).toHaveLength(2)
    for (const job of open) await opened.storage.jobs.complete(job)
    expect(await add('q', { once: 'daily' })).not.toBe(first)
  })

  test('a job waits for its time, and for the end of the lease of whoever has it', async () => {
    const { jobs } = opened.storage
    await add('q', { runAt: opened.now + 100 })
    expect(await jobs.claim('q', 1, LEASE_MS)).toEqual([])
    opened.now += 100
    const [first] = await jobs.claim('q', 1, LEASE_MS)
    expect(first?.attempts).toBe(1)
    expect(await jobs.claim('q', 1, LEASE_MS)).toEqual([])
    opened.now += 900
    const extended = first && (await jobs.extend(first, LEASE_MS))
    opened.now += 900
    expect(await jobs.claim('q', 1, LEASE_MS)).toEqual([])
    opened.now += 200
    const [second] = await jobs.claim('q', 1, LEASE_MS)
    expect(second?.attempts).toBe(2)
    expect(extended && (await jobs.extend(extended, LEASE_MS))).toBeUndefined()
    if (first) await expect(jobs.retry(first, 'late', opened.now)).rejects.toMatchObject({ code: 'lease_lost' })
  })

  test('later jobs of an order key pass one that failed three times, unless they are strict', async () => {
    const { jobs } = opened.storage
    const claim = () => jobs.claim('out', 10, LEASE_MS, { passAfter: 3 })
    await add('out', { order: 'a', n: 1 })
    await add('out', { order: 'a', n: 2, strict: true })
    await add('out', { order: 'a', n: 3 })
    const seen: unknown[] = []
    for (let round = 0; round < 3; round++) {
      for (const job of await claim()) {
        seen.push(job.payload)
        await jobs.retry(job, 'refused', opened.now + 10_000)
      }
      opened.now += 10_000
    }
    expect(seen).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }])
    const [one] = await claim()
    expect(one?.payload).toEqual({ n: 1 })
    expect(await claim()).toEqual([])
    if (one) await jobs.complete(one)
    expect((await claim()).map((job) => job.payload)).toEqual([{ n: 2 }])
  })

  test('platform P-25: a parked job is listed, replayed once, cancelled with a reason; none disappears in 200 days', async () => {
    const { jobs } = opened.storage
    const replayed = await add('q', { n: 1 })
    const cancelled = await add('q', { n: 2 })
    const kept = await add('q', { n: 3 })
    for (const job of await jobs.claim('q', 3, LEASE_MS)) await jobs.park(job, 'broken')
    expect((await jobs.list({ state: 'parked' })).map((row) => [row.id, row.why])).toEqual(
      [replayed, cancelled, kept].sort().map((id) => [id, 'broken']),
    )
    opened.now += 200 * 86_400_000
    expect(await jobs.claim('q', 3, LEASE_MS)).toEqual([])
    await jobs.replay(replayed, 'staff_1')
    await expect(jobs.replay(replayed, 'staff_1')).rejects.toMatchObject({ code: 'conflict' })
    expect((await jobs.claim('q', 3, LEASE_MS)).map((job) => job.id)).toEqual([replayed])
    await jobs.cancel(cancelled, 'staff_1', 'endpoint is gone')
    expect(await jobs.list({ state: 'cancelled' })).toMatchObject([
      { id: cancelled, closedBy: 'staff_1', closedReason: 'endpoint is gone' },
    ])
    expect((await jobs.list({ state: 'parked' })).map((row) => row.id)).toEqual([kept])
  })
})
