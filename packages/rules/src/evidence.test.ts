import { describe, expect, test } from 'vitest'
import { findings, rule } from '../test/files.ts'

const DECLARED = `list words: text from "x"
list names: text context from "x"
signal heat: score from heater(item.text) within 40ms
`
const BLOCK = {
  head: 'harm csea policy "C" severity low phase follow',
  effects: 'block',
  unknown: 'on unknown queue "reports" within 4h',
  tell: 'tell user "Removed."',
}

/** Whether a block may rest on a counter so declared and so asked. */
function mayRest(counter: string, { when = 'c >= 3', on = 'on message' } = {}): boolean {
  const body = `${DECLARED}counter c = ${counter}\n${rule({ ...BLOCK, when, on })}`
  const codes = findings(body).flatMap((one) => (one.includes(' N05 ') ? [] : [one.split(' ')[1]]))
  expect(codes.filter((code) => code !== 'P01')).toEqual([])
  return codes.length === 0
}

const EXACT = 'over 1h exact up to 50'

describe('the evidence floor and counters (rules.md §7.3)', () => {
  test.each<[string, string, boolean]>([
    ['what the account did itself', `count by actor.id on message ${EXACT}`, true],
    ['an estimate', 'count by actor.id on message over 1h approx', false],
    ['what a model said', `count by actor.id on message where heat > 0.5 ${EXACT}`, false],
    ['a model or a fact', `count by actor.id on message where heat > 0.5 or item.link_count > 2 ${EXACT}`, false],
    ['a model and a fact', `count by actor.id on message where heat > 0.5 and item.link_count > 2 ${EXACT}`, true],
    ['a model and an absence', `count by actor.id on message where heat > 0.5 and actor.kind != "bot" ${EXACT}`, false],
    [
      'an absence or a fact beside a model',
      `count by actor.id on message where actor.kind != "bot" or (heat > 0.5 and item.link_count > 2) ${EXACT}`,
      true,
    ],
    ['a listed word', `count by actor.id on message where item.text contains any words ${EXACT}`, true],
    ['a name that proves nothing', `count by actor.id on message where item.text contains any names ${EXACT}`, false],
    ['not a model', `count by actor.id on message where not heat > 0.5 ${EXACT}`, false],
  ])('%s: %s', (_, counter, expected) => expect(mayRest(counter)).toBe(expected))

  test.each<[string, string, boolean]>([
    ['ten complaints are not proof', `distinct actor.id by target.id on report ${EXACT}`, false],
    [
      'a harm that somebody chose',
      `distinct actor.id by target.id on report where report.harm == "csea" ${EXACT}`,
      false,
    ],
    ['proven reports', `distinct actor.id by target.id on report where report.franking == "verified" ${EXACT}`, true],
    ['failed proofs', `distinct actor.id by target.id on report where report.franking == "failed" ${EXACT}`, false],
    ['on one of its kinds about another', `count by actor.id on message, report ${EXACT}`, false],
  ])('%s: %s', (_, counter, expected) => {
    expect(mayRest(counter, { when: 'c of target.id >= 3', on: 'on report' })).toBe(expected)
  })

  test.each<[string, boolean]>([
    ['c >= 2', true],
    ['c > 1', true],
    ['2 <= c', true],
    ['c == 2', true],
    ['c >= 1', false],
    ['c > 0', false],
    ['c != 5', false],
    ['c < 5', false],
    ['not c >= 2', false],
    ['c is known', false],
    ['c + 1 >= 5', false],
    ['c >= 2 or item.forwarded', true],
    ['c >= 2 or actor.kind != "bot"', false],
    ['c >= 2 and heat > 0.5', true],
  ])('at a threshold of two or more: %s', (when, expected) => {
    expect(mayRest(`count by actor.id on message ${EXACT}`, { when })).toBe(expected)
  })
})
