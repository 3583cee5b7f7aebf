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

  test.each(['starter.wick', 'core.wick'])('%s is laid out as format would', (name) => {
    expect(format(shipped(name)).text).toBe(shipped(name).text)
  })

  test('core.wick checks clean, passes its tests, and they see every question answered both ways (rules 11.7)', () => {
    const { ruleset, diagnostics } = check(shipped('core.wick'), chat)
    expect(diagnostics).toEqual([])
    const report = runTests(must(ruleset))
    expect(report.tests.map((one) => [one.name, one.failures])).toEqual(
      must(ruleset).tests.map((one) => [one.name.text, []]),
    )
    expect(report.coverage).toMatchObject({ complete: true, neverTrue: [], neverFalse: [] })
  })

  test('core.wick has every rule of starter.wick, with the same severity and at least its effects', () => {
    const rulesOf = (name: string) => must(check(shipped(name), chat).ruleset).rules
    const core = rulesOf('core.wick')
    for (const rule of rulesOf('starter.wick')) {
      const same = must(
        core.find(({ name }) => name === rule.name),
        rule.name,
      )
      expect([same.name, same.severity, same.policy, same.on]).toEqual([rule.name, rule.severity, rule.policy, rule.on])
      expect(same.effects).toEqual(expect.arrayContaining([...rule.effects]))
    }
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
