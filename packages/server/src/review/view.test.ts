import type { SignalJson } from '@lamplighter/api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StoredEvidence } from './stored.ts'
import { evidenceView, firedView, type OpenedEvidence, signalsView } from './view.ts'

const stored: StoredEvidence = {
  eventKind: 'message',
  provenance: 'server',
  author: { role: 'actor', id: 'kestrel' },
  item: { type: 'message', id: 'm1' },
  itemState: null,
  occurredAt: 10,
  text: 'hello',
  marks: [],
  links: [],
  files: [],
  signals: [],
  facts: [],
}
const piece = (more: Partial<StoredEvidence> = {}, id = 'ev_1'): OpenedEvidence => ({
  id,
  at: 1,
  reported: false,
  stored: { ...stored, ...more },
})
const signal = (state: SignalJson['state'], name = 's'): SignalJson => ({
  name,
  kind: 'list',
  state,
  value: null,
  why: state === 'unknown' ? 'late' : null,
  list: null,
})
const file = {
  exhibit: 'ex_1',
  type: 'image/png',
  claimedType: null,
  size: 9,
  width: 4,
  height: 4,
  flags: [],
  hits: [],
  unknown: [],
}

describe('evidence', () => {
  test('stands in the order in which it happened, with short references of ours', () => {
    const shown = evidenceView([piece({ occurredAt: 20, text: 'later' }, 'ev_2'), piece({}, 'ev_3')])
    expect(shown.map(({ ref, text }) => [ref, text])).toEqual([
      ['E1', 'hello'],
      ['E2', 'later'],
    ])
  })

  test('with files is its text and one row a file; what cannot be decoded has no step to reveal', () => {
    const shown = evidenceView([
      piece({
        files: [file, { ...file, exhibit: 'ex_2', width: null, unknown: [{ part: 'pixels', why: 'damaged' }] }],
      }),
    ])
    expect(shown.map(({ kind, media }) => [kind, media?.steps])).toEqual([
      ['text', undefined],
      ['media', ['lowpass', 'reduced', 'full']],
      ['media', []],
    ])
    expect(evidenceView([piece({ text: null, files: [file] })])).toHaveLength(1)
    expect(evidenceView([piece({ text: null })])[0]?.kind).toBe('facts')
  })
})

describe('console 12: signals', () => {
  test('never hide an unknown behind "no hit", "none" or a value', () => {
    const states = fc.array(fc.constantFrom<SignalJson['state']>('hit', 'no_hit', 'value', 'unknown', 'none', 'off'), {
      minLength: 1,
    })
    fc.assert(
      fc.property(states, (list) => {
        const [shown, ...more] = signalsView(list.map((state) => piece({ signals: [signal(state)] })))
        expect(more).toEqual([])
        if (list.includes('hit')) expect(shown?.state).toBe('hit')
        else if (list.includes('unknown')) expect([shown?.state, shown?.why]).toEqual(['unknown', 'late'])
        else expect(list).toContain(shown?.state)
      }),
    )
  })

  test('come with hits first, then what nobody knows', () => {
    const shown = signalsView([piece({ signals: [signal('no_hit', 'a'), signal('unknown', 'b'), signal('hit', 'c')] })])
    expect(shown.map(({ name }) => name)).toEqual(['c', 'b', 'a'])
  })
})

test('a rule is told once, by its newest verdict, and quiet ones are not', () => {
  const rule = (name: string, outcome: 'fired' | 'unknown' | 'quiet', because: string) => ({
    rule: name,
    version: 1,
    outcome,
    because,
    clauses: [
      {
        text: 'x',
        outcome: null,
        values: {
          none: null,
          number: 3,
          listed: { hit: true, entry: 'e-1' },
          counter: { low: 4, high: 4, over: 60_000, flags: ['warming'], events: ['b1', 'b2', 'b3', 'b4'] },
        },
      },
    ],
  })
  const shown = firedView([
    { decision: 'dec_1', rules: [rule('core/a', 'unknown', 'old'), rule('core/q', 'quiet', '')] },
    { decision: 'dec_2', rules: [rule('core/a', 'fired', 'new')] },
  ])
  expect(shown).toMatchObject([{ rule: 'core/a', outcome: 'fired', because: 'new', decision: 'dec_2' }])
  expect(shown[0]?.clauses[0]?.value).toBe('none, 3, hit e-1, 4 in 1m, the counter has only begun to count: b1 … b4')
  // That many there were, however short it has counted.
  expect(shown[0]?.warming).toBe(false)
})

test('a counter that has only begun to count is told beside the sentence that reads it', () => {
  const values = { sent: { low: 1, high: null, over: 86_400_000, flags: ['warming'], events: ['m-1'] } }
  const clauses = [{ text: 'sent >= 10', outcome: null, values }]
  const rule = { rule: 'core/a', version: 1, outcome: 'unknown' as const, because: 'over 0 people', clauses }
  const [shown] = firedView([{ decision: 'dec_1', rules: [rule] }])
  expect(shown?.warming).toBe(true)
  expect(shown?.clauses[0]?.value).toBe('over 0 in 24h, the counter has only begun to count: m-1')
})
