import { describe, expect, test } from 'vitest'
import { compileTerms } from './compile.ts'
import type { Term } from './terms.ts'

const matcherOf = (terms: readonly (Partial<Term> & { text: string })[], sealed = false) =>
  compileTerms([
    { id: 'list', version: 1, use: 'evidence', sealed, terms: terms.map((term, at) => ({ id: `t${at}`, ...term })) },
  ]).matcher

const matcher = matcherOf([
  { text: 'pineapple', close: true, except: ['pineapples'] },
  { text: 'aaaaab' },
  { text: 'aa', part: true },
  { text: 'a a a' },
])

function cpuMs(text: string): number {
  const began = process.threadCpuUsage()
  matcher.match(text)
  const { user, system } = process.threadCpuUsage(began)
  return (user + system) / 1_000
}

/** Texts that make a careless matcher slow, at any length. */
const HOSTILE: readonly (readonly [string, (length: number) => string])[] = [
  ['one letter', (length) => 'a'.repeat(length)],
  ['one letter and blanks', (length) => 'a '.repeat(length / 2)],
  ['entities within entities', (length) => '&amp;'.repeat(length / 5)],
  ['marks on one letter', (length) => `p${'\u0301'.repeat(length)}ineapple`],
  ['halves of pairs', (length) => '\ud800\udc00\ud800'.repeat(length / 3)],
  ['overrides', (length) => '\u202epineapple'.repeat(length / 10)],
  ['Base64', (length) => 'cGluZWFwcGxlIHBpbmUg'.repeat(length / 20)],
  ['hits', (length) => 'pineapple '.repeat(length / 10)],
  ['almost hits', (length) => 'pinepaple '.repeat(length / 10)],
  ['exceptions', (length) => 'pineapples '.repeat(length / 11)],
  ['signs', (length) => '1!|$'.repeat(length / 4)],
]

describe('text X-7: time is linear in the text', () => {
  test.each(HOSTILE)('%s', (_, textOf) => {
    const long = textOf(100_000)
    for (let round = 0; round < 3; round += 1) matcher.match(textOf(10_000))
    const few = Math.min(...Array.from({ length: 5 }, () => cpuMs(textOf(10_000))))
    const many = Math.min(...Array.from({ length: 3 }, () => cpuMs(long)))
    // Ten times the text: quadratic time would be a hundred times as long. The first milliseconds are noise.
    expect(many).toBeLessThan(40 * Math.max(few, 2))
  })
})

describe('what is not listed is not found', () => {
  test.each([
    ['the rapist left', 'therapist'],
    ['pen is here', 'penis'],
    ['Scunthorpe', 'cunt'],
    ['class a nalysis', 'sanal'],
  ])('text X-3: "%s"', (text, term) => {
    expect(matcherOf([{ text: term }, { text: `${term}s` }]).match(text)).toEqual([])
  })

  test('text X-3: "p i n e a p p l e" is a hit with the place of all nine', () => {
    expect(matcher.match('a: p i n e a p p l e!')).toMatchObject([
      { from: 3, to: 20, view: 'joined', shown: 'p i n e a p p l e' },
    ])
  })
})

describe('text X-4: terms of a language are found in its sentences, Latin ones are not', () => {
  test.each([
    ['Russian', 'мы купили сахар и хлеб вчера', 'сахар', 'caxap'],
    ['Greek', 'το νερό είναι κρύο σήμερα', 'νερό', 'vepo'],
    ['Hindi', 'यह हिन्दी की किताब है', 'हिन्दी', 'हनद'],
    ['Arabic', 'هذا كتاب جديد على الطاولة', 'كتاب', 'kitab'],
    ['Thai', 'ที่นี่ มี น้ำ เย็น', 'น้ำ', 'นา'],
  ])('%s', (_, sentence, own, other) => {
    const found = matcherOf([{ text: own }, { text: other }]).match(sentence)
    expect(found.map(({ term }) => term)).toEqual(['t0'])
  })
})

test('text X-5: a Latin word with two Cyrillic letters is a hit, and the sentence names the fold', () => {
  const [hit] = matcher.match('I like pineаррle a lot')
  expect([hit?.view, hit?.shown]).toEqual(['skeleton', 'pineаррle'])
  expect(hit?.explain).toContain('letters that look alike read as one')
})

test('text L-3: a hit of a sealed list names its entry, and no term', () => {
  const [hit] = matcherOf([{ text: 'pineapple', close: true }], true).match('pinapple')
  expect(hit).toMatchObject({ entry: 1, how: 'close', explain: 'matches sealed list list, entry 1' })
})

test('a term that names its views is looked for in these, with a slip too', () => {
  const raw = matcherOf([{ text: 'pineapple', close: true, views: ['raw'] }])
  expect(raw.match('pineapple pinapple p1neapple pïneapple').map(({ shown }) => shown)).toEqual(['pineapple'])
  const leet = matcherOf([{ text: 'pineapple', views: ['leet'] }])
  expect(leet.match('pineapple p1neapple').map(({ shown }) => shown)).toEqual(['p1neapple'])
})

test('more terms than a deployment may have are named, not dropped in silence', () => {
  const terms = Array.from({ length: 100_001 }, (_, at) => ({ id: `t${at}`, text: `term ${at}` }))
  const { matcher: full, problems } = compileTerms([{ id: 'many', version: 1, use: 'evidence', sealed: false, terms }])
  expect([full.terms, problems.map(({ code, term }) => `${code} ${term}`)]).toEqual([100_000, ['too_many t100000']])
}, 120_000)
