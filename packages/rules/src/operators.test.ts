import { describe, expect, test } from 'vitest'
import { must, rule, ruleset } from '../test/files.ts'
import { compile, normalise, type Reading } from './index.ts'
import { Interval } from './interval.ts'
import type { Truth } from './logic.ts'
import type { Lists } from './world.ts'

// Every operator with value, unknown and none on each of its sides (rules.md §4, §11.2). What is expected follows from three sentences of
// the language: a leaf that reads none is false, one that reads unknown is unknown, and of two operands none wins; `!=` is `not ==`.

type State = 'value' | 'unknown' | 'none'
const STATES: readonly State[] = ['value', 'unknown', 'none']

const DECLARED = `list bad: domain from "x"
list words: text from "x"
list faces: phash from "x"
list down: domain from "x"
signal heat: score from heater(item.id) within 40ms
counter sent = count by actor.id on message over 1h exact up to 50
`
const lists: Lists = {
  get: (name) =>
    name === 'down'
      ? undefined
      : { version: '1', find: (_, value) => (/bad|word|ab/.test(value) ? { entry: value } : null) },
}

interface Sides {
  readonly left?: unknown
  readonly right?: unknown
  readonly heat?: State
  readonly sent?: Reading
}

/** A field left out is unknown, null is none; `left` is the actor's, `right` the target's. */
function ask(when: string, { left, right, heat = 'unknown', sent }: Sides): Truth {
  const program = compile(ruleset(`${DECLARED}${rule({ when, unknown: 'on unknown ignore' })}`))
  const json = {
    id: 'm',
    occurred_at: '2026-01-01T09:00:00Z',
    actor: { id: 'a', ...(left as object) },
    target: { id: 't', ...(right as object) },
    item: { id: 'i', ...(left as object) },
    media: { id: 'f', type: 'image', ...(left as object) },
  }
  const normal = normalise(program.ruleset.schema, 'message', json)
  if ('problems' in normal) throw new Error(JSON.stringify(normal.problems))
  const measured = {
    value: { heat: { known: true, value: 0.5 } as const },
    unknown: { heat: { known: false, why: 'late' } as const },
    none: { heat: { known: 'none' } as const },
  }[heat]
  const plan = program.plan(normal.event, measured, lists)
  const { run } = program.judge(plan, sent === undefined ? [] : [sent], 'gate').plan
  return must(program.rulesFor('message', 'gate')[0]).when(run)
}

function field(name: string, state: State, value: unknown): Record<string, unknown> {
  return state === 'unknown' ? {} : { [name]: state === 'none' ? null : value }
}

function expected(op: string, states: readonly State[], decided: boolean): Truth {
  if (states.includes('none')) return op === '!='
  return states.includes('unknown') ? undefined : decided
}

const COMPARISONS = [
  ['==', (a: number, b: number) => a === b],
  ['!=', (a: number, b: number) => a !== b],
  ['<', (a: number, b: number) => a < b],
  ['<=', (a: number, b: number) => a <= b],
  ['>', (a: number, b: number) => a > b],
  ['>=', (a: number, b: number) => a >= b],
] as const

const PAIRS = STATES.flatMap((left) => STATES.map((right) => [left, right] as const))

describe.each(COMPARISONS)('%s', (op, holds) => {
  test.each(PAIRS)('%s with %s, for each order of the values', (left, right) => {
    for (const [a, b] of [
      [1000, 2000],
      [2000, 2000],
      [3000, 2000],
    ] as const) {
      const sides = { left: field('age', left, a), right: field('age', right, b) }
      expect(ask(`actor.age ${op} target.age`, sides)).toBe(expected(op, [left, right], holds(a, b)))
    }
  })

  test.each(STATES)('a field that is %s with a constant, on either side', (state) => {
    const sides = { left: field('age', state, 2000) }
    expect(ask(`actor.age ${op} 1s`, sides)).toBe(expected(op, [state], holds(2000, 1000)))
    expect(ask(`1s ${op} actor.age`, sides)).toBe(expected(op, [state], holds(1000, 2000)))
  })

  test.each(STATES)('a signal that is %s', (heat) => {
    expect(ask(`heat ${op} 0.25`, { heat })).toBe(expected(op, [heat], holds(0.5, 0.25)))
    expect(ask(`0.25 ${op} heat`, { heat })).toBe(expected(op, [heat], holds(0.25, 0.5)))
  })

  test('a counter below, across and above the threshold, and open', () => {
    for (const [low, high] of [
      [1, 2],
      [3, 3],
      [2, 4],
      [3, 5],
      [1, 3],
      [4, 6],
      [4, Number.POSITIVE_INFINITY],
      [0, Number.POSITIVE_INFINITY],
    ] as const) {
      const numbers = Array.from({ length: Math.min(high, 60) - low + 1 }, (_, i) => low + i)
      const sent = { low, high, events: [], flags: [] }
      const told = (mirrored: boolean) => {
        const answers = new Set(numbers.map((one) => (mirrored ? holds(3, one) : holds(one, 3))))
        return answers.size === 1 ? [...answers][0] : undefined
      }
      expect([new Interval(low, high), ask(`sent ${op} 3`, { sent })]).toEqual([new Interval(low, high), told(false)])
      expect([new Interval(low, high), ask(`3 ${op} sent`, { sent })]).toEqual([new Interval(low, high), told(true)])
    }
  })
})

/** Operators of one operand: a value that makes it true, one that makes it false, and the field. */
const LEAVES: readonly (readonly [string, string, unknown, unknown])[] = [
  ['actor.verified', 'verified', true, false],
  ['actor.kind in ["bot", "news"]', 'kind', 'bot', 'person'],
  ['actor.age in [1s, 2s]', 'age', 2000, 3000],
  ['item.links in bad', 'links', ['bad.example'], ['ok.example']],
  ['media.pdq near faces', 'pdq', ['ab'.repeat(32)], ['cd'.repeat(32)]],
  ['item.text contains any words', 'text', 'a word', 'nothing'],
  ['item.text contains "word"', 'text', 'a WORD', 'nothing'],
  ['item.text matches `^w..d$`', 'text', 'Word', 'a word'],
  ['item.links contains "bad.example"', 'links', ['bad.example'], ['ok.example']],
]
/** These have a default: missing is the default, so nobody can make them unknown. */
const DEFAULTED = ['links', 'text']

describe.each(LEAVES)('%s', (when, name, yes, no) => {
  test('value, unknown, none; and under not', () => {
    const answers = (of: string) => [
      ask(of, { left: field(name, 'value', yes) }),
      ask(of, { left: field(name, 'value', no) }),
      ask(of, { left: field(name, 'none', yes) }),
    ]
    expect(answers(when)).toEqual([true, false, false])
    expect(answers(`not (${when})`)).toEqual([false, true, true])
    const unknown = ask(when, { left: {} })
    expect(unknown).toBe(DEFAULTED.includes(name) ? false : undefined)
  })
})

test('a list that is down answers nothing, and is not asked about nothing', () => {
  expect(ask('item.links in down', { left: { links: ['ok.example'] } })).toBeUndefined()
  expect(ask('item.links in down', { left: { links: [] } })).toBe(false)
  expect(ask('item.links in down', { left: { links: null } })).toBe(false)
})

describe.each(['known', 'unknown', 'none'] as const)('is %s', (what) => {
  test.each(STATES)('of a field and a signal that are %s: exactly one of the three holds', (state) => {
    const holds = what === (state === 'value' ? 'known' : state)
    expect(ask(`actor.age is ${what}`, { left: field('age', state, 1000) })).toBe(holds)
    expect(ask(`heat is ${what}`, { heat: state })).toBe(holds)
    expect(ask(`(actor.age + 1s) is ${what}`, { left: field('age', state, 1000) })).toBe(holds)
  })

  test('of a counter: known when it is a point', () => {
    const is = (low: number, high: number) => ask(`sent is ${what}`, { sent: { low, high, events: [], flags: [] } })
    expect([is(3, 3), is(3, 4)]).toEqual([what === 'known', what === 'unknown'])
  })
})

describe.each(['+', '-', '*', '/'] as const)('arithmetic by %s', (op) => {
  test.each(PAIRS)('%s with %s: none wins over unknown', (left, right) => {
    const sides = { left: { ...field('size', left, 6) }, heat: right }
    const state =
      left === 'none' || right === 'none' ? 'none' : left === 'unknown' || right === 'unknown' ? 'unknown' : 'known'
    const is = (what: string) => ask(`(media.size ${op} heat) is ${what}`, sides)
    expect([is('known'), is('unknown'), is('none')]).toEqual([state === 'known', state === 'unknown', state === 'none'])
  })
})
