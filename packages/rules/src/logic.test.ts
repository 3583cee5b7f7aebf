import { describe, expect, test } from 'vitest'
import { must, rule, ruleset } from '../test/files.ts'
import { compile, normalise } from './index.ts'
import { and, not, or, type Truth } from './logic.ts'
import type { Lists } from './world.ts'

const T = true
const F = false
const U = undefined

describe("Kleene's tables (rules 11.2)", () => {
  test.each<[Truth, Truth, Truth, Truth]>([
    [T, T, T, T],
    [T, F, F, T],
    [T, U, U, T],
    [F, T, F, T],
    [F, F, F, F],
    [F, U, F, U],
    [U, T, U, T],
    [U, F, F, U],
    [U, U, U, U],
  ])('%s with %s: and %s, or %s', (a, b, both, either) => {
    expect(and(a, b)).toBe(both)
    expect(or(a, b)).toBe(either)
  })

  test('not', () => expect([T, F, U].map(not)).toEqual([F, T, U]))
})

const DECLARED =
  'list bad: domain from "x"\nlist words: text from "x"\nlist faces: phash from "x"\nsignal named: bool from finder(item.text) within 40ms\n'
const PDQ = 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22'

/** What one condition says of one message. */
function ask(when: string, records: Record<string, unknown>, lists: Lists = upLists): Truth {
  const body = `${DECLARED}${rule({ when, unknown: 'on unknown ignore' })}`
  const program = compile(ruleset(body))
  const json = { id: 'm-1', occurred_at: '2026-01-01T09:00:00Z', actor: { id: 'a' }, item: { id: 'm-1' }, ...records }
  const normal = normalise(program.ruleset.schema, 'message', json)
  if ('problems' in normal) throw new Error(JSON.stringify(normal.problems))
  const plan = program.plan(normal.event, {}, lists)
  return must(program.rulesFor('message', 'gate')[0]).when(plan.run)
}

const upLists: Lists = {
  get: (name) => ({
    version: '1',
    find: (_, value) => {
      if (value.includes('maybe')) return undefined
      if (name === 'bad') return value === 'bad.example' ? { entry: value } : null
      return name === 'faces'
        ? value === PDQ
          ? { entry: value, distance: 0 }
          : null
        : value.includes('word')
          ? { entry: 'word' }
          : null
    },
  }),
}

describe('every question × value, unknown and none (rules 11.2)', () => {
  const age = (value?: number | null) => ({ actor: { id: 'a', ...(value === undefined ? {} : { age: value }) } })
  const links = (value: unknown) => ({ item: { id: 'i', links: value } })
  test.each<[string, Record<string, unknown>, Truth]>([
    ['actor.age > 3d', age(5 * 86_400_000), T],
    ['actor.age > 3d', age(86_400_000), F],
    ['actor.age > 3d', age(), U],
    ['actor.age > 3d', age(null), F],
    ['3d < actor.age', age(), U],
    ['3d < actor.age', age(null), F],
    ['actor.age < tie.mutuals * 0s + 1d'.replace('tie.mutuals * 0s', '0s'), age(), U],
    ['actor.age != 3d', age(), U],
    ['actor.age != 3d', age(null), T],
    ['actor.age == target.age', { ...age(), target: { id: 't' } }, U],
    ['actor.age == target.age', { ...age(), target: { id: 't', age: null } }, F],
    ['actor.age + 1d > 3d', age(null), F],
    ['actor.age + 1d > 3d', age(), U],
    ['tie.mutuals / tie.mutuals == 1', { tie: { mutuals: 0 } }, U],
    ['tie.mutuals / tie.mutuals == 1', { tie: { mutuals: 4 } }, T],
    ['tie.mutuals * 2 == 6', {}, F],
    ['actor.verified', { actor: { id: 'a', verified: true } }, T],
    ['actor.verified', { actor: { id: 'a' } }, U],
    ['actor.verified', { actor: { id: 'a', verified: null } }, F],
    ['not tie.connected', {}, T],
    ['not tie.connected', { tie: {} }, U],
    ['actor.age is known', age(3), T],
    ['actor.age is known', age(), F],
    ['actor.age is known', age(null), F],
    ['actor.age is unknown', age(), T],
    ['actor.age is unknown', age(null), F],
    ['actor.age is none', age(null), T],
    ['actor.age is none', age(), F],
    ['tie.mutuals is none', {}, T],
    ['tie is none', {}, T],
    ['tie is none', { tie: {} }, F],
    ['actor.kind in ["bot", "news"]', { actor: { id: 'a', kind: 'bot' } }, T],
    ['actor.kind in ["bot", "news"]', { actor: { id: 'a', kind: 'person' } }, F],
    ['actor.kind in ["bot", "news"]', { actor: { id: 'a' } }, U],
    ['actor.kind in ["bot", "news"]', { actor: { id: 'a', kind: null } }, F],
    ['item.links in bad', links(['ok.example', 'bad.example']), T],
    ['item.links in bad', links(['ok.example']), F],
    ['item.links in bad', links(['ok.example', 'maybe.example']), U],
    ['item.links in bad', links(['maybe.example', 'bad.example']), T],
    ['item.links in bad', links(null), F],
    ['media.pdq near faces', { media: { id: 'f', type: 'image', pdq: [PDQ] } }, T],
    ['media.pdq near faces', { media: { id: 'f', type: 'image', pdq: [null] } }, U],
    ['media.pdq near faces', { media: { id: 'f', type: 'image', pdq: [null, PDQ] } }, T],
    ['media.pdq near faces', { media: { id: 'f', type: 'image' } }, U],
    ['media.pdq near faces', {}, F],
    ['item.text contains any words', { item: { id: 'i', text: 'a word' } }, T],
    ['item.text contains any words', { item: { id: 'i', text: 'maybe' } }, U],
    ['item.text contains any words', { item: { id: 'i', text: null } }, F],
    ['item.text contains "WORD"', { item: { id: 'i', text: 'a wörd, a Ｗord' } }, T],
    ['item.text contains "word"', { item: { id: 'i' } }, F],
    ['item.links contains "bad.example"', links(['bad.example']), T],
    ['item.text matches `\\bw[oö]rd\\b`', { item: { id: 'i', text: 'a WÖRD' } }, T],
    ['item.text matches `^word`', { item: { id: 'i', text: 'a word' } }, F],
    ['named', {}, F],
    ['named', { item: { id: 'i', text: 'something' } }, U],
    ['(actor.verified or item.link_count > 2) == true', { item: { id: 'i', link_count: 3 } }, T],
    ['(actor.verified or item.link_count > 2) == true', {}, U],
  ])('%s of %j is %s', (when, records, expected) => {
    expect(ask(when, records)).toBe(expected)
  })

  test('a list that is down cannot tell', () => {
    expect(ask('item.links in bad', links(['ok.example']), { get: () => undefined })).toBe(U)
    expect(ask('item.links in bad', links([]), { get: () => undefined })).toBe(F)
  })
})

describe('precedence (rules 11.1)', () => {
  const three = { item: { id: 'i', link_count: 3 } }
  test.each<[string, Truth]>([
    ['item.link_count + 10-3-2 == 3 + 5', T],
    ['item.link_count + 100/10/2 == 8', T],
    ['2+item.link_count*4 == 14', T],
    ['-2*item.link_count == -6', T],
    ['not item.link_count == 2', T],
    ['not item.forwarded and item.link_count == 3', T],
    ['item.link_count == 3 or item.link_count == 4 and item.forwarded', T],
    ['item.forwarded and item.link_count == 3 or item.link_count > 1', T],
  ])('%s', (when, expected) => expect(ask(when, three)).toBe(expected))
})
