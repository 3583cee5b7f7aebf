import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rule, ruleset } from '../test/files.ts'
import {
  canonicalJson,
  compile,
  type Json,
  type Judgement,
  type Lists,
  type Measured,
  normalise,
  offBy,
  offFlag,
  type Reading,
  renderExplanation,
} from './index.ts'

// One explanation a line. A decision is explained by the same bytes years later (rules.md §7.7): a line here may change only
// with a new `format`.
const KEPT = new URL('../test/explanations.ndjson', import.meta.url)

const UNKNOWN = { unknown: 'on unknown queue "reports" within 1h' }
const QUEUE = 'queue "reports" within 4h'
const FOLLOW = 'harm spam policy "P-1" severity low phase follow'
const BODY = `
list faces: phash sealed from "x"
list words: text from "x"
list secret_words: text sealed from "x"
list bad: domain from "x"
signal heat: score from heater(item.text) within 40ms
signal named: bool from namer(item.text) within 40ms
let hot = heat >= 0.9 or named
let calm = item.link_count < 2 and not actor.verified
counter sent = count by actor.id on message where not tie.connected over 24h exact up to 10
counter met = distinct target.id by actor.id on message over 90m exact up to 10
counter shared = count by item.link_key on message over 1h exact up to 10
${rule({ name: 'faces_seen v2', when: 'media.pdq near faces and not media is none', effects: 'block, preserve for 90d', ...UNKNOWN, because: '{media.id} of {actor.id}, {actor.age} old {{}', tell: 'tell user "We removed this, {actor.id}.", de "Entfernt."' })}
${rule({ name: 'words_seen v1', when: '(item.text contains any words or item.text contains any secret_words) and (actor.age < 3d or actor.age + 1d > target.age)', effects: 'limit "links" for 1h, queue "reports" within 4h', ...UNKNOWN, because: 'links {item.links}, words', tell: 'tell user "Links are limited."' })}
${rule({ name: 'links v1', when: 'item.links in bad and not (actor.country in ["ab", "de"] and tie.connected)', effects: QUEUE, ...UNKNOWN, because: '{item.links} in {actor.country}, forwarded {item.forwarded}' })}
${rule({ name: 'plain v1', when: 'item.text contains "word" or item.text matches `a[ab]*c` or tie.mutuals / media.count > 2 or -tie.mutuals == -3 or calm == true', effects: 'label "plain"', ...UNKNOWN, because: 'calm: {calm}, {tie.mutuals} in common' })}
${rule({ name: 'states v1', when: 'actor.age is unknown or tie.began is none or target.age_band != "minor"', effects: 'label "states"', ...UNKNOWN, because: 'states' })}
${rule({ name: 'heated v1', head: FOLLOW, when: 'hot or heat * 2 > item.link_count', effects: QUEUE, ...UNKNOWN, because: 'heat {heat}, named {named}, hot {hot}' })}
${rule({ name: 'many v1', head: FOLLOW, when: '(sent >= 3 and met >= 2) or sent + met > 6 or shared > 1 or sent of target.id >= 2', effects: QUEUE, ...UNKNOWN, because: '{sent} to {met}, {shared} shared' })}
`
const PDQ = 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22'
const program = compile(ruleset(BODY))
const seal = (value: string) => `${value.length}.${value.charCodeAt(0)}`
const up: Lists = {
  get: (name) => ({
    version: `${name}@3`,
    find: (_, value) =>
      value.includes('unsure')
        ? undefined
        : value === PDQ
          ? { entry: 'entry-7', distance: 4 }
          : /bad|word/.test(value)
            ? { entry: `${name} word`, from: 2, to: 6 }
            : null,
  }),
}
const down: Lists = { get: () => undefined }

interface Case {
  readonly records: Readonly<Record<string, unknown>>
  readonly measured?: Measured
  readonly readings?: readonly Reading[]
  readonly lists?: Lists
}

const reading = (low: number, high: number, ...flags: Reading['flags']): Reading => ({
  low,
  high,
  flags,
  events: Array.from({ length: low }, (_, index) => `e-${index}`),
})
const words = { text: 'a word', links: ['bad.example', 'unsure.example'], link_count: 2, link_key: 'l' }
const full = {
  actor: { id: 'a', age: 86_400_000, verified: false, country: 'fr' },
  target: { id: 't', age: 0, age_band: 'adult' },
  tie: { connected: false, mutuals: 3, began: 'actor' },
  item: { id: 'i', ...words },
  media: { id: 'f', type: 'image', count: 1, pdq: [PDQ, null] },
}

const CASES: readonly Case[] = [
  { records: full },
  { records: full, lists: down },
  { records: { actor: { id: 'a' }, item: { id: 'i' } } },
  { records: { item: { id: 'i', text: 'abac', links: ['unsure.example'] }, media: { id: 'f', type: 'image' } } },
  {
    records: {
      ...full,
      actor: { id: 'a', country: null },
      target: { id: 't', age_band: null },
      tie: { connected: null },
    },
  },
  {
    records: {
      ...full,
      tie: { mutuals: 4 },
      media: { id: 'f', type: 'image', count: 0, pdq: [null] },
      item: { id: 'i', text: 'unsure', link_count: 5 },
    },
  },
  { records: { ...full, tie: { mutuals: 0 }, item: { id: 'i', text: '', links: [], link_key: null } } },
  {
    records: full,
    measured: { heat: { known: true, value: 0.95, model: 'heat@2', ms: 12 }, named: { known: false, why: 'late' } },
  },
  { records: full, measured: { heat: { known: 'off', switch: 'models/de' }, named: { known: true, value: false } } },
  { records: full, measured: { heat: { known: 'none' }, named: { known: false, why: 'broken', ms: 40 } } },
  { records: full, readings: [reading(3, 3), reading(2, 2), reading(0, 0), reading(1, 2)] },
  {
    records: full,
    readings: [reading(2, 4, 'maybe'), reading(2, Number.POSITIVE_INFINITY, 'warming'), reading(0, 1), reading(0, 1)],
  },
  { records: full, readings: [reading(1, 1), reading(11, Number.POSITIVE_INFINITY, 'capped')] },
  {
    records: { ...full, target: { id: 't' }, item: { id: 'i', text: 'x' } },
    readings: [reading(0, 0), reading(0, 0), reading(0, 0)],
  },
]

test('an explanation is the same bytes as ever (rules 7.7)', () => {
  expect(CASES.flatMap(explained)).toEqual(readFileSync(KEPT, 'utf8').trimEnd().split('\n'))
})

test('every outcome and every kind of value stands among them', () => {
  const kept = readFileSync(KEPT, 'utf8')
  for (const part of [
    '"fired"',
    '"unknown"',
    'sealed:',
    '"hit":true',
    '"hit":false',
    '"distance"',
    '"high":null',
    'over 10',
  ])
    expect(kept).toContain(part)
  for (const cause of [
    'arithmetic',
    'counter:sent',
    'counter:sent of target.id',
    'field:media.pdq',
    'list:words',
    'signal:heat',
  ])
    expect(kept).toContain(`"${cause}"`)
})

/** In each phase. */
function explained(given: Case): string[] {
  return (['gate', 'follow'] as const).map((phase) =>
    canonicalJson(judge(given, phase).explain(seal) as unknown as Json),
  )
}

function judge({ records, measured = {}, readings = [], lists = up }: Case, phase: 'gate' | 'follow'): Judgement {
  const json = { id: 'm-1', occurred_at: '2026-01-01T09:00:00Z', actor: { id: 'a' }, ...records }
  const normal = normalise(program.ruleset.schema, 'message', json)
  if ('problems' in normal) throw new Error(JSON.stringify(normal.problems))
  return program.judge(program.plan(normal.event, measured, lists), readings, phase)
}

test('what a switch kept from being read is named, in the data and in words', () => {
  const normal = normalise(program.ruleset.schema, 'message', {
    ...{ id: 'm-1', occurred_at: '2026-01-01T09:00:00Z', actor: { id: 'a' }, item: { id: 'i' } },
  })
  if ('problems' in normal) throw new Error(JSON.stringify(normal.problems))
  const event = { ...normal.event, item: { id: 'i', text: null }, flags: [offFlag('eu.private_scan')] }
  const explained = program.judge(program.plan(event, {}, up), [], 'gate').explain(seal)
  expect(explained.event.flags).toEqual(['off:eu.private_scan'])
  expect(offBy(event)).toBe('eu.private_scan')
  expect(offBy({ flags: ['delayed'] })).toBeUndefined()
  expect(renderExplanation(explained)).toContain('content was not measured: eu.private_scan is off\n')
})
