import { afterAll, describe, expect, test } from 'vitest'
import { Checker } from '../test/checker.ts'
import { DEEP } from '../test/files.ts'
import { HOSTILE } from '../test/hostile.ts'

/** Steps that one file may cost, whatever stands in it. Ordinary runs do not count: there the clock is the bound, as a last resort. */
const BUDGET = 30_000_000
const checker = new Checker()
afterAll(() => checker.close())

describe('files made to break a reader are refused, or read, within a bound (rules 11.7)', () => {
  test.each(HOSTILE)('%s', { timeout: 60_000 }, async (_, text) => {
    const answer = await checker.ask({ ask: 'one', text, counted: DEEP }, 50_000)
    if ('failed' in answer) throw new Error(answer.failed)
    expect(answer.dearest.steps).toBeLessThan(BUDGET)
  })
})
