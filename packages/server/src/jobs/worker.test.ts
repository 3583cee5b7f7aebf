import { describe, expect, test } from 'vitest'
import type { Claimed } from '../storage/index.ts'
import { engines } from '../storage/testing/engines.ts'
import { freshStore } from '../storage/testing/opened.ts'
import { startWorker, usualBackoff } from './worker.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let waits = 0; !(await condition()); waits++) {
    if (waits > 500) throw new Error('waited 5 s in vain')
    await pause(10)
  }
}

describe.each(engines)('worker on $name', (engine) => {
  const opened = freshStore(engine, { now: Date.now })
  const add = (n: number, order?: string): Promise<string> =>
    opened.storage.jobs.enqueue({
      queue: 'q',
      runAt: Date.now(),
      payload: n,
      ...(order === undefined ? {} : { order }),
    })

  test('a new job is run at once, not at the next poll, and is gone afterwards', async () => {
    const seen: unknown[] = []
    const worker = startWorker({
      storage: opened.storage,
      pollMs: 60_000,
      handlers: {
        async q(job) {
          seen.push(job.payload)
          return 'done'
        },
      },
    })
    await pause(50)
    await Promise.all([1, 2, 3, 4, 5, 6, 7].map((n) => add(n)))
    await until(() => seen.length === 7)
    await worker.stop()
    expect([...seen].sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(await opened.storage.jobs.counts()).toEqual([])
  })

  test('a handler that throws is tried again after the backoff, then parked with the code of its error', async () => {
    await add(1)
    const attempts: number[] = []
    const worker = startWorker({
      storage: opened.storage,
      pollMs: 10,
      backoff: (count) => (count < 3 ? { afterMs: 20 } : 'park'),
      handlers: {
        async q(job) {
          attempts.push(job.attempts)
          throw Object.assign(new Error('secret text'), { code: 'endpoint_down' })
        },
      },
    })
    await until(async () => (await opened.storage.jobs.list({ state: 'parked' })).length === 1)
    await worker.stop()
    expect(attempts).toEqual([1, 2, 3])
    expect(await opened.storage.jobs.list({ state: 'parked' })).toMatchObject([{ why: 'endpoint_down', attempts: 3 }])
  })

  test('a long job keeps its lease, so nobody else runs it', async () => {
    await add(1)
    let runs = 0
    const handlers = {
      async q() {
        runs += 1
        await pause(3_000)
        return 'done' as const
      },
    }
    // Renewed each half second: a machine that is slow for that long is no reason to fail.
    const queues = { q: { leaseMs: 1_500 } }
    const workers = [1, 2].map(() => startWorker({ storage: opened.storage, handlers, queues, pollMs: 20 }))
    await until(async () => (await opened.storage.jobs.counts()).length === 0)
    await Promise.all(workers.map((worker) => worker.stop()))
    expect(runs).toBe(1)
  })

  test('a handler whose lease was lost is told so, and its end changes nothing', async () => {
    await add(1)
    const ends: string[] = []
    let taken: Claimed[] = []
    const worker = startWorker({
      storage: opened.storage,
      queues: { q: { leaseMs: 600, atOnce: 1 } },
      onEnd: (_, end) => ends.push(end),
      handlers: {
        async q(job, { signal }) {
          // As after a long freeze: the lease ran out and another process has claimed the job.
          await opened.storage.jobs.retry(job, 'frozen', Date.now())
          taken = await opened.storage.jobs.claim('q', 1, 60_000)
          await until(() => signal.aborted)
          return 'done'
        },
      },
    })
    await until(() => ends.length > 0)
    await worker.stop()
    expect(ends).toEqual(['lost'])
    expect(taken[0]?.attempts).toBe(2)
    if (taken[0]) await opened.storage.jobs.complete(taken[0])
  })

  test('stopping lets running jobs end and claims no more', async () => {
    await Promise.all([1, 2, 3].map((n) => add(n, 'one after another')))
    let started = 0
    const worker = startWorker({
      storage: opened.storage,
      handlers: {
        async q() {
          started += 1
          await pause(100)
          return 'done'
        },
      },
    })
    await until(() => started === 1)
    await worker.stop()
    expect(started).toBe(1)
    expect(await opened.storage.jobs.counts()).toMatchObject([{ queue: 'q', state: 'open', count: 2 }])
  })
})

test('the usual backoff doubles from a second to an hour, give or take a fifth, and parks after 20', () => {
  for (const [attempts, plannedMs] of [
    [1, 1_000],
    [2, 2_000],
    [12, 2_048_000],
    [19, 3_600_000],
  ] as const) {
    const plan = usualBackoff(attempts)
    if (plan === 'park') throw new Error('expected a time')
    expect(plan.afterMs).toBeGreaterThanOrEqual(plannedMs * 0.8)
    expect(plan.afterMs).toBeLessThanOrEqual(plannedMs * 1.2)
  }
  expect(usualBackoff(20)).toBe('park')
})
