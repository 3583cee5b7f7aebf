import { expect, test } from 'vitest'
import { backlogGuard } from './backlog.ts'

test('platform P-13: events are refused while too many wait, or too long; callers that meet share one count', async () => {
  let waits = { records: 1_000_000, oldestMs: 600_000 }
  let counts = 0
  const check = backlogGuard({
    backlog: async (group) => {
      expect(group).toBe('follow')
      counts += 1
      return waits
    },
  })
  await Promise.all([check(), check(), check()])
  expect(counts).toBe(1)
  for (const more of [
    { records: 1_000_001, oldestMs: 0 },
    { records: 1, oldestMs: 600_001 },
  ]) {
    waits = more
    const guard = backlogGuard({ backlog: async () => waits })
    await expect(guard()).rejects.toMatchObject({ code: 'backlog_full' })
  }
})

test('a count that fails is not kept', async () => {
  let away = true
  const check = backlogGuard({
    backlog: async () => {
      if (away) throw new Error('the database is away')
      return { records: 0, oldestMs: 0 }
    },
  })
  await expect(Promise.all([check(), check()])).rejects.toThrow('away')
  away = false
  await check()
})
