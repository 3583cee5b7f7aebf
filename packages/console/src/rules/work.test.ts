import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Report } from './questions.ts'
import { KINDS } from './questions.ts'
import { makeWork } from './work.ts'

const shipped = (name: string) => readFileSync(new URL(import.meta.resolve(`@lamplighter/rules/wick/${name}`)), 'utf8')
const schema = shipped('chat.schema.wick')
const starter = shipped('starter.wick')
const next = starter.replace('starter version 2', 'starter version 3')

function working() {
  const work = makeWork()
  expect(work({ op: 'base', schema, live: starter })).toEqual({ ready: true })
  return work
}

describe('what the editor is told', () => {
  test('the live text under a new number is clean and changes nothing', () => {
    const { found, changes } = working()({ op: 'look', text: next })
    expect([found, changes?.changes]).toEqual([[], []])
  })

  test('a finding has its place in the text, its message and what to write instead', () => {
    const text = next.replace('actor.age < 3d', 'actor.age < 3')
    const { found, changes } = working()({ op: 'look', text })
    expect(found.map(({ code, fix, from, to }) => [code, fix, text.slice(from, to)])).toEqual([
      ['T01', 'actor.age is a duration; write a unit, for example 3d', 'actor.age < 3'],
    ])
    expect(changes).toBeNull()
  })

  test('a rule that changed under its old number is found against the live text', () => {
    const { found } = working()({ op: 'look', text: next.replace('links_sent >= 5', 'links_sent >= 6') })
    expect(found.map(({ code, fix }) => [code, fix])).toEqual([['V01', 'write v2']])
  })

  test('a change says who must agree, and a counter of a new meaning that it begins anew', () => {
    const text = next
      .replace('rule new_account_link_spam v1', 'rule new_account_link_spam v2')
      .replace('item.link_count > 0 over 10m', 'item.link_count > 0 over 20m')
    const { changes } = working()({ op: 'look', text })
    expect(changes?.changes).toMatchObject([
      { kind: 'changed', rule: 'new_account_link_spam', from: 1, to: 2, approvals: 1 },
      { kind: 'reset', counter: 'links_sent', warmAfter: 1_200_000 },
    ])
  })

  test('every token has its kind and its place', () => {
    const { tokens } = working()({ op: 'tokens', text: starter })
    const kindOf = (word: string) => {
      const at = starter.indexOf(word)
      const index = tokens.findIndex((from, place) => place % 3 === 0 && from === at)
      return [KINDS[tokens[index + 2] ?? -1], starter.slice(at, tokens[index + 1])]
    }
    expect(kindOf('ruleset starter')).toEqual(['keyword', 'ruleset'])
    expect(kindOf('"csam-exchange"')).toEqual(['string', '"csam-exchange"'])
  })

  test('the file’s own tests tell which fails, where, and what they did not see', () => {
    const work = working()
    const wrong = next.replace('expect known_csam quiet', 'expect known_csam fired')
    const report: Report | null = work({ op: 'test', text: wrong })
    const failing = report?.tests.filter(({ passed }) => !passed) ?? []
    expect(failing.map(({ name, failures }) => [name, failures[0]?.message])).toEqual([
      ['a near match is blocked; another picture is not', 'expected known_csam fired, was quiet'],
    ])
    expect(report?.coverage.leaves).toBeGreaterThan(10)
    expect(work({ op: 'test', text: 'ruleset' })).toBeNull()
  })

  test('hovering over a rule tells its cost; over a field, its type', () => {
    const work = working()
    work({ op: 'look', text: next })
    const at = (word: string) => work({ op: 'hover', text: next, offset: next.indexOf(word) + 1 })
    expect(at('new_account_link_spam')?.cost).toBe(1 + 2 * 51)
    expect(at('item.link_count')).toMatchObject({ text: expect.stringContaining('num'), cost: null })
  })

  test('an unreadable schema makes it say that it is not ready, and asking on throws nothing', () => {
    const work = makeWork()
    expect(work({ op: 'base', schema: 'rule', live: null })).toEqual({ ready: false })
    expect(work({ op: 'look', text: next }).found).toEqual([])
    expect(work({ op: 'complete', text: 'ac', offset: 2 })).toEqual([])
  })
})

/** 300 rules beside each other, as a large platform has them. */
const many = (): string => {
  const rules = Array.from(
    { length: 300 },
    (_, place) => `
rule many_links_${place} v1 {
  harm spam policy "SPAM-3" severity low phase gate
  on message
  when item.link_count >= ${place + 2} and actor.age < ${place + 1}h and item.text contains "word ${place}"
  then limit "links" for 1h
  on unknown ignore
  because "many links"
  tell user "Links are limited for an hour."
}`,
  )
  // Patterns and texts of 300 rules would cost more than the gate has; follow has room.
  return (
    next +
    rules
      .join('\n')
      .replaceAll('phase gate', 'phase follow')
      .replaceAll(' and item.text contains', ' and item.language ==')
  )
}

test('300 rules are looked at within the time of a key stroke', () => {
  const work = working()
  const text = many().replace('many_links_7 v1', 'many_links_7 v2')
  const used = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage()
    const { found } = work({ op: 'look', text })
    expect(found.filter(({ severity }) => severity === 'error')).toEqual([])
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
  console.log(
    `console: a look at ${text.length} characters, 309 rules: ${Math.min(...used).toFixed(0)} ms of processor time`,
  )
  expect(Math.min(...used)).toBeLessThan(150)
})
