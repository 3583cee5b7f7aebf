import { describe, expect, test } from 'vitest'
import { chat, must, shipped } from '../test/files.ts'
import { check, compile, format, MemoryCounters, readSchema, runTests } from './index.ts'
import { normalise } from './normalise.ts'
import { plainList } from './test-list.ts'

describe('the files that ship', () => {
  test('starter.wick checks clean, passes its tests, and they see every question answered both ways (rules 11.7)', () => {
    const { ruleset, diagnostics } = check(shipped('starter.wick'), chat)
    expect(diagnostics).toEqual([])
    const report = runTests(must(ruleset))
    expect(report.tests.flatMap((one) => one.failures)).toEqual([])
    expect(report.coverage).toMatchObject({ complete: true, neverTrue: [], neverFalse: [] })
  })

  test('starter.wick is laid out as format would', () => {
    expect(format(shipped('starter.wick')).text).toBe(shipped('starter.wick').text)
  })

  test('core.wick checks clean and passes all its tests (rules 11.7)', () => {
    const { ruleset, diagnostics } = check(shipped('core.wick'), chat)
    expect(diagnostics).toEqual([])
    const report = runTests(must(ruleset))
    expect(report.tests.map((one) => [one.name, one.failures])).toEqual(
      must(ruleset).tests.map((one) => [one.name.text, []]),
    )
    expect(report.passed).toBe(9)
  })

  test('chat.schema.wick is read without a word', () => {
    expect(readSchema(shipped('chat.schema.wick')).diagnostics).toEqual([])
  })

  test('an adult who asks a minor of no previous contact to meet reaches the lane csea-behaviour', () => {
    const program = compile(must(check(shipped('starter.wick'), chat).ruleset))
    const message = {
      id: 'm-1',
      occurred_at: '2026-01-01T09:00:00Z',
      actor: { id: 'a', age_band: 'adult' },
      target: { id: 'b', age_band: 'minor' },
      item: { id: 'm-1', text: 'meet me at the harbour tonight, bring nobody' },
    }
    const normal = normalise(chat, 'message', message)
    if ('problems' in normal) throw new Error(JSON.stringify(normal.problems))
    const entries: Record<string, string[]> = { meeting_terms: ['bring nobody'] }
    const lists = {
      get: (name: string) => plainList(must(program.ruleset.lists.get(name)), entries[name] ?? []),
    }
    const plan = program.plan(normal.event, {}, lists)
    const readings = new MemoryCounters({ since: Number.NEGATIVE_INFINITY }).apply('test', plan.ops)
    const judgement = program.judge(plan, readings, 'follow')
    expect(judgement.results).toMatchObject([
      { rule: 'adult_asks_minor_to_meet', outcome: 'fired', effects: [{ do: 'queue', what: 'csea-behaviour' }, {}] },
    ])
  })
})
