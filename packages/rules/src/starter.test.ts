import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { check, readSchema, runTests } from './index.ts'

const read = (name: string) => ({ name, text: readFileSync(new URL(`../wick/${name}`, import.meta.url), 'utf8') })

describe('the files that ship', () => {
  const { schema, diagnostics } = readSchema(read('chat.schema.wick'))
  if (schema === undefined) throw new Error(JSON.stringify(diagnostics))

  test('starter.wick checks clean, passes its tests, and they see every question answered both ways', () => {
    const { ruleset, diagnostics } = check(read('starter.wick'), schema)
    expect(diagnostics).toEqual([])
    if (ruleset === undefined) throw new Error('no rule set')
    const report = runTests(ruleset)
    expect(report.tests.flatMap((one) => one.failures)).toEqual([])
    expect(report.coverage).toMatchObject({ complete: true, neverTrue: [], neverFalse: [] })
  })

  test('core.wick is read whole, and refused for its counters alone, once', () => {
    const { ruleset, diagnostics } = check(read('core.wick'), schema)
    expect(ruleset).toBeUndefined()
    expect(diagnostics).toMatchObject([
      { code: 'C00', message: 'counters are not available yet; this rule set cannot run', at: { line: 18, column: 9 } },
    ])
  })
})
