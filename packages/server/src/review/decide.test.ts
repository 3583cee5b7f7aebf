import { Do } from '@lamplighter/api'
import { describe, expect, test } from 'vitest'
import { AppError } from '../http/errors.ts'
import { shippedPolicies } from '../policy/index.ts'
import { LIMIT_MS, UNDO_MS } from './card.ts'
import { type ChoiceInput, type DecisionFacts, planOf } from './decide.ts'

const NOW = 1_000_000
const policy = shippedPolicies.find(({ id }) => id === 'HAR-1')
const facts: DecisionFacts = {
  kind: 'item',
  itemState: null,
  item: { type: 'message', id: 'm1' },
  account: 'kestrel',
  reports: 1,
  supported: new Set(Do.options),
}
const input: ChoiceInput = { policy, choice: 'remove', statement: { language: 'en', text: 'It insults somebody.' } }
const codeOf = (change: Partial<DecisionFacts>, choice: Partial<ChoiceInput> = {}): string | undefined => {
  try {
    planOf({ ...facts, ...change }, { ...input, ...choice }, NOW)
  } catch (error) {
    return AppError.from(error).code
  }
  return undefined
}

describe('what follows from a choice', () => {
  test('a measure is asked for, told, counted, and may be undone for ten seconds', () => {
    expect(planOf(facts, input, NOW)).toMatchObject({
      wishes: [{ do: 'remove', what: null, until: null }],
      strike: true,
      notice: input.statement,
      undoUntil: NOW + UNDO_MS,
      upheld: true,
      withdrawMachine: false,
    })
  })

  test('an item that the machine holds is not delivered when its person is warned, and does not stay held for ever', () => {
    const plan = planOf({ ...facts, itemState: 'held' }, { ...input, choice: 'warn' }, NOW)
    expect(plan.wishes.map(({ do: asked }) => asked)).toEqual(['warn', 'remove'])
    expect(plan.effects).toContain('the held item is not delivered')
    expect(planOf({ ...facts, itemState: 'held' }, input, NOW).wishes.map(({ do: asked }) => asked)).toEqual(['remove'])
  })

  test('a limit ends by itself', () => {
    expect(planOf(facts, { ...input, choice: 'limit' }, NOW).wishes).toEqual([
      { do: 'limit', what: 'messages', until: NOW + LIMIT_MS },
    ])
  })

  test('seeing nothing wrong takes back what the machine did and strikes nobody', () => {
    expect(planOf(facts, { ...input, choice: 'none', policy: undefined, statement: null }, NOW)).toMatchObject({
      wishes: [],
      withdrawMachine: true,
      strike: false,
      notice: null,
      upheld: false,
    })
  })

  test('an item of nobody known can only be removed, and nobody is struck', () => {
    expect(planOf({ ...facts, account: null }, input, NOW)).toMatchObject({ strike: false, notice: null })
    expect(codeOf({ account: null }, { choice: 'warn' })).toBe('unsupported_action')
  })

  test('is refused', () => {
    expect(codeOf({}, { policy: undefined })).toBe('unknown_policy')
    expect(codeOf({ item: null })).toBe('unsupported_action')
    expect(codeOf({ supported: new Set<Do>(['warn']) })).toBe('unsupported_action')
    expect(codeOf({}, { statement: null })).toBe('invalid')
    expect(codeOf({}, { statement: { language: 'en', text: '  ' } })).toBe('invalid')
    expect(codeOf({}, { statement: { language: 'en', text: 'You {{what}}' } })).toBe('placeholder_left')
  })
})
