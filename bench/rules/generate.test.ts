import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { randomOf } from '../lib/random.ts'
import { bruteForce, TEN_COUNTERS } from './counters.ts'
import { EVENTS, eventsOf, rulesOf, SEED } from './generate.ts'
import { PATTERNS } from './neutral.ts'

const events = eventsOf(EVENTS)
const sha256 = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

test('the events and rules are those of every earlier run: figures of different days are about the same work', () => {
  expect(sha256(events)).toBe('deb8d8d3a0d065953be1d9a28d20d45024fd30577e0cd045925477692da71602')
  expect(sha256(rulesOf(300))).toBe('14be8ed4176f2ca867e37df43364e903064169360fc5339cca39e7b67136ac8f')
})

test('the same seed gives the same, and a longer run begins with the shorter one', () => {
  expect(eventsOf(50)).toEqual(events.slice(0, 50))
  expect(rulesOf(20)).toEqual(rulesOf(100).slice(0, 20))
  expect(eventsOf(50, SEED + 1)).not.toEqual(events.slice(0, 50))
  expect(rulesOf(20, SEED + 1)).not.toEqual(rulesOf(20))
})

test('a rule asks three different things, and two in five ask one of two more', () => {
  const rules = rulesOf(1_000)
  for (const { all, either } of rules) {
    const asked = [...all, ...either]
    expect(all).toHaveLength(3)
    expect([0, 2]).toContain(either.length)
    expect(new Set(asked.map(({ ask, of }) => (ask === 'above' || ask === 'true' ? ask : of))).size).toBe(asked.length)
  }
  expect(rules.filter(({ either }) => either.length === 2).length / rules.length).toBeCloseTo(0.4, 1)
})

test('events are in order of time, with texts of 12 to 31 words and a hash list on one in twenty', () => {
  for (const [index, { at, text }] of events.entries()) {
    expect(at).toBeGreaterThanOrEqual(events[index - 1]?.at ?? 0)
    expect(text.split(' ').length).toBeGreaterThanOrEqual(12)
    expect(text.split(' ').length).toBeLessThanOrEqual(31)
  }
  expect(events.filter(({ hashList }) => hashList !== undefined).length / events.length).toBeCloseTo(0.05, 1)
})

test('every pattern is found in some texts and not in others', () => {
  for (const pattern of PATTERNS) {
    const found = events.filter(({ text }) => new RegExp(pattern).test(text)).length
    expect(found).toBeGreaterThan(100)
    expect(found).toBeLessThan(EVENTS - 100)
  }
})

test('every counter crosses its threshold on some events and not on most', () => {
  const from = 1_000
  for (const counter of TEN_COUNTERS) {
    const readings = events.slice(from, 2 * from).map((_, index) => bruteForce(counter, events, from + index))
    const fired = readings.filter((reading) => reading >= counter.atLeast).length
    expect(fired, counter.name).toBeGreaterThan(0)
    expect(fired, counter.name).toBeLessThan(from / 2)
  }
})

test('different ones are drawn, as many as there are', () => {
  const drawn = randomOf(1).some(['a', 'b', 'c'], 5)
  expect(drawn.sort()).toEqual(['a', 'b', 'c'])
})
