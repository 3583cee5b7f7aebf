import { afterEach, expect, test, vi } from 'vitest'
import { FOLLOWED, followOthers } from './followed.ts'

afterEach(() => vi.useRealTimers())

const loadsInto = (loaded: string[], fail: () => boolean = () => false) =>
  Object.fromEntries(
    FOLLOWED.map((topic) => [
      topic,
      async () => {
        loaded.push(topic)
        if (fail()) throw new Error('the database is away')
      },
    ]),
  ) as Record<(typeof FOLLOWED)[number], () => Promise<void>>

test('what changes while a process starts is loaded once it has started, and other topics never', () => {
  const loaded: string[] = []
  const others = followOthers(loadsInto(loaded))
  for (const topic of ['lists', 'lanes', 'lists', 'switches']) others.hear(topic)
  expect(loaded).toEqual([])
  others.begin()
  expect(loaded).toEqual(['lists', 'switches'])
  others.hear('entries')
  expect(loaded).toEqual(['lists', 'switches', 'entries'])
})

test('a load that fails is tried again until it succeeds, or the process ends', async () => {
  vi.useFakeTimers()
  const loaded: string[] = []
  let away = true
  const others = followOthers(loadsInto(loaded, () => away))
  others.begin()
  others.hear('lists')
  await vi.advanceTimersByTimeAsync(3_500)
  expect(loaded.length).toBe(4)
  away = false
  await vi.advanceTimersByTimeAsync(10_000)
  expect(loaded.length).toBe(5)
  away = true
  others.hear('entries')
  await vi.advanceTimersByTimeAsync(1_500)
  others.close()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(loaded.filter((topic) => topic === 'entries').length).toBe(2)
})
