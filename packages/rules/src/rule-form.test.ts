import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chat, rule, rules } from '../test/files.ts'
import { check } from './index.ts'
import { editForm, type FormEdit, formsOf } from './rule-form.ts'

const flat = rule({
  when: 'actor.age < 3d and item.link_count > 0 and not item.forwarded',
  unknown: 'on unknown ignore',
})
const SOURCE = rules(`# keep me\n${flat}`).text
const name = () => formsOf(SOURCE)[0]?.rule ?? ''
const conditions = (text: string) => formsOf(text)[0]?.conditions.map((one) => one.text)

describe('a rule as a form', () => {
  test('shows each condition, and a comparison in its parts', () => {
    const [form] = formsOf(SOURCE)
    expect(form?.conditions.map(({ text }) => text)).toEqual([
      'actor.age < 3d',
      'item.link_count > 0',
      'not item.forwarded',
    ])
    const { left, relation, right } = form?.conditions[0]?.parts ?? {}
    expect([left?.text, relation?.text, right?.text]).toEqual(['actor.age', '<', '3d'])
    expect(form?.conditions[2]?.parts).toBeUndefined()
    expect(form?.clauses.severity?.text).toMatch(/^(low|medium|high|critical)$/)
    expect(form?.clauses.because?.text).toMatch(/^".*"$/)
  })

  test('is there for a flat `and` only', () => {
    const other = (when: string) => formsOf(rules(rule({ when, unknown: 'on unknown ignore' })).text).length
    expect([other('item.forwarded'), other('item.forwarded or actor.age < 3d')]).toEqual([1, 0])
    expect(other('item.forwarded and (item.link_count > 0 or actor.age < 3d)')).toBe(0)
    expect(formsOf('ruleset x')).toEqual([])
  })

  test('a change alters its piece and nothing else', () => {
    const edited = (edit: FormEdit) => editForm(SOURCE, name(), edit)
    expect(edited({ kind: 'condition', at: 0, text: 'actor.age < 7d' })).toBe(SOURCE.replace('< 3d', '< 7d'))
    expect(edited({ kind: 'remove', at: 0 })).toBe(SOURCE.replace('actor.age < 3d and ', ''))
    expect(edited({ kind: 'remove', at: 1 })).toBe(SOURCE.replace(' and item.link_count > 0', ''))
    expect(edited({ kind: 'add', text: ' item.address ' })).toBe(
      SOURCE.replace('not item.forwarded', 'not item.forwarded and item.address'),
    )
    expect(edited({ kind: 'clause', clause: 'because', text: '"other"' })).toMatch(/because "other"/)
  })

  test.each([
    'actor.age < 3d and item.forwarded',
    'actor.age < 3d or item.forwarded',
    'actor.age < 3d # why',
    '(actor.age < 3d',
    'actor.age < 3d then block',
    '',
    '"',
  ])('refuses %j: it is not one condition', (text) => {
    expect(editForm(SOURCE, name(), { kind: 'condition', at: 0, text })).toBeUndefined()
    expect(editForm(SOURCE, name(), { kind: 'add', text })).toBeUndefined()
  })

  test('the only condition cannot be taken away, and what is not there cannot be changed', () => {
    const one = rules(rule({ when: 'item.forwarded', unknown: 'on unknown ignore' })).text
    expect(editForm(one, formsOf(one)[0]?.rule ?? '', { kind: 'remove', at: 0 })).toBeUndefined()
    expect(editForm(SOURCE, 'nothing', { kind: 'remove', at: 0 })).toBeUndefined()
    expect(editForm(SOURCE, name(), { kind: 'condition', at: 9, text: 'item.forwarded' })).toBeUndefined()
  })

  const leaf = fc.constantFrom(
    'actor.age < 7d',
    'actor.age_band == "adult"',
    'item.text contains "a # b"',
    'not tie.connected',
    'item.link_count >= 2',
    'item.text matches `a|b`',
    'target.id is known',
  )
  const edits = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('condition' as const), at: fc.nat(4), text: fc.oneof(leaf, fc.string()) }),
      fc.record({ kind: fc.constant('add' as const), text: fc.oneof(leaf, fc.string()) }),
      fc.record({ kind: fc.constant('remove' as const), at: fc.nat(4) }),
      fc.record({
        kind: fc.constant('clause' as const),
        clause: fc.constantFrom('severity' as const, 'because' as const),
        text: fc.oneof(fc.constantFrom('low', 'high', '"why"'), fc.string()),
      }),
    ),
    { maxLength: 12 },
  )

  test('any run of changes leaves all that stands around it byte for byte, and a form that says what was done', () => {
    const [form] = formsOf(SOURCE)
    const head = SOURCE.slice(0, form?.clauses.severity?.from)
    const tail = SOURCE.slice(form?.clauses.because?.to)
    fc.assert(
      fc.property(edits, (run) => {
        let text = SOURCE
        for (const edit of run) {
          const before = conditions(text) ?? []
          const next = editForm(text, name(), edit)
          if (next === undefined) continue
          const after = conditions(next) ?? []
          if (edit.kind === 'add') expect(after).toEqual([...before, edit.text.trim()])
          if (edit.kind === 'remove') expect(after).toEqual(before.toSpliced(edit.at, 1))
          if (edit.kind === 'condition') expect(after).toEqual(before.with(edit.at, edit.text.trim()))
          if (edit.kind === 'clause') expect(after).toEqual(before)
          text = next
        }
        expect(text.startsWith(head) && text.endsWith(tail)).toBe(true)
      }),
    )
  })

  test('what a form made is checked like any other text', () => {
    const made = editForm(SOURCE, name(), { kind: 'condition', at: 0, text: 'actor.age < 3' }) ?? ''
    expect(check({ name: 'x', text: made }, chat).diagnostics.map(({ code }) => code)).toContain('T01')
  })
})
