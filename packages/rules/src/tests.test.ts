import { describe, expect, test } from 'vitest'
import { must, rule, ruleset } from '../test/files.ts'
import { renderTestReport, runTests } from './index.ts'

const BODY = `
list bad: domain from "x"
signal threat: score from learner_threat(item.text) within 40ms
sample dm = message { actor.id: "a", target.id: "t", item.text: "hello" }
${rule({ name: 'links v1', head: 'harm malware policy "P" severity high phase gate', when: 'item.links in bad', effects: 'block, limit "links" for 1h', unknown: 'on unknown queue "unscreened" within 4h', tell: 'tell user "Removed."' })}
${rule({ name: 'threats v1', head: 'harm threat_to_life policy "P" severity low phase follow', when: 'threat > 0.5 and actor.id == event.id or threat > 0.9'.replace(' and actor.id == event.id', ' and item.forwarded'), effects: 'queue "life-at-risk" within 10m', unknown: 'on unknown ignore' })}
`

function run(steps: string) {
  const [result] = runTests(ruleset(`${BODY}test "t" {\n${steps}\n}`)).tests
  return must(result).failures.map((one) => one.message.replace('test "t": ', ''))
}

describe('tests in the file (rules.md §7.8)', () => {
  test.each<[string, string, string[]]>([
    [
      'a sample, and later assignments win',
      'send dm { threat: 0.95 } expect threats fired send dm { threat: 0.2 } expect threats quiet',
      [],
    ],
    [
      'an unset signal is unknown, without text it is none',
      'send dm expect threats unknown send message expect threats quiet',
      [],
    ],
    [
      'a signal is set by name even where there is no text',
      'send message { threat: 1 } expect threats fired send message { threat: none } expect threats quiet',
      [],
    ],
    [
      'a list is empty and up, given, then down',
      'send dm { item.links: ["a.bad.example"] } expect no effect given bad has "bad.example" send again expect verdict block given bad is down send again expect links unknown',
      [],
    ],
    [
      'an effect in the words of a rule',
      'given bad has "b.example" send dm { item.links: ["b.example"] } expect effect limit "links" for 1h',
      [],
    ],
    [
      'the turn of a repeat stands in texts',
      'given bad has "b3.example" repeat 3 as i every 1m { send dm { item.links: ["b{i}.example"] } } expect links fired',
      [],
    ],
    [
      'a signal that a switch keeps from being measured is none, not unknown',
      'send dm { threat: off } expect threats quiet expect no effect',
      [],
    ],
    ['a field is unknown or none', 'send dm { item.forwarded: none, threat: 0.6 } expect threats quiet', []],
    [
      'what was, where it is not what was expected',
      'send dm expect threats fired expect verdict hold expect effect block',
      [
        "expected threats fired, was unknown because of 'threat'",
        'expected verdict hold, was allow',
        'expected effect block, was no effect',
      ],
    ],
    [
      'an event that cannot be',
      'send dm { item.links: ["NOT A DOMAIN"] } expect links quiet',
      ['/item/links/0: expected a domain in lower case', 'nothing was sent'],
    ],
    ['nothing sent', 'send again expect no effect', ['nothing was sent before', 'nothing was sent']],
  ])('%s', (_, steps, expected) => expect(run(steps)).toEqual(expected))

  const COUNTING = `
counter met = distinct target.id by actor.id on message where actor.verified over 1h exact up to 5
counter keyed = count by item.link_key on message over 1h exact up to 5
${rule({ name: 'meets v1', when: 'met >= 3 or keyed >= 3', unknown: 'on unknown ignore' })}`
  test.each<[string, string, string[]]>([
    [
      'counters are warm and empty, and move once an event',
      'repeat 3 as i every 1m { send dm { actor.verified: true, target.id: "t{i}" } } send again expect met == 3 expect met != 4 expect meets fired',
      [],
    ],
    [
      'the window moves on with the clock',
      'repeat 3 as i every 1m { send dm { actor.verified: true, target.id: "t{i}" } } after 59m send dm { actor.verified: true, target.id: "t9" } expect met == 2 expect met < 3',
      [],
    ],
    [
      'a comparison must be true: bounds and no key do not hold',
      'send dm { actor.verified: true } send dm { target.id: "u" } expect met == 1 expect met == 2 expect met >= 1 expect keyed >= 0 expect keyed == 0 send dm { item.link_key: none } expect keyed == 0',
      [
        'expected met == 1, was 1 to 2',
        'expected met == 2, was 1 to 2',
        'expected keyed == 0, was unknown',
        'expected keyed == 0, was none',
      ],
    ],
    [
      'an event that does not move it',
      'send post expect met == 0',
      ['expected met == 0, but the last event does not move it'],
    ],
    [
      'over the cap',
      'repeat 7 as i every 1m { send dm { actor.verified: true, target.id: "t{i}" } } expect met > 5 expect met == 7',
      ['expected met == 7, was over 5'],
    ],
    [
      'why a rule is unknown',
      'repeat 3 as i every 1m { send dm { target.id: "t{i}", item.link_key: none } } expect meets fired',
      ["expected meets fired, was unknown because of 'met'"],
    ],
  ])('%s', (_, steps, expected) => {
    const [result] = runTests(ruleset(`${BODY}${COUNTING}test "t" {\n${steps}\n}`)).tests
    expect(must(result).failures.map((one) => one.message.replace('test "t": ', ''))).toEqual(expected)
  })

  test('coverage counts questions about counters', () => {
    const steps =
      'send dm { actor.verified: true, item.link_key: none } repeat 3 as i every 1m { send dm { actor.verified: true, target.id: "t{i}", item.link_key: "k" } }'
    const { coverage } = runTests(ruleset(`${BODY}${COUNTING}test "t" {\n${steps}\n}`))
    const unseen = [...coverage.neverTrue, ...coverage.neverFalse].map((one) => one.text)
    expect(unseen).not.toContain('met >= 3')
    expect(unseen).not.toContain('keyed >= 3')
  })

  test('each test is a new world', () => {
    const body = `${BODY}test "one" { given bad has "b.example" }\ntest "two" { send dm { item.links: ["b.example"] } expect links quiet }`
    expect(runTests(ruleset(body)).failed).toBe(0)
    const once = (name: string) => `test "${name}" { send dm { actor.verified: true } expect met == 1 }\n`
    expect(runTests(ruleset(`${BODY}${COUNTING}${once('three')}${once('four')}`)).failed).toBe(0)
  })

  test('the report names what failed and which questions were never answered both ways', () => {
    const body = `${BODY}test "one" {\n  send dm { threat: 0.2 }\n  expect threats fired\n}\ntest "two" { send dm { threat: 0.95 } expect threats fired }`
    const report = runTests(ruleset(body))
    expect(renderTestReport(report)).toBe(
      `FAIL  one
      demo.wick:29  expected threats fired, was quiet
ok    two
1 of 2 passed; leaves seen both ways 2 of 4: never true 10:8, 20:25; never false 
`.replace('; never false ', ''),
    )
    expect(report.coverage.complete).toBe(false)
    expect(runTests(ruleset(body), { filter: 'two' }).tests.map((one) => one.name)).toEqual(['two'])
  })

  test('the real matchers can be passed in', () => {
    const body = `${BODY}test "t" { given bad has "x" send dm { item.links: ["other.example"] } expect links fired }`
    const lists = () => ({ version: '1', find: () => ({ entry: 'always' }) })
    expect(runTests(ruleset(body), { lists }).failed).toBe(0)
  })
})
