import { type Choice, choices, Do, type Severity, severeChoices } from '@lamplighter/api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Policy, shippedPolicies } from '../policy/index.ts'
import { type CardFacts, cardOf, effectsInWords, placeholderIn } from './card.ts'

const everything = new Set(Do.options)
const plain: CardFacts = {
  kind: 'item',
  harms: ['harassment'],
  policies: [],
  strikes: 0,
  account: '@kestrel',
  reports: 0,
  supported: everything,
  language: 'en',
  caseNumber: 1001,
}
const severities: readonly Severity[] = ['low', 'medium', 'high', 'critical']
const anyFacts = fc.record({
  kind: fc.constantFrom<CardFacts['kind']>('item', 'account', 'notice', 'gathered', 'appeal'),
  harms: fc.uniqueArray(fc.constantFrom('csea', 'terrorism', 'harassment', 'spam', 'threat_to_life', 'other')),
  strikes: fc.nat(30),
  reports: fc.nat(5),
  supported: fc.uniqueArray(fc.constantFrom(...Do.options)).map((list) => new Set(list)),
  caseNumber: fc.integer({ min: 1001, max: 99_999 }),
})
const policiesOf = (severity: Severity): Policy[] => shippedPolicies.map((policy) => ({ ...policy, severity }))

describe('the decision card', () => {
  for (const severe of severeChoices) {
    test(`console 13: "${severe}" is never preselected`, () => {
      fc.assert(
        fc.property(anyFacts, fc.constantFrom(...severities), (facts, severity) => {
          const { preselected, policies } = cardOf(policiesOf(severity), { ...plain, ...facts })
          expect(preselected?.choice).not.toBe(severe)
          expect(policies.map(({ suggested }) => suggested.choice)).not.toContain(severe)
        }),
        { numRuns: 50 },
      )
    })
  }

  test('nothing is preselected that the platform cannot carry out', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { preselected, choices: shown } = cardOf(shippedPolicies, { ...plain, ...facts })
        const chosen = shown.find(({ choice }) => choice === preselected?.choice)
        expect(chosen?.unsupported ?? null).toBeNull()
      }),
    )
  })

  test('console 14: an appeal has nothing preselected and an order that says nothing of the first decision', () => {
    const appeal = { ...plain, kind: 'appeal' as const }
    const order = (facts: CardFacts) => cardOf(shippedPolicies, facts).policies.map(({ id }) => id)
    expect(cardOf(shippedPolicies, appeal).preselected).toBeNull()
    expect(order(appeal)).toEqual(order(appeal))
    expect(order(appeal)).toEqual(order({ ...appeal, harms: ['terrorism', 'spam'], strikes: 4 }))
    expect(order(appeal).toSorted()).toEqual(shippedPolicies.map(({ id }) => id).toSorted())
    const orders = new Set([1, 2, 3, 4, 5].map((number) => order({ ...appeal, caseNumber: number }).join()))
    expect(orders.size).toBeGreaterThan(2)
    expect(order(appeal)).not.toEqual(order(plain))
  })

  test('the policy of the most important harm comes first, with its reason', () => {
    const { policies, preselected } = cardOf(shippedPolicies, { ...plain, harms: ['spam', 'harassment'] })
    expect(policies[0]?.id).toBe('SPAM-3')
    expect(preselected).toEqual({ policy: 'SPAM-3', choice: 'warn' })
    expect(policies[0]?.suggested.why).toBe('low severity, no strike before')
  })

  test('without a harm that a policy names nothing is preselected', () => {
    expect(cardOf(shippedPolicies, { ...plain, harms: ['other'] }).preselected).toBeNull()
  })

  test('what the platform cannot carry out is said before the decision', () => {
    const { choices: shown } = cardOf(shippedPolicies, { ...plain, supported: new Set<Do>(['warn']) })
    expect(shown.filter(({ unsupported }) => unsupported === null).map(({ choice }) => choice)).toEqual([
      'none',
      'warn',
    ])
  })

  test('a case about an account has no item to remove', () => {
    const { choices: shown } = cardOf(shippedPolicies, { ...plain, kind: 'account' })
    expect(shown.find(({ choice }) => choice === 'remove')?.unsupported).toBe('no_item')
  })
})

test('effects are told in plain words, in the order in which they happen', () => {
  const words = Object.fromEntries(
    choices.map((choice: Choice) => [choice, effectsInWords(choice, { account: '@kestrel', reports: 2 })]),
  )
  expect(words).toMatchInlineSnapshot(`
    {
      "limit": [
        "limit messages of @kestrel for 24 hours",
        "tell @kestrel why",
        "tell 2 reporters",
        "can be appealed for 183 days",
      ],
      "none": [
        "nothing is removed",
        "a held item is released",
        "tell 2 reporters",
      ],
      "remove": [
        "remove 1 item",
        "tell @kestrel why",
        "tell 2 reporters",
        "can be appealed for 183 days",
      ],
      "suspend": [
        "suspend @kestrel until somebody ends it",
        "tell @kestrel why",
        "tell 2 reporters",
        "can be appealed for 183 days",
      ],
      "warn": [
        "warn @kestrel",
        "tell 2 reporters",
        "can be appealed for 183 days",
      ],
    }
  `)
  expect(effectsInWords('remove', { account: null, reports: 1 })).toEqual([
    'remove 1 item',
    'tell the account why',
    'tell the reporter',
    'can be appealed for 183 days',
  ])
})

test('console 15: a placeholder is found wherever it stands', () => {
  expect(placeholderIn('You wrote {{how}}.')).toBe('{{how}}')
  expect(placeholderIn('nothing { here } }}')).toBeUndefined()
})
