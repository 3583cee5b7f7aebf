import { type CardJson, CardJson as CardShape, choices } from '@lamplighter/api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  appealGapOf,
  bodyOf,
  chooseAction,
  choosePolicy,
  draftFrom,
  filterPolicies,
  gapOf,
  languageOf,
  noticeGapOf,
  startDraft,
  statementOf,
  writeStatement,
} from './draft.ts'

const policy = (slug: string, suggested: string, statement: Record<string, string>) => ({
  id: `pol-${slug}`,
  slug,
  name: `Policy about ${slug}`,
  harms: [`${slug}_harm`],
  severity: 'high',
  statement,
  reasonCodes: [
    { code: `${slug}.1`, name: 'first' },
    { code: `${slug}.2`, name: 'second' },
  ],
  suggested: { choice: suggested, why: 'first strike' },
})

const card: CardJson = CardShape.parse({
  policies: [
    policy('threat', 'remove', { en: 'You wrote: {{what}}', de: 'Sie schrieben: {{was}}' }),
    policy('spam', 'limit', { en: 'This was spam.' }),
    policy('worst', 'suspend', { en: 'Ended.' }),
  ],
  choices: choices.map((choice) => ({
    choice,
    severe: choice === 'suspend',
    unsupported: choice === 'limit' ? 'platform' : null,
    effects: [],
    tellsPerson: choice !== 'none',
  })),
  preselected: { policy: 'pol-threat', choice: 'remove' },
  language: 'de',
})
const bare: CardJson = { ...card, preselected: null }

describe('what a card opens with', () => {
  test('what the server preselected, with the policy’s first reason code', () => {
    expect(startDraft(card)).toMatchObject({
      policy: 'pol-threat',
      choice: 'remove',
      reasonCode: 'threat.1',
      chosen: false,
    })
  })

  test('nothing, where nothing is preselected (appeals, second reviews)', () => {
    expect(startDraft(bare)).toMatchObject({ policy: null, choice: null, reasonCode: null })
  })

  test('console 13: a severe action is never preselected, whatever the server sends', () => {
    const anyCard = fc.record({
      choice: fc.constantFrom(...choices),
      suggested: fc.constantFrom(...choices),
      severe: fc.subarray([...choices]),
      policy: fc.nat({ max: 2 }),
    })
    fc.assert(
      fc.property(anyCard, ({ choice, suggested, severe, policy: index }) => {
        const generated: CardJson = {
          ...card,
          policies: card.policies.map((one) => ({ ...one, suggested: { choice: suggested, why: '' } })),
          choices: card.choices.map((one) => ({ ...one, unsupported: null, severe: severe.includes(one.choice) })),
          preselected: { policy: card.policies[index]?.id ?? '', choice },
        }
        const drafts = [
          startDraft(generated),
          choosePolicy(startDraft({ ...generated, preselected: null }), generated, 'pol-spam'),
        ]
        for (const draft of drafts) {
          expect(draft.choice).not.toBe('suspend')
          if (draft.choice !== null) expect(severe).not.toContain(draft.choice)
        }
      }),
    )
  })
})

describe('choosing', () => {
  test('an action chosen by hand stays when another policy is chosen', () => {
    const warned = chooseAction(startDraft(card), card, 'warn')
    expect(choosePolicy(warned, card, 'pol-spam').choice).toBe('warn')
  })

  test('a suggestion that the platform cannot carry out is not taken over', () => {
    expect(choosePolicy(startDraft(bare), card, 'pol-spam').choice).toBeNull()
    expect(chooseAction(startDraft(card), card, 'limit').choice).toBe('remove')
  })

  test('text typed for one policy comes back when it is chosen again', () => {
    const threat = card.policies[0]
    if (threat === undefined) throw new Error('no policy')
    const typed = writeStatement(startDraft(card), threat, 'Sie drohten.')
    const back = choosePolicy(choosePolicy(typed, card, 'pol-spam'), card, 'pol-threat')
    expect(statementOf(back, threat)).toBe('Sie drohten.')
  })

  test('the statement is in the person’s language where the policy has it, else in English', () => {
    const [threat, spam] = card.policies
    if (threat === undefined || spam === undefined) throw new Error('no policy')
    expect(languageOf(startDraft(card), threat)).toBe('de')
    expect(languageOf(startDraft(card), spam)).toBe('en')
  })

  test('typing narrows the policies by any of their words', () => {
    expect(filterPolicies(card.policies, 'spam').map(({ slug }) => slug)).toEqual(['spam'])
    expect(filterPolicies(card.policies, 'policy HARM').length).toBe(3)
    expect(filterPolicies(card.policies, 'nothing')).toEqual([])
  })
})

describe('console 15: what blocks a decision', () => {
  test('a gap in the statement', () => {
    expect(gapOf(card, startDraft(card))).toBe('placeholder')
  })

  test('nothing, once the gap is filled', () => {
    const threat = card.policies[0]
    if (threat === undefined) throw new Error('no policy')
    expect(gapOf(card, writeStatement(startDraft(card), threat, 'Sie drohten.'))).toBeNull()
    expect(gapOf(card, writeStatement(startDraft(card), threat, '  '))).toBe('statement')
  })

  test('no policy, then no action', () => {
    expect(gapOf(bare, startDraft(bare))).toBe('policy')
    expect(gapOf(bare, choosePolicy(startDraft(bare), card, 'pol-worst'))).toBe('choice')
    expect(gapOf(bare, chooseAction(startDraft(bare), card, 'warn'))).toBe('policy')
  })

  test('"no action" needs neither policy nor statement', () => {
    expect(gapOf(bare, chooseAction(startDraft(bare), card, 'none'))).toBeNull()
  })

  test('an appeal needs an outcome, reasons, and no gap in them', () => {
    const start = startDraft(bare)
    expect(appealGapOf(start)).toBe('outcome')
    expect(appealGapOf({ ...start, outcome: 'partly' })).toBe('reasons')
    expect(appealGapOf({ ...start, outcome: 'partly', reasons: 'Because {{why}}' })).toBe('placeholder')
    expect(appealGapOf({ ...start, outcome: 'partly', reasons: 'Because.' })).toBeNull()
  })
})

describe('what is sent', () => {
  test('policy, action, reason code, the statement as the person reads it, and the note', () => {
    const threat = card.policies[0]
    if (threat === undefined) throw new Error('no policy')
    const draft = { ...writeStatement(startDraft(card), threat, 'Sie drohten.'), note: ' seen before ' }
    expect(bodyOf(card, draft)).toEqual({
      policy: 'pol-threat',
      choice: 'remove',
      reasonCode: 'threat.1',
      statement: { language: 'de', text: 'Sie drohten.' },
      note: 'seen before',
    })
  })

  test('"no action" cites no policy and tells nobody', () => {
    expect(bodyOf(card, chooseAction(startDraft(card), card, 'none'))).toEqual({
      policy: null,
      choice: 'none',
      reasonCode: 'no_violation',
      statement: null,
    })
  })
})

test('a notice that waits: nothing is chosen, and waiting on needs days and a reason', () => {
  const start = startDraft(bare)
  expect(noticeGapOf(start)).toBe('outcome')
  expect(noticeGapOf({ ...start, notice: 'send' })).toBeNull()
  const withhold = { ...start, notice: 'withhold' as const, reasons: 'The police asked.' }
  for (const days of ['', '0', '1.5', '91', 'x']) expect(noticeGapOf({ ...withhold, days }), days).toBe('days')
  expect(noticeGapOf({ ...withhold, days: '90' })).toBeNull()
  expect(noticeGapOf({ ...withhold, reasons: ' ' })).toBe('reasons')
})

describe('console 48: a draft that was kept', () => {
  test('comes back as it was given back', () => {
    const threat = card.policies[0]
    if (threat === undefined) throw new Error('no policy')
    const draft = {
      ...chooseAction(writeStatement(startDraft(card), threat, 'Sie drohten.'), card, 'warn'),
      note: 'look again',
    }
    expect(draftFrom(JSON.parse(JSON.stringify(draft)), card)).toEqual(draft)
  })

  test('of a wrong shape is left out, not guessed', () => {
    const odd = { policy: 7, choice: 'destroy', statements: ['x'], note: null, outcome: 'maybe' }
    expect(draftFrom(odd, bare)).toMatchObject({ policy: null, choice: null, note: '', outcome: null })
  })
})
