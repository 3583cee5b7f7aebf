import { describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { freshStore, MODULES } from '../storage/testing/opened.ts'
import { type ScheduledTask, startScheduler } from './scheduler.ts'
import { SCHEDULE_QUEUE } from './store.ts'
import { startWorker } from './worker.ts'

const HOUR = 3_600_000

describe.each(engines)('scheduler on $name', (engine) => {
  const opened = freshStore(engine, {}, [...MODULES, new URL('./store.ts', import.meta.url)])

  test('platform P-27: 5 workers, the clock 3 h forward: each slot of "every" once, "latest" once', async () => {
    const ran: { name: string; slot: number }[] = []
    const task = (name: string, missed: 'every' | 'latest'): ScheduledTask => ({
      name,
      when: { every: HOUR },
      missed,
      async run(slot) {
        ran.push({ name, slot })
        return 'ok'
      },
    })
    const tasks = [task('clocks', 'every'), task('tidy', 'latest')]
    const { storage } = opened
    const schedulers = Array.from({ length: 5 }, () => startScheduler({ storage, tasks, tickMs: 60_000 }))
    const workers = schedulers.map(({ handler }) =>
      startWorker({ storage, handlers: { [SCHEDULE_QUEUE]: handler }, pollMs: 20, now: () => opened.now }),
    )
    await Promise.all(schedulers.map((scheduler) => scheduler.tick()))
    expect(ran).toEqual([])
    const before = opened.now
    opened.now += 3 * HOUR
    const made = await Promise.all(schedulers.map((scheduler) => scheduler.tick()))
    expect(made.reduce((sum, count) => sum + count, 0)).toBe(4)
    for (let waits = 0; ran.length < 4 || (await storage.jobs.counts()).length > 0; waits++) {
      if (waits > 300) throw new Error('waited in vain')
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await Promise.all(workers.map((worker) => worker.stop()))
    await Promise.all(schedulers.map((scheduler) => scheduler.stop()))
    const first = (Math.floor(before / HOUR) + 1) * HOUR
    const slots = (name: string) => ran.filter((one) => one.name === name).map(({ slot }) => slot)
    expect(slots('clocks')).toEqual([first, first + HOUR, first + 2 * HOUR])
    expect(slots('tidy')).toEqual([first + 2 * HOUR])
  })

  test('a task that throws stays due and is tried again', async () => {
    let tries = 0
    const tasks: ScheduledTask[] = [
      {
        name: 'flaky',
        when: { every: HOUR },
        missed: 'latest',
        async run() {
          tries += 1
          if (tries === 1) throw new Error('first time')
          return 'ok'
        },
      },
    ]
    const { storage } = opened
    const scheduler = startScheduler({ storage, tasks, tickMs: 60_000 })
    await scheduler.tick()
    opened.now += HOUR
    await scheduler.tick()
    const options = { storage, pollMs: 10, now: () => opened.now, backoff: () => ({ afterMs: 0 }) }
    const worker = startWorker({ ...options, handlers: { [SCHEDULE_QUEUE]: scheduler.handler } })
    for (let waits = 0; tries < 2 && waits < 300; waits++) await new Promise((resolve) => setTimeout(resolve, 10))
    await worker.stop()
    await scheduler.stop()
    expect(tries).toBe(2)
    expect(await storage.jobs.counts()).toEqual([])
  })
})
