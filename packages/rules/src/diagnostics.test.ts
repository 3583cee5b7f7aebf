import { describe, expect, test } from 'vitest'
import { chat, findings, HEADER, must, rule, rules, ruleset, shipped, told } from '../test/files.ts'
import { check, lockOf, readSchema, renderDiagnostics, runTests } from './index.ts'
import { TWELVE_MISTAKES } from './testing/mistakes.ts'

const HARD = 'harm csea policy "P-1" severity high phase follow'
const UNKNOWN = 'on unknown queue "reports" within 4h'
const TELL = 'tell user "We removed this."'
const THREAT = 'signal threat: score from learner_threat(item.text) within 40ms\n'
const LISTS = 'list faces: phash from "x"\nlist words: text from "x"\nlist names: text context from "x"\n'
const COUNTER = 'counter sent = count by actor.id on message over 10m exact up to 50\n'

/** Each planted mistake with all that the checker says about it (rules 11.7). The header takes lines 1 and 2. */
const MISTAKES: readonly (readonly [string, string, string[]])[] = [
  ['S01', rule({ when: 'item.link_count >' }), ["7:3 S01 unexpected 'then', expected a field, a name, a value or ("]],
  ['S02 duration', rule({ effects: 'queue "reports" within 1.5h' }), ['7:31 S02 this duration is not valid']],
  [
    'S02 string',
    'list words: text from "never closed\n',
    ['3:23 S02 this string is not valid', "3:6 N05 'words' is never used"].sort(),
  ],
  ['S02 escape', rule({ because: 'a \\q' }), ["9:14 S02 this escape is not valid: '\\q'"]],
  ['S02 depth', rule({ when: `${'('.repeat(40)}true${')'.repeat(40)}` }), ['6:41 S02 the expression is too deep']],
  ['S02 half a character', rule({ because: 'a\ud800b' }), ['9:13 S02 this character is not valid: one half of two']],
  ['S02 number', rule({ when: `item.link_count > ${'9'.repeat(309)}` }), ['6:26 S02 this number is not valid']],
  [
    'S02 levels',
    `let a = ${'-'.repeat(31)}item.link_count\n${Array.from({ length: 7 }, (_, i) => `let a${i} = ${'-'.repeat(31)}${i === 0 ? 'a' : `a${i - 1}`}\n`).join('')}${rule({ when: 'a6 > 1' })}`,
    ["3:5 N05 'a' is never used", '4:16 S02 the expression is too deep'],
  ],
  [
    'S02 questions of a counter',
    `counter sent = count by actor.id on message where ${Array.from({ length: 65 }, (_, i) => `item.link_count == ${i}`).join(' or ')} over 10m exact up to 50\n${rule({ when: 'sent > 2', unknown: UNKNOWN })}`,
    ['3:51 S02 the expression is too long: 65 questions'],
  ],
  [
    'S02 questions inside questions',
    `let a = item.forwarded == (item.link_count > 2)\n${rule({ when: Array.from({ length: 33 }, () => 'a').join(' or ') })}`,
    ['7:8 S02 the expression is too long: 66 questions'],
  ],
  [
    'S02 repeats',
    `${rule()}test "t" {${' repeat 2 as i every 1s {'.repeat(9)} send message ${'}'.repeat(10)}`,
    [
      '12:212 S02 repeats inside repeats are too deep',
      "12:259 S01 unexpected '}', expected a declaration: 'list', 'signal', 'let', 'counter', 'rule', 'sample', 'test'",
    ],
  ],
  [
    'S02 tests',
    `${rule()}test "t" { repeat 400 as i every 1s { repeat 300 as j every 1s { send message } } }`,
    ['12:6 S02 the tests are too long'],
  ],
  ['S03', rule({ when: '1 < item.link_count < 5' }), ['6:28 S03 comparisons do not chain']],
  [
    'N01',
    `${LISTS}${rule({ name: 'words v1' })}`,
    [
      "3:6 N05 'faces' is never used",
      "4:6 N05 'words' is never used",
      "5:6 N05 'names' is never used",
      "6:6 N01 'words' is already defined on line 4",
    ],
  ],
  ['N01 of the schema', rule({ name: 'message v1' }), ["3:6 N01 'message' is already defined in the schema"]],
  ['N02', rule({ when: 'actor.agee is known' }), ["6:8 N02 'actor.agee' does not exist on event 'message'"]],
  ['N03 list', rule({ when: 'item.links in bad_domains' }), ["6:22 N03 no list 'bad_domains'"]],
  ['N03 enum value', rule({ when: 'actor.kind == "robot"', unknown: UNKNOWN }), ["6:22 N03 no enum value 'robot'"]],
  ['N03 event', rule({ on: 'on mesage' }), ["5:6 N03 no event 'mesage'"]],
  ['N03 harm', rule({ head: 'harm spamm policy "P" severity low phase gate' }), ["4:8 N03 no harm 'spamm'"]],
  ['N03 limit', rule({ effects: 'limit "link" for 1h', tell: TELL }), ["7:14 N03 no limit 'link'"]],
  [
    'N04',
    `let a = b\nlet b = not a\n${rule({ when: 'item.link_count > 2 and a' })}`,
    ['3:5 N04 these lets or counters refer to each other: a, b'],
  ],
  ['N05', `let calm = item.link_count < 1\n${rule()}`, ["3:5 N05 'calm' is never used"]],
  ['T01', rule({ when: 'actor.age < 3', unknown: UNKNOWN }), ['6:8 T01 cannot compare dur with num']],
  [
    'T01 bool',
    rule({ when: 'item.link_count and actor.age > 3d', unknown: UNKNOWN }),
    ["6:8 T01 'and' needs bool, this is num"],
  ],
  ['T01 account', rule({ when: 'actor.id == "u-17"' }), ['6:8 T01 cannot compare id<account> with text']],
  [
    'T01 off',
    `${rule()}sample s = message { actor.id: "a", item.link_count: off }`,
    ["12:8 N05 's' is never used", "12:37 T01 'item.link_count' is no signal, and only signals are off"],
  ],
  [
    'T02',
    `${LISTS}${rule({ when: 'item.text near faces or item.text contains any words', unknown: UNKNOWN })}`,
    ["5:6 N05 'names' is never used", '9:8 T02 a text field cannot be looked up in a phash list'],
  ],
  [
    'T03',
    rule({ on: 'on message, report', head: HARD, when: 'item.id == target.id' }),
    ['6:8 T01 cannot compare id<item> with id<account>'],
  ],
  [
    'T03 person',
    rule({ head: HARD, on: 'on message, report', when: 'actor.id is none', effects: 'label "x"', tell: TELL }),
    [
      "5:15 T03 the person addressed is 'actor' on 'message' and 'target' on 'report'",
      '6:8 T04 this can never be true: actor.id is none',
    ],
  ],
  ['T04 always', rule({ when: 'item.link_count > 2 or 1 < 2' }), ['6:31 T04 this is always true: 1 < 2']],
  [
    'T04 never',
    rule({ when: 'item.link_count > 2 and item.link_count < 1' }),
    ['6:32 T04 this can never be true: item.link_count < 1'],
  ],
  [
    'T04 score',
    `${THREAT}${rule({ when: 'threat > 1', unknown: UNKNOWN })}`,
    ['7:8 T04 this can never be true: threat > 1'],
  ],
  ['T04 state', rule({ when: 'actor.id is known' }), ['6:8 T04 this is always true: actor.id is known']],
  [
    'T05',
    `list bad: id<account> from "x"\n${rule({ when: 'actor.id in bad', unknown: UNKNOWN })}`,
    ['3:14 T05 a list of accounts is not allowed'],
  ],
  [
    'C01',
    `${COUNTER}${rule({ when: 'sent > 100', unknown: UNKNOWN })}`,
    ["7:8 C01 'sent' is exact up to 50; 100 can never be told"],
  ],
  [
    'C02',
    `${COUNTER}${rule({ on: 'on post', when: 'sent > 2', unknown: UNKNOWN })}`,
    ["7:8 C02 'sent' does not move on event 'post'"],
  ],
  [
    'C03 window',
    `${COUNTER.replace('10m', '91d')}${rule({ when: 'sent > 2', unknown: UNKNOWN })}`,
    ["3:50 C03 the window of 'sent' is out of bounds"],
  ],
  [
    'C01 in a list',
    `${COUNTER}${rule({ when: 'sent in [3, 100]', unknown: UNKNOWN })}`,
    ["7:8 C01 'sent' is exact up to 50; 100 can never be told"],
  ],
  ...(
    [
      [
        'C03 number',
        'count by actor.id on message over 10m exact up to 1001',
        "3:9 C03 'sent' is exact up to 1001, which is out of bounds",
      ],
      [
        'C03 approximate sum',
        'sum item.link_count by actor.id on message over 10m approx',
        "3:9 C03 a 'sum' cannot be approximate",
      ],
      [
        'C03 summed',
        'sum actor.age by actor.id on message over 10m exact up to 5',
        "3:20 C03 'actor.age' cannot be summed: it is dur",
      ],
      [
        'C03 second',
        'count by actor.id on message over 999ms exact up to 5',
        "3:50 C03 the window of 'sent' is out of bounds",
      ],
      [
        'C03 encrypted window',
        'distinct target.id by actor.id on message, sealed_message over 31d exact up to 5',
        "3:79 C03 the window of 'sent' is out of bounds for 'sealed_message' by actor.id",
      ],
      [
        'C03 encrypted pair',
        'count by actor.id, target.id on message, sealed_message over 1h exact up to 5',
        "3:25 C03 'sent' may not be kept of 'sealed_message': count by actor.id, target.id",
      ],
      [
        'C03 encrypted members',
        'distinct actor.id by room.id on message, sealed_message over 1h exact up to 5',
        "3:37 C03 'sent' may not be kept of 'sealed_message': distinct by room.id",
      ],
      [
        'N01 kind',
        'count by actor.id on message, message over 1h exact up to 5',
        "3:46 N01 'message' is already defined on line 3",
      ],
      [
        'N02 key',
        'count by actor.agee on message over 1h exact up to 5',
        "3:25 N02 'actor.agee' does not exist on event 'message'",
      ],
      [
        'T01 list key',
        'count by item.links on message over 1h exact up to 5',
        "3:25 T01 'item.links' is a list: it cannot key a counter",
      ],
      [
        'T01 where',
        'count by actor.id on message where item.link_count over 1h exact up to 5',
        "3:51 T01 'where' needs bool, this is num",
      ],
      [
        'P07 member',
        'distinct item.text by actor.id on message over 1h exact up to 5',
        "3:25 P07 'item.text' is sealed: it cannot key a counter",
      ],
    ] as const
  ).map(([name, counter, told]): readonly [string, string, string[]] => [
    name,
    `counter sent = ${counter}\n${rule({ when: 'sent > 2', unknown: UNKNOWN })}`,
    [told],
  ]),
  [
    'N03 event of a counter',
    `counter sent = count by actor.id on mesage over 1h exact up to 5\n${rule({ when: 'sent of actor.id > 2', unknown: UNKNOWN })}`,
    ["3:37 N03 no event 'mesage'"],
  ],
  [
    'N04 counter',
    `${COUNTER}counter more = count by actor.id on message where sent > 2 over 1h exact up to 5\n${rule({ when: 'more > 2', unknown: UNKNOWN })}`,
    ['4:9 N04 these lets or counters refer to each other: more reads a counter'],
  ],
  [
    'T01 key of another type',
    `${COUNTER}${rule({ when: 'sent of room.id > 2', unknown: UNKNOWN })}`,
    ["7:16 T01 'sent' is kept by id<account>, 'room.id' is id<room>"],
  ],
  [
    'T01 keys',
    `${COUNTER}${rule({ when: 'sent of actor.id, target.id > 2', unknown: UNKNOWN })}`,
    ["7:8 T01 'sent' is kept by actor.id"],
  ],
  [
    'P02 counter',
    `${COUNTER}${rule({ when: 'sent > 2' })}`,
    ["4:6 P02 this rule can be undecided (because of 'sent'); say what happens"],
  ],
  [
    'P06 counter',
    `counter got = count by target.id on message over 10m exact up to 50\n${rule({ when: 'got > 2', effects: 'block', unknown: UNKNOWN, tell: 'tell user "{got}"' })}`,
    ["11:13 P06 'tell user' may print only facts about the person addressed, not 'got'"],
  ],
  [
    'P10 counted',
    `signal risk: num from person_risk(actor.id) within 40ms\ncounter risky = count by actor.id on message where risk > 5 over 10m exact up to 50\n${rule({ when: 'risky > 5', effects: 'label "x"', unknown: UNKNOWN })}`,
    ["9:8 P10 'risk' scores a person; such a rule may only queue"],
  ],
  [
    'C03 signal of a counter',
    `${THREAT.replace('40ms', '2s')}counter hot = count by actor.id on message where threat > 0.5 over 10m exact up to 50\n${rule({ when: 'hot > 5', unknown: UNKNOWN })}`,
    ['3:60 C03 2s is out of bounds for a signal of the gate'],
  ],
  [
    'C03 signal',
    `${THREAT.replace('40ms', '2s')}${rule({ when: 'threat > 0.5', unknown: UNKNOWN })}`,
    ['3:60 C03 2s is out of bounds for a signal of the gate'],
  ],
  ['C03 limit', rule({ effects: 'limit "links" for 31d', tell: TELL }), ["7:8 C03 31d is out of bounds for 'limit'"]],
  [
    'B02',
    rule({ when: 'item.text matches `a(?=b)`' }),
    ['6:26 B02 pattern outside the linear subset: look-ahead at column 2'],
  ],
  [
    'P01 signal',
    `${THREAT}${rule({ when: 'threat > 0.5', effects: 'block', unknown: UNKNOWN, tell: TELL })}`,
    ["8:8 P01 'block' would rest on 'threat' alone when threat > 0.5"],
  ],
  [
    'P01 context',
    `${LISTS}${rule({ when: 'item.text contains any names', effects: 'block', unknown: UNKNOWN, tell: TELL })}`,
    [
      "10:8 P01 'block' would rest on 'names' alone when item.text contains any names",
      "3:6 N05 'faces' is never used",
      "4:6 N05 'words' is never used",
    ].sort(byPlace),
  ],
  [
    'P02',
    `${THREAT}${rule({ when: 'threat > 0.5' })}`,
    ["4:6 P02 this rule can be undecided (because of 'threat'); say what happens"],
  ],
  [
    'P03',
    rule({ head: HARD, when: 'actor.age > 3d', unknown: 'on unknown ignore' }),
    ['8:6 P03 severity high or critical: when undecided it must hold until review or queue'],
  ],
  [
    'P04',
    rule({ when: 'actor.age > 3d', unknown: 'on unknown block' }),
    ['8:14 P04 an undecided rule may only hold, queue, label or preserve'],
  ],
  ['P05', rule({ effects: 'limit "links" for 1h' }), ["7:8 P05 'limit' acts on a person, so it needs 'tell user'"]],
  [
    'P06',
    rule({ effects: 'block', tell: 'tell user "Not to {event.id}."' }),
    ["10:13 P06 'tell user' may print only facts about the person addressed, not 'event.id'"],
  ],
  ['P07', rule({ because: 'they wrote {item.text}' }), ["9:11 P07 'item.text' is sealed: it cannot be printed"]],
  [
    'P07 counter',
    `counter sent = count by item.text on message over 10m exact up to 5\n${rule({ when: 'sent > 2', unknown: UNKNOWN })}`,
    ["3:25 P07 'item.text' is sealed: it cannot key a counter"].sort(byPlace),
  ],
  [
    'P08 open',
    rule({ head: HARD, tell: `${TELL} withhold because "x"` }),
    ["10:32 P08 'withhold' is for grave harms and needs 'for'; without 'for', for spam only"],
  ],
  [
    'P08 small',
    rule({ tell: `${TELL} withhold because "x" for 3d` }),
    ["10:32 P08 'withhold' is for grave harms and needs 'for'; without 'for', for spam only"],
  ],
  ['P09 hold', rule({ effects: 'hold until review', tell: TELL }), ["7:8 P09 'hold until review' needs a 'queue'"]],
  [
    'P09 refer',
    rule({ effects: 'queue "reports" within 1h, refer "us.ncmec" after review' }),
    ["7:35 P09 'refer' needs 'preserve'"],
  ],
  [
    'P09 critical',
    rule({ head: 'harm csea policy "P" severity critical phase gate', effects: 'label "x"' }),
    ["3:6 P09 severity critical needs a 'queue'"],
  ],
  [
    'P10',
    `signal risk: num from person_risk(actor.id) within 40ms\n${rule({ when: 'risk > 5', effects: 'label "x"', unknown: UNKNOWN })}`,
    ["8:8 P10 'risk' scores a person; such a rule may only queue"],
  ],
  [
    'P11 item',
    rule({ head: HARD, on: 'on follow', when: 'actor.verified', effects: 'block', unknown: UNKNOWN, tell: TELL }),
    ["7:8 P11 no item to block on 'follow'"],
  ],
  [
    'P11 hold',
    rule({ head: HARD, effects: 'hold for 2m then release', tell: TELL }),
    ["7:8 P11 'hold for' works only in the gate"],
  ],
  [
    'P11 gate',
    rule({ on: 'on report', when: 'report.harm == "csea"', unknown: UNKNOWN }),
    ["5:6 P11 an event about another than its actor has no gate: 'report'"],
  ],
]

function byPlace(a: string, b: string): number {
  const [lineA = 0, columnA = 0] = a.split(/[: ]/).map(Number)
  const [lineB = 0, columnB = 0] = b.split(/[: ]/).map(Number)
  return lineA - lineB || columnA - columnB
}

describe('a planted mistake is found, told once and at its place (rules 11.7)', () => {
  test.each(MISTAKES)('%s', (_, body, expected) => {
    expect(findings(body)).toEqual([...expected].sort(byPlace))
  })
})

const SCHEMA = `schema small version 1
harm spam
record account : account { id id<account> }
record content { text sealed text }
`

describe('a schema is held to the promises', () => {
  test.each([
    [
      'R01',
      'event whisper about actor encrypted { actor account item content }',
      '5:53 R01 an encrypted event may not hold sealed fields or media',
    ],
    ['R02', 'record person : account { id id<account> danger score }', '5:42 R02 an account may not have a score'],
    ['R03 about', 'event post about item { actor account item content }', "5:18 R03 'about' must name an account"],
    ['R03 default', 'record x { a num? = 3 }', "5:21 R03 a '?' field has no default"],
    ['R03 list', 'record x { a list<text> }', '5:12 R03 a list has a max'],
    ['N01', 'record content { a num }', "5:8 N01 'content' is already defined on line 4"],
    [
      'N01 word',
      'event post about actor { actor account kind content }',
      "5:40 N01 'kind' is already a word of every event",
    ],
    ['N03', 'event post about actor { actor account item contnt }', "5:45 N03 no record 'contnt'"],
    ['N03 item', 'event post about actor item thing { actor account }', "5:29 N03 no member 'thing'"],
    ['S02', 'record x { a list<list<list<list<list<text>>>>> }', '5:34 S02 this type is too deep'],
    ['T01', 'record x { a num = "three" }', '5:20 T01 this is no value of type num'],
    [
      'S01',
      'record x { a number }',
      "5:14 S01 unexpected 'number', expected a type: bool, num, dur, score, hash, phash, domain, harm, text, id<…>, enum(…) or list<…, max n>",
    ],
  ])('%s', (_, line, expected) => {
    const { schema, diagnostics } = readSchema({ name: 'small.schema.wick', text: SCHEMA + line })
    expect(diagnostics.map(told)).toEqual([expected])
    expect(schema).toBeUndefined()
  })

  test('T03: one name with two types needs two rules', () => {
    const text = `${SCHEMA}record page { text num }\nevent post about actor { actor account item content }\nevent visit about actor { actor account item page }\n`
    const schema = must(readSchema({ name: 's', text }).schema)
    const source = rules(rule({ on: 'on post, visit', when: 'item.text is known' }))
    const { diagnostics } = check({ ...source, text: source.text.replace('schema chat', 'schema small') }, schema)
    expect(diagnostics.map(told)).toEqual(["6:8 T03 'item.text' has type text on 'post' and num on 'visit'"])
  })
})

describe('what needs more than one file', () => {
  test('N03: the schema is another one', () => {
    const source = { name: 'x.wick', text: HEADER.replace('chat version 1', 'chat version 2') + rule() }
    expect(check(source, chat).diagnostics.map(told)).toEqual(["2:12 N03 no schema 'chat' version 2"])
  })

  test('V01: a locked version keeps its meaning; a comment and the layout are none of it', () => {
    const lock = lockOf(ruleset(rule()))
    expect(check(rules(`# why\n${rule().replaceAll('\n', '\n\n')}`), chat, lock).diagnostics).toEqual([])
    const changed = check(rules(rule({ when: 'item.link_count > 3' })), chat, lock)
    expect(changed.diagnostics.map(told)).toEqual([
      "1:9 V01 rule set 'demo' 1 changed since it was locked",
      "3:6 V01 rule 'r' v1 changed since it was locked",
    ])
  })

  test('V02: a counter of the same name that counts something else starts anew; a new name or order does not', () => {
    const counted = (counter: string) => `${counter}${rule({ when: 'sent > 2', unknown: UNKNOWN })}`
    const lock = lockOf(ruleset(counted(COUNTER)))
    const changed = counted(COUNTER.replace('10m', '24h')).replace('r v1', 'r v2')
    const { diagnostics } = check(
      { name: 'x', text: `${HEADER.replace('version 1', 'version 2')}${changed}` },
      chat,
      lock,
    )
    expect(diagnostics.map(told)).toEqual(["3:9 V02 counter 'sent' has a new meaning and starts warming (24h)"])
    expect(diagnostics.map((one) => one.severity)).toEqual(['warning'])
    expect(check(rules(counted(COUNTER)), chat, lock).diagnostics).toEqual([])
    const renamed = counted(COUNTER).replaceAll('sent', 'posted')
    expect(check(rules(renamed), chat, lock).diagnostics).toEqual([])
  })

  test('C03: at most 64 counters a kind', () => {
    const counters = Array.from(
      { length: 65 },
      (_, i) => `counter c${i} = count by actor.id on message over ${i + 1}m exact up to 5\n`,
    )
    const when = counters.map((_, i) => `c${i} > 2`)
    const body = `${counters.join('')}${rule({ when: when.slice(0, 40).join(' or '), unknown: UNKNOWN })}${rule({ name: 'r2 v1', when: when.slice(40).join(' or '), unknown: UNKNOWN })}`
    expect(findings(body)).toEqual(["67:9 C03 'message' moves 65 counters, which is out of bounds"])
  })

  test('B01: what a counter asks is paid on every kind that moves it', () => {
    const counters = Array.from(
      { length: 10 },
      (_, i) =>
        `counter c${i} = count by actor.id on message where item.text contains "word ${i}" over 1h exact up to 5\n`,
    )
    const when = counters.map((_, i) => `c${i} > 2`).join(' or ')
    expect(findings(`${counters.join('')}${rule({ when, unknown: UNKNOWN })}`)).toEqual([
      "3:9 B01 the gate for 'message' costs 20 510 units of 20 000; dearest: c0, c1, c2",
    ])
  })

  test('B01: the gate is not kept waiting', () => {
    const many = Array.from({ length: 11 }, (_, i) =>
      rule({ name: `r${i} v1`, when: `item.text contains "word ${i}"` }),
    )
    expect(findings(many.join(''))).toEqual([
      "3:6 B01 the gate for 'message' costs 22 000 units of 20 000; dearest: r0, r1, r2",
    ])
  })

  test('X01: a failing test says what was expected and what was', () => {
    const body = `${THREAT}${rule({ when: 'threat > 0.5', unknown: UNKNOWN })}test "it fires" { send message { item.text: "x" } expect r fired }`
    const [failure] = must(runTests(ruleset(body)).tests[0]).failures
    expect(told(must(failure))).toBe('13:51 X01 test "it fires": expected r fired, was unknown because of \'threat\'')
  })

  test('a file of rules is no schema, and the other way round', () => {
    expect(readSchema(shipped('core.wick')).diagnostics.map((one) => one.code)).toEqual(['S01'])
    expect(check(shipped('chat.schema.wick'), chat).diagnostics.map((one) => one.code)).toEqual(['S01'])
  })
})

test('a thousand mistakes are told, and that there are more', () => {
  const { diagnostics } = check(rules('let a = b\n'.repeat(2000)), chat)
  expect(diagnostics).toHaveLength(1001)
  expect(diagnostics.filter((one) => one.code === 'S02').map((one) => one.message)).toEqual([
    'the file has more than 1000 mistakes; the rest is not told',
  ])
})

test('a line that no window shows whole is shown around the mistake', () => {
  const source = { name: 'x', text: `${HEADER}${' '.repeat(500)}rule` }
  const [head, line, marks] = renderDiagnostics(source, check(source, chat).diagnostics).split('\n')
  expect(head).toContain('x:3:505 error S01')
  expect([line?.length, marks?.length]).toEqual([128, 129])
})

test('one broken part does not hide what is wrong with its neighbours, nor make them look complete', () => {
  const when = '(item.link_count > 2 or item.forwarded) or actor.agee > 3d or actor.kind == "robot"'
  expect(findings(rule({ when }))).toEqual([
    "6:51 N02 'actor.agee' does not exist on event 'message'",
    "6:84 N03 no enum value 'robot'",
  ])
})

test('a rule file with twelve mistakes lists twelve diagnostics in one run', () => {
  const { diagnostics } = check({ name: 'twelve.wick', text: TWELVE_MISTAKES }, chat)
  const codes = diagnostics.map((one) => `${one.at.line} ${one.code}`)
  expect(codes).toEqual([
    '3 S01',
    '4 S01',
    '6 S01',
    '9 S01',
    '10 S01',
    '13 N03',
    '14 N03',
    '16 S01',
    '17 P07',
    '22 N03',
    '24 P04',
    '28 S01',
  ])
  expect(renderDiagnostics({ name: 'twelve.wick', text: TWELVE_MISTAKES }, diagnostics.slice(0, 2))).toBe(
    `twelve.wick:3:12 error S01: unexpected 'text', expected ':'
    3 | list words text from "x"
      |            ^^^^
twelve.wick:4:16 error S01: unexpected 'scor', expected 'bool', 'num' or 'score'
    4 | signal threat: scor from learner(item.text) within 40ms
      |                ^^^^
`,
  )
})
