import { expect, test } from 'vitest'
import { must, rule, ruleset } from '../test/files.ts'
import {
  check,
  compile,
  countedBy,
  type Event,
  type KeptAnswers,
  type Lists,
  normalise,
  type Program,
  readSchema,
} from './index.ts'

const WORDS = 'list words: text from "x"'
const one = (when: string, name = 'r v1', on = 'on message'): string =>
  rule({ name, on, when, effects: 'queue "reports" within 4h', unknown: 'on unknown ignore', because: 'r' })
const programOf = (body: string): Program => compile(ruleset(body))

const lists: Lists = {
  get: () => ({ version: 'v1', find: (_, value) => (value.includes('bad') ? { entry: '1' } : null) }),
}
const nowhere: Lists = { get: () => undefined }

function message(records: Record<string, unknown>): Event {
  const base = { id: 'm-1', occurred_at: '2026-01-01T09:00:00.000Z', actor: { id: 'a' } }
  const normal = normalise(programOf(one('item.forwarded')).ruleset.schema, 'message', { ...base, ...records })
  if ('problems' in normal) throw new Error(JSON.stringify(normal.problems))
  return normal.event
}

/** What is left of it: no text, and other names. */
const stripped = (event: Event): Event => ({ ...event, actor: { id: 'x1' }, target: { id: 'x1' }, item: { id: 'x2' } })

function answersOf(program: Program, event: Event): KeptAnswers {
  const { run } = program.plan(event, {}, lists)
  return new Map(program.keptLeaves(event.kind).map((leaf) => [leaf.key, leaf.answer(run)]))
}
const outcome = (program: Program, event: Event, kept: KeptAnswers, from = nowhere): string => {
  const { results } = program.judge(program.plan(event, {}, from, kept), [], 'gate')
  return results[0]?.outcome ?? 'quiet'
}

test.each([
  ['item.text contains "hello"', 'fired'],
  ['not item.text contains "hello"', 'quiet'],
  ['item.text matches `he[l]+o`', 'fired'],
  ['item.text contains any words', 'fired'],
  ['item.text is none', 'quiet'],
  ['media.pdq is unknown', 'quiet'],
  ['item.text == "hello bad world"', 'fired'],
])('%s is answered as it was, when what it asks about is gone', (when, expected) => {
  const program = programOf(`${when.includes('words') ? WORDS : ''}\n${one(when)}`)
  const event = message({ item: { id: 'i', text: 'hello bad world' } })
  expect(outcome(program, event, answersOf(program, event), lists)).toBe(expected)
  expect(outcome(program, stripped(event), answersOf(program, event))).toBe(expected)
})

test.each(['item.text contains "hello"', 'media.pdq is unknown', 'item.text is none'])(
  '%s is unknown when nobody kept the answer, whatever the rest looks like',
  (when) => {
    const event = stripped(message({ item: { id: 'i', text: 'hello' } }))
    expect(outcome(programOf(one(when)), event, new Map())).toBe('unknown')
  },
)

test.each([
  ['item.text contains "hello"', 'quiet'],
  ['not item.text contains "hello"', 'fired'],
  ['item.text contains any words', 'quiet'],
])('%s is answered by what was kept from being read, though nobody asked it then', (when, expected) => {
  const program = programOf(`${when.includes('words') ? WORDS : ''}\n${one(when)}`)
  const event = stripped(message({ item: { id: 'i', text: 'hello' } }))
  const unread: Event = { ...event, item: { id: 'x2', text: null }, flags: ['off:eu.private_scan'] }
  expect(outcome(program, unread, new Map())).toBe(expected)
  const [leaf] = program.keptLeaves('message')
  expect(outcome(program, unread, new Map([[leaf?.key ?? '', undefined]]))).toBe('unknown')
})

test('what can be asked again is not kept: other fields, and whether two ids are one', () => {
  const program = programOf(one('actor.id == target.id and item.link_count > 0 and actor.age < 3d'))
  expect(program.keptLeaves('message')).toEqual([])
  const event = {
    ...stripped(message({ item: { id: 'i', text: '' } })),
    item: { id: 'x2', link_count: 1 },
    actor: { id: 'x1', age: 1 },
  }
  expect(outcome(program, event, new Map())).toBe('fired')
})

test('equal questions have one key in all rule sets; another list under the same name is another question', () => {
  const keys = (body: string) =>
    programOf(body)
      .keptLeaves('message')
      .map(({ key }) => key)
  const first = keys(`${WORDS}\n${one('item.text contains any words')}`)
  expect(first).toHaveLength(1)
  expect(keys(`${WORDS}\n${one('item.text contains any words and actor.age < 3d', 'other v4')}`)).toEqual(first)
  expect(keys(`list words: text from "y"\n${one('item.text contains any words')}`)).not.toEqual(first)
})

test('questions of a counter are kept for the kinds that move it', () => {
  const program = programOf(`counter said = count by actor.id on message
    where item.text contains "hello" over 1h exact up to 9
  ${one('said >= 2')}`)
  expect(program.keptLeaves('message').map(({ text }) => text)).toEqual(['item.text contains "hello"'])
  expect(program.keptLeaves('post')).toEqual([])
  const event = message({ item: { id: 'i', text: 'hello' } })
  const { ops } = program.plan(stripped(event), {}, nowhere, answersOf(program, event))
  expect(must(ops[0])).toMatchObject({ where: true })
})

test('what a counter has to be told of a past event: its kept questions, its signals, and a key that is kept', () => {
  const { ruleset } = programOf(`${WORDS}
  signal place: bool from place_finder(item.text) within 20ms
  counter all = count by actor.id on message over 1h exact up to 9
  counter said = count by actor.id on message
    where actor.age < 3d and (item.text contains any words or place) over 1h exact up to 9
  counter other = count by actor.id on message
    where item.text contains "hello" over 1h exact up to 9
  ${one('all >= 2 and said >= 2 and other >= 2')}`)
  const needs = (name: string) => countedBy(must(ruleset.counters.get(name)), ruleset)
  expect(needs('all')).toEqual({ named: true, questions: [], signals: [] })
  expect(needs('said')).toMatchObject({
    named: true,
    questions: [{ text: 'item.text contains any words' }],
    signals: ['place'],
  })
  expect(needs('said').questions.map(({ key }) => key)).toEqual(
    programOf(`${WORDS}\n${one('item.text contains any words')}`)
      .keptLeaves('message')
      .map(({ key }) => key),
  )
  expect(needs('other')).toMatchObject({ questions: [{ text: 'item.text contains "hello"' }], signals: [] })
})

test('a counter of hashes of files has a key that nobody keeps', () => {
  const { schema } = readSchema({
    name: 'schema',
    text: `schema tiny version 1
      harm spam
      record account : account { id id<account> }
      record file { id id<file>  sum hash }
      event post about actor { actor account  file file }`,
  })
  const { ruleset, diagnostics } = check(
    {
      name: 'rules',
      text: 'ruleset r version 1 owner "x" use schema tiny version 1\ncounter c = count by file.sum on post over 1h exact up to 9\ncounter d = count by actor.id on post over 1h exact up to 9',
    },
    must(schema),
  )
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  const counters = must(ruleset).counters
  expect(countedBy(must(counters.get('c')), must(ruleset)).named).toBe(false)
  expect(countedBy(must(counters.get('d')), must(ruleset)).named).toBe(true)
})
