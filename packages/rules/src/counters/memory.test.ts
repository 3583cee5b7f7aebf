import { describe, expect, test } from 'vitest'
import { DEEP } from '../../test/files.ts'
import { counterSuite } from '../testing/index.ts'
import { MemoryCounters } from './index.ts'

const SUITE = counterSuite((options) => new MemoryCounters(options), { readings: DEEP ? 1_200_000 : 60_000 })

describe('counters in memory against the full history (rules 4)', () => {
  test.each(SUITE)('$name', { timeout: 600_000 }, async ({ run }) => {
    const figures = await run()
    if (DEEP) console.log(figures)
    expect(figures.exact).toBeGreaterThan(0)
    expect(figures.decided).toBeGreaterThan(figures.readings)
  })
})
