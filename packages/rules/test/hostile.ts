import { HEADER, rule } from './files.ts'

const FULL = 262_144

const times = (count: number, piece: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => piece(i)).join('')
/** As much of a piece as a file holds. */
const full = (head: string, piece: string, tail = '') =>
  head + piece.repeat(Math.floor((FULL - head.length - tail.length) / piece.length)) + tail
const when = (expr: string) => HEADER + rule({ when: expr, unknown: 'on unknown ignore' })
const short = (name: string, expr: string) =>
  `rule ${name} v1 {harm spam policy "P" severity low phase gate on message when ${expr} then label "x" on unknown ignore because "x"}\n`
const long = 'a'.repeat(120_000)

/** Files that were made to crash a reader, to keep it busy for ever or to fill its memory. */
export const HOSTILE: readonly (readonly [string, string])[] = [
  ['a lone surrogate in a text', HEADER + rule({ because: 'x\ud800' })],
  ['a lone surrogate in a pattern', when('item.text matches `\udc00`')],
  ['a lone surrogate in a comment', `${HEADER}# \ud800\n${rule()}`],
  ['a lone surrogate that is all', '\udfff'],
  ['a number above all numbers', when(`item.link_count > ${'9'.repeat(400)}`)],
  ['one in a sample', `${HEADER}${rule()}sample a = message { item.link_count: ${'9'.repeat(400)} }`],
  ['one that only arithmetic reaches', when(`item.link_count > ${'9'.repeat(308)} * ${'9'.repeat(308)}`)],
  ['a pattern of nothing, 64 times in 64 in 64', when(`item.text matches \`${'('.repeat(30)}${'){64}'.repeat(30)}\``)],
  ['a pattern of many empty choices', when(`item.text matches \`((${'|'.repeat(200)}a){64}){7}\``)],
  ['repeats inside repeats without end', full(`${HEADER}test "t" {\n`, 'repeat 2 as i every 1s {')],
  [
    'repeats that would run for years',
    `${HEADER}${rule()}test "t" {${'repeat 10000 as i every 1s {'.repeat(4)} send message ${'}'.repeat(5)}`,
  ],
  ['lists of lists', full('schema s version 1\nrecord r { a ', 'list<')],
  ['an enum of every word', `schema s version 1\nrecord r { a enum(${times(30_000, (i) => `v${i},`)}x) }`],
  [
    'a harm for each field',
    `schema s version 1\nharm ${times(15_000, (i) => `h${i},`)}x\nrecord r { ${times(9000, (i) => `f${i} harm `)}}`,
  ],
  ['limits without end', `schema s version 1\nlimit ${'a,'.repeat(130_000)}a`],
  ['two names of 120,000 letters', `${HEADER}let ${long} = item.forwarded\n${rule({ when: `${long}b` })}`],
  ['every name unknown', HEADER + times(15_000, (i) => `let a${i}=b${i}\n`)],
  ['every name unknown, and long', HEADER + times(1700, (i) => `let ${'a'.repeat(58)}${i}=${'a'.repeat(57)}b${i}\n`)],
  ['every field unknown', full(`${HEADER}let a = `, 'a.b or ')],
  ['unknown events without end', full(`${HEADER}counter c = count by actor.id on `, 'a,', 'a over 1h approx')],
  [
    'lets that lean to the left',
    `${HEADER}${times(31, (i) => `let s${i} = ${i === 0 ? 'item.link_count' : `s${i - 1}`}${' + 1'.repeat(900)}\n`)}${rule({ when: 's30 > 1' })}`,
  ],
  [
    'nots in lets in nots',
    `${HEADER}${times(31, (i) => `let s${i} = ${'not '.repeat(31)}${i === 0 ? 'item.forwarded' : `s${i - 1}`}\n`)}${rule({ when: 's30' })}`,
  ],
  [
    'questions inside questions, in every rule',
    `${HEADER}let l0 = item.forwarded\n${times(11, (i) => `let l${i + 1} = l${i} == l${i}\n`)}${times(1000, (i) => short(`r${i}`, 'l11'))}`,
  ],
  [
    'a dear let in every rule',
    `${HEADER}let sum = item.link_count${' + 1'.repeat(999)} > 2\n${times(430, (i) => short(`r${i}`, Array.from({ length: 40 }, () => 'sum').join(' or ')))}`,
  ],
  [
    'a long list of values in every rule',
    `${HEADER}let one = item.link_count in [${times(20_000, (i) => `${i},`)}0]\n${times(600, (i) => short(`r${i}`, 'one or one or one or one'))}`,
  ],
  [
    'a dear pattern in every rule',
    `${HEADER}let one = item.text matches \`${'[a-z]{60}'.repeat(8)}\`\n${times(900, (i) => short(`r${i}`, 'one or one or one or one or one or one'))}`,
  ],
  [
    'a signal of many inputs',
    `${HEADER}signal s: num from p(${'item.id,'.repeat(12_000)}item.id) within 9ms\n${times(700, (i) => short(`r${i}`, 's>1 or s>2 or s>3 or s>4 or s>5 or s>6'))}`,
  ],
  [
    'a counter that asks much, asked by every rule',
    `${HEADER}counter c = count by actor.id on message where ${times(900, (i) => `item.link_count > ${i} or `)}item.forwarded over 1h exact up to 9\n${times(900, (i) => short(`r${i}`, 'c > 1 or c > 2 or c > 3 or c > 4 or c > 5'))}`,
  ],
  ['unclosed strings on every line', full(HEADER, '"\n')],
  ['backticks', full(HEADER, '`')],
  ['pairs of backticks', full(HEADER, '``')],
  ['braces', full(HEADER, '{')],
  ['closing braces', full(HEADER, '}')],
  ['brackets', full(`${HEADER}let a = `, '(')],
  ['comments in a declaration', full(`${HEADER}let a = item.forwarded\nor\n`, '#\n', 'item.forwarded')],
  ['texts in one line', full(`${HEADER}list x: text from "x"\ntest "t" { given x has `, '"",', '"" }')],
  ['ands in ors', HEADER + times(9000, (i) => `let a${i}=b and c or d\n`)],
  ['braces in a text', HEADER + rule({ because: '{a}'.repeat(70_000) })],
  ['open braces in a text', HEADER + rule({ because: '{'.repeat(200_000) })],
  ['names after names', full(HEADER, 'rule ')],
  ['rules of nothing', HEADER + times(14_000, (i) => `rule r${i} v1{}\n`)],
  [
    'tests of unknown rules',
    `${HEADER}${times(6000, (i) => `rule r${i} v1{}\n`)}test "t" {${times(5000, (i) => `expect q${i} fired `)}}`,
  ],
  ['no line end anywhere', full(`${HEADER.replaceAll('\n', ' ')}`, 'a+b-')],
  ['signs', full(HEADER, '<=>=!')],
  ['capitals', full(HEADER, 'A')],
  ['nothing', ''],
  ['a byte-order mark', `\ufeff${HEADER}`],
  ['zeros', full('', '\0')],
]
