import { describe, expect, test } from 'vitest'
import { HEADER, rule } from '../test/files.ts'
import { Findings } from './diagnostic.ts'
import { parse } from './parse.ts'

function codes(text: string): string[] {
  const findings = new Findings()
  parse({ name: 'x', text }, findings)
  return findings.list.map((one) => one.code)
}

const when = (expr: string) => HEADER + rule({ when: expr })
const effects = (text: string) => HEADER + rule({ effects: text })
const inTest = (steps: string) => `${HEADER}test "t" { ${steps} }`
const schema = (part: string) => `schema s version 1\n${part}`

/** For each production of the grammar what it takes and what it refuses (rules 11.1). */
const PRODUCTIONS: readonly (readonly [string, (part: string) => string, readonly string[], readonly string[]])[] = [
  [
    'ruleset',
    (part) => part,
    [HEADER],
    ['ruleset demo', 'ruleset Demo version 1', 'rules', HEADER.replace('owner', 'author'), ''],
  ],
  [
    'list',
    (part) => HEADER + part,
    ['list a: text from "x"', 'list a: hash sealed context from "x" stale after 2h', 'list a: id<link> from "x"'],
    [
      'list a from "x"',
      'list a: word from "x"',
      'list a: id from "x"',
      'list a: text from x',
      'list a: text context sealed from "x"',
      'list not: text from "x"',
    ],
  ],
  [
    'signal',
    (part) => HEADER + part,
    ['signal a: bool from b(item.text) within 1s', 'signal a: num from b(item.text, actor.id) within 1s'],
    [
      'signal a: text from b(item.text) within 1s',
      'signal a: bool from b() within 1s',
      'signal a: bool from b(item.text)',
    ],
  ],
  [
    'let',
    (part) => HEADER + part,
    ['let a = item.link_count > 2', 'let a = (b)'],
    ['let a', 'let a = ', 'let a == b', 'let a = (b'],
  ],
  [
    'counter',
    (part) => HEADER + part,
    [
      'counter a = count by actor.id on message over 1h approx',
      'counter a = distinct target.id by actor.id, room.id on message, post where b over 1h exact up to 5',
      'counter a = sum item.link_count by actor.id on post over 1h exact up to 5',
    ],
    [
      'counter a = count actor.id by actor.id on message over 1h approx',
      'counter a = count on message over 1h approx',
      'counter a = count by actor.id on message over 1h',
      'counter a = count by actor.id on message over 1h exact 5',
    ],
  ],
  [
    'rule',
    (part) => HEADER + part,
    [rule(), rule({ unknown: 'on unknown ignore' })],
    [
      'rule a { }',
      'rule a v0 { }',
      rule().replace('harm spam', ''),
      rule().replace('when', 'if'),
      rule().replace('}', ''),
      rule({ on: '' }),
      rule({ effects: '' }),
    ],
  ],
  [
    'clause order',
    (part) => HEADER + part,
    [],
    [
      rule({ head: 'policy "P" harm spam severity low phase gate' }),
      rule({ unknown: 'on unknown ignore on unknown ignore' }),
    ],
  ],
  [
    'effect',
    effects,
    [
      'block',
      'hold until review',
      'hold for 2m then release',
      'limit "links" for 1h',
      'label "x"',
      'queue "x" within 1h',
      'preserve for 3d',
      'refer "x" after review',
      'offer "x"',
      'block, label "x"',
    ],
    [
      'suspend',
      'hold',
      'hold until 2m',
      'hold for 2m',
      'limit "x"',
      'limit x for 1h',
      'label',
      'queue "x"',
      'queue "x" within 3',
      'preserve 3d',
      'refer "x"',
      'offer',
      'block,',
    ],
  ],
  [
    'tell',
    (part) => HEADER + rule({ tell: part }),
    [
      'tell user "x"',
      'tell user "x", de "y", fr "z"',
      'tell user "x" withhold because "y"',
      'tell user "x" withhold because "y" for 3d',
    ],
    ['tell "x"', 'tell user "x", "y"', 'tell user "x" withhold', 'tell user "x" withhold because "y" for'],
  ],
  [
    'comparison',
    when,
    ['a == b', 'a != 1', 'a < 1.5', 'a <= 1d', 'a > -1', 'a >= b'],
    ['a = b', 'a == ', '< a', 'a => b'],
  ],
  ['is', when, ['a is known', 'a.b is unknown', 'a is none'], ['a is', 'a is not known', 'a is null']],
  [
    'in, near, contains, matches',
    when,
    ['a in b', 'a in ["x", "y"]', 'a in [-1, 2]', 'a near b', 'a contains any b', 'a contains "b"', 'a matches `b`'],
    [
      'a in []',
      'a in [b]',
      'a in "b"',
      'a near "b"',
      'a contains b',
      'a contains any "b"',
      'a matches "b"',
      'a in [-"b"]',
    ],
  ],
  [
    'joined',
    when,
    ['a and b or not c', 'not not a', '((a))', 'a of b.c, d.e > 1'],
    ['a and', 'or a', 'a b', 'a not b', '()', 'a of 1', 'a and or b'],
  ],
  ['arithmetic', when, ['a + b * -c - d / 2 > 1', '--a > 1'], ['a + > 1', '* a', 'a ** b']],
  [
    'literal',
    when,
    ['"a \\" \\\\ \\n \\u{1F512}" == b', 'true == a', '1ms < a'],
    ['1.5h < a', '1y < a', '"\\x" == a', '`a` == b', '"\\u{D800}" == a'],
  ],
  [
    'sample',
    (part) => HEADER + part,
    ['sample a = message {}', 'sample a = message { a.b: 1, c: unknown, d: none, e.f: [], g.h: ["x", -1] }'],
    [
      'sample a message {}',
      'sample a = message',
      'sample a = message { a.b 1 }',
      'sample a = message { a.b: }',
      'sample a = message { a.b: [unknown] }',
    ],
  ],
  [
    'step',
    inTest,
    [
      '',
      'given a has "x", "y"',
      'given a is down',
      'send again',
      'send a',
      'send a { b.c: 1 }',
      'after 3h',
      'repeat 3 as i every 1m { send a repeat 2 as j every 1s { send b } }',
    ],
    ['given a', 'given a is up', 'send', 'after 3', 'repeat as i every 1m {}', 'repeat 2 as i {}', 'wait 3h'],
  ],
  [
    'expect',
    inTest,
    [
      'expect a fired',
      'expect a quiet',
      'expect a unknown',
      'expect a >= 3',
      'expect verdict hold',
      'expect effect label "x"',
      'expect no effect',
    ],
    ['expect', 'expect a', 'expect a known', 'expect verdict', 'expect verdict deny', 'expect effect', 'expect no'],
  ],
  [
    'kinds',
    (part) => HEADER + rule({ on: part }),
    ['on message', 'on message, post', 'on follow'],
    ['on', 'on message,', 'on message post', 'on "message"', 'on actor.id'],
  ],
  [
    'severity and phase',
    (part) => HEADER + rule({ head: part }),
    ...([
      ['low', 'medium', 'high', 'critical'].flatMap((severity) =>
        ['gate', 'follow'].map((phase) => `harm spam policy "P" severity ${severity} phase ${phase}`),
      ),
      [
        'harm spam policy "P" severity none phase gate',
        'harm spam policy "P" severity low phase later',
        'harm spam policy P severity low phase gate',
        'harm "spam" policy "P" severity low phase gate',
      ],
    ] as const),
  ],
  [
    'on unknown',
    (part) => HEADER + rule({ unknown: part }),
    ['', 'on unknown ignore', 'on unknown hold until review, queue "x" within 1h'],
    ['on unknown', 'on unknown ignore, block', 'on none ignore', 'unknown ignore'],
  ],
  [
    'test',
    (part) => HEADER + part,
    ['test "t" { }', 'test "" { send a }', 'test "a" { } test "b" { }'],
    ['test { }', 'test t { }', 'test "t"', 'test "t" { send a', 'test "t" send a'],
  ],
  [
    'value',
    (part) => inTest(`send a { b.c: ${part} }`),
    ['"x"', '1', '-1.5', '3d', '-3d', 'true', 'false', 'unknown', 'none', '[]', '["x"]'],
    ['-', '-"x"', '-true', '- -1', 'x', '`x`', '[unknown]', '[[1]]', '1 2', 'null'],
  ],
  [
    'type',
    (part) => schema(`record a { b ${part} }`),
    [
      ...['bool', 'num', 'dur', 'score', 'hash', 'phash', 'domain', 'harm', 'text', 'text max 5', 'id<x>'],
      ...['enum(x)', 'enum(x firm, y)', 'list<text max 5, max 3>', 'list<id<x>, max 1>', 'sealed hash?', 'num = 0'],
    ],
    [
      'int',
      'id',
      'id<>',
      'id<x',
      'enum',
      'enum()',
      'enum(x,)',
      'list',
      'list<>',
      'list<text max>',
      'text max',
      'text max x',
    ],
  ],
  ['schema', (part) => part, ['schema s version 1'], ['schema s', 'schema version 1', schema('rule a v1 { }')]],
  ['harm and limit', schema, ['harm a, b grave', 'harm a', 'limit a, b'], ['harm', 'harm a grave b', 'limit']],
  [
    'record',
    schema,
    [
      'record a { }',
      'record a : b claimed { c num d sealed text max 5 = "x" e text? }',
      'record a { b list<id<c>, max 3> = [] d enum(e firm, f) = e g bool = true }',
    ],
    [
      'record a',
      'record a { b }',
      'record a { b number }',
      'record a { b enum() }',
      'record a { b id }',
      'record a { b num = }',
      'record a : { }',
    ],
  ],
  [
    'event',
    schema,
    ['event a about b { b c }', 'event a about b item d encrypted { b c d e? }'],
    ['event a { b c }', 'event a about b { b }', 'event a about b encrypted item d { }'],
  ],
]

describe.each(PRODUCTIONS)('%s', (_, source, accepted, refused) => {
  for (const part of accepted) test(`takes ${part.trim() || 'nothing'}`, () => expect(codes(source(part))).toEqual([]))
  for (const part of refused)
    test(`refuses ${part.trim() || 'nothing'}`, () => expect(codes(source(part))).not.toEqual([]))
})

test('a file may hold 256 KiB, and not a byte more', () => {
  const body = HEADER + rule()
  const fill = (bytes: number) => `${body}#${'x'.repeat(bytes - body.length - 1)}`
  expect(codes(fill(256 * 1024))).toEqual([])
  expect(codes(fill(256 * 1024 + 1))).toContain('S02')
})

test('words of the language are names where the grammar expects a name', () => {
  expect(codes(when('then > 1 and queue and list'))).toEqual([])
})
