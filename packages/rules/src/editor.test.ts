import { describe, expect, test } from 'vitest'
import { chat, rule, rules } from '../test/files.ts'
import { check, editor, renderDiagnostics, renderExplanation } from './index.ts'

const SOURCE = rules(
  `list bad: domain from "x" # why\n${rule({ when: 'item.links in bad and item.text matches `a`', unknown: 'on unknown ignore' })}`,
)

describe('editor', () => {
  test('colours every token and comment, in order and apart', () => {
    const tokens = editor.tokens(SOURCE.text)
    const at = (text: string) => tokens.find((one) => SOURCE.text.slice(one.from, one.to) === text)?.kind
    expect([at('rule'), at('bad'), at('item.links'), at('"x"'), at('4h'), at('`a`'), at('# why'), at('{')]).toEqual([
      'keyword',
      'name',
      'path',
      'string',
      'number',
      'pattern',
      'comment',
      'sign',
    ])
    expect(tokens.every((one, i) => i === 0 || (tokens[i - 1]?.to ?? 0) <= one.from)).toBe(true)
  })

  test('completes fields after a record, and declared names', () => {
    const labels = (text: string) =>
      editor.complete(SOURCE.text + text, SOURCE.text.length + text.length, chat).map((one) => one.label)
    expect(labels('actor.age_')).toEqual(['actor.age_step', 'actor.age_band', 'actor.age_source'])
    expect(labels('ba')).toEqual(['bad'])
    expect(labels('seve')).toEqual(['severity'])
  })

  test('says what stands under the pointer', () => {
    const hover = (text: string) => editor.hover(SOURCE.text, SOURCE.text.indexOf(text) + 1, chat)?.text
    expect(hover('item.text')).toBe('item.text: sealed text of at most 8000 characters')
    expect(hover('bad and')).toBe('bad: domain list from x')
    expect(hover('severity')).toBeUndefined()
    const counted = `${SOURCE.text}counter met = distinct target.id by actor.id on message over 24h exact up to 50\n`
    expect(editor.hover(counted, counted.indexOf('met ='), chat)?.text).toBe(
      'met: different target.id by actor.id in 24h, exact up to 50',
    )
  })
})

describe('what the command line prints', () => {
  test('a diagnostic with its line, a mark under the place and the fix', () => {
    const source = rules(rule({ when: 'actor.age < 3 and item.forwarded', unknown: 'on unknown ignore' }))
    expect(
      renderDiagnostics(source, check(source, chat).diagnostics),
    ).toBe(`demo.wick:6:8 error T01: cannot compare dur with num
    6 |   when actor.age < 3 and item.forwarded
      |        ^^^^^^^^^^^^^ actor.age is a duration; write a unit, for example 3d
`)
  })

  test('nothing in a file can move the cursor of a terminal', () => {
    const source = rules('rule \u001b[2J v1 {')
    expect(renderDiagnostics(source, check(source, chat).diagnostics)).not.toContain('\u001b')
  })

  test('an event that no rule fired on', () => {
    const event = { id: 'm-1', kind: 'message', occurred_at: '2026-01-01T09:00:00.000Z', flags: [] }
    const empty = {
      format: 1,
      phase: 'gate',
      verdict: 'allow',
      event,
      effects: [],
      rules: [],
      undecided: [],
      lists: {},
      signals: {},
    } as const
    expect(renderExplanation(empty)).toBe('message m-1 → allow (gate)\n  no rule fired\n')
  })
})
