import { describe, expect, test } from 'vitest'
import { DEEP } from '../../test/files.ts'
import { counterSuite } from '../testing/index.ts'
import { MemoryCounters } from './index.ts'

const SUITE = counterSuite((options) => new MemoryCounters(options), {
  readings: DEEP ? 1_200_000 : 60_000,
  batch: 12,
})

describe('counters in memory against the full history (rules 11.4)', () => {
  test.each(SUITE)('$name', { timeout: 600_000 }, async ({ name, run }) => {
    const figures = await run()
    if (DEEP) console.log(name, figures)
    expect(figures.exact).toBeGreaterThan(0)
  })
})

test('erasing without a source of marks is a mistake that is said', () => {
  expect(() => new MemoryCounters().erase({ type: 'account', id: 'a' })).toThrow(TypeError)
})
