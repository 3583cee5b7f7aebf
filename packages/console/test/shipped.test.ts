import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { shippedPolicies } from '../../server/src/policy/register.ts'
import { authorities } from '../../server/src/review/authorities.ts'
import { shippedDe } from '../src/messages/shipped.de.ts'

const german = new Set(shippedDe.map(([said]) => said))
const wick = (name: string): string => readFileSync(new URL(`../../rules/wick/${name}.wick`, import.meta.url), 'utf8')

test('every policy, reason and authority that Lamplighter ships is said in German', () => {
  const names = shippedPolicies.flatMap(({ name, reasonCodes }) => [name, ...reasonCodes.map((one) => one.name)])
  // A loanword may be the same in both.
  expect([...names, ...authorities.values()].filter((name) => !german.has(name))).toEqual(['Spam', 'Europol'])
})

test.each(['core', 'starter'])('every sentence of the rules in %s.wick is said in German', (name) => {
  const sentences = [...wick(name).matchAll(/\bbecause "([^"]*)"/g)].map(([, sentence]) => sentence ?? '')
  expect(sentences.length).toBeGreaterThan(5)
  expect(sentences.filter((sentence) => !german.has(sentence))).toEqual([])
})
