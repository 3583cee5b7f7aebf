import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { powerCuts } from './testing/power.ts'

const works = () => undefined
const fails = () => {
  throw new Error('mount: permission denied\nand more of it')
}
/** What continuous integration lets go by, as its script says. */
const script = readFileSync(new URL('../../../../scripts/test.mjs', import.meta.url), 'utf8')
const allowed = /fullName\.includes\('([^']+)'\)/.exec(script)?.[1]

describe('platform §20: where no disk can be mounted', () => {
  test.each([undefined, 'optional'])('power cuts are skipped, with the reason (LAMPLIGHTER_POWERCUT=%s)', (wish) => {
    expect(powerCuts(wish, fails)).toEqual({
      skipped: true,
      note: ' (may be skipped: no loop devices)',
      why: 'mount: permission denied',
    })
  })

  test('the names of skipped tests say so in the words that continuous integration allows', () => {
    expect(allowed).toBeDefined()
    expect(`platform C-3${powerCuts(undefined, fails).note}`).toContain(allowed)
  })

  test('LAMPLIGHTER_POWERCUT=required forbids the skip: the tests run, and fail', () => {
    expect(powerCuts('required', fails)).toEqual({ skipped: false, note: '', why: undefined })
  })

  test('nothing is skipped where one can', () => {
    expect(powerCuts(undefined, works)).toEqual({ skipped: false, note: '', why: undefined })
  })
})
