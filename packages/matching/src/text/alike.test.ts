import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileTerms } from './compile.ts'
import { readMatcher } from './matcher.ts'
import type { Term } from './terms.ts'

const RUNS = process.env.LAMPLIGHTER_DEEP === '1' ? 50_000 : 1_000

const matcherOf = (...terms: readonly (string | Partial<Term>)[]) =>
  compileTerms([
    {
      id: 'fruit',
      version: 1,
      use: 'evidence',
      sealed: false,
      terms: terms.map((term, at) => ({
        id: `t${at}`,
        text: '',
        ...(typeof term === 'string' ? { text: term } : term),
      })),
    },
  ]).matcher
const shownBy = (text: string, ...terms: readonly (string | Partial<Term>)[]): string[] =>
  matcherOf(...terms)
    .match(text)
    .map(({ shown, view }) => `${shown} (${view})`)

/** What a writer puts in the place of a letter: small for small, capital for capital. */
const CYRILLIC: Readonly<Record<string, string>> = {
  ...{ а: 'a', е: 'e', о: 'o', р: 'p', с: 'c', у: 'y', х: 'x', і: 'i', к: 'k' },
  ...{ А: 'A', В: 'B', Е: 'E', К: 'K', М: 'M', Н: 'H', О: 'O', Р: 'P', С: 'C', Т: 'T', У: 'Y', Х: 'X', І: 'I' },
}
const GREEK: Readonly<Record<string, string>> = {
  ...{ α: 'a', ι: 'i', κ: 'k', ν: 'v', ο: 'o', ρ: 'p', υ: 'u', χ: 'x', η: 'n', μ: 'u', τ: 't', ε: 'e' },
  ...{ Α: 'A', Β: 'B', Ε: 'E', Ζ: 'Z', Η: 'H', Ι: 'I', Κ: 'K', Μ: 'M', Ν: 'N', Ο: 'O', Ρ: 'P', Τ: 'T', Υ: 'Y', Χ: 'X' },
}
const TERMS = [
  ...['ананас', 'морковь', 'вареник', 'сироп', 'тесто', 'окрошка', 'сало', 'сок', 'красное яблоко', 'черника'].map(
    (term) => ({ term, letters: CYRILLIC, before: 'мы купили ', after: ', да и всё' }),
  ),
  ...['кавун', 'смаколик', 'вишня', 'цукерка', 'пиріг', 'хата'].map((term) => ({
    ...{ term, letters: CYRILLIC, before: 'ми їли ', after: ' зранку' },
  })),
  ...['καρπούζι', 'ανανάς', 'πεπόνι', 'ντομάτα', 'μήνας', 'σύκο', 'κόκκινο μήλο', 'ρόδι'].map((term) => ({
    ...{ term, letters: GREEK, before: 'είχαμε ένα ', after: '! και τώρα' },
  })),
]

/** The term as written with each letter small or capital, and replaced where it is to be. */
function disguised(term: string, letters: Readonly<Record<string, string>>, choices: readonly number[]): string {
  return Array.from(term, (letter, at) => {
    const choice = choices[at % choices.length] ?? 0
    const cased = (choice & 1) === 0 ? letter : letter.toUpperCase()
    return (choice & 2) === 0 ? cased : (letters[cased] ?? cased)
  }).join('')
}

describe('a term in another script', () => {
  test('text X-5: is found with some of its letters replaced by Latin ones', () => {
    expect(shownBy('вкусный АНAHАС, да', 'ананас')).toEqual(['АНAHАС (skeleton)'])
    expect(shownBy('Ο ΜHΝAΣ', 'μήνας')).toEqual(['ΜHΝAΣ (skeleton)'])
    expect(shownBy('сoк', 'сок')).toEqual(['сoк (skeleton)'])
    // With a Greek letter instead of a Latin one.
    expect(shownBy('αнαнαс', 'ананас')).toEqual(['αнαнαс (skeleton)'])
  })

  test('is found with any of its letters replaced, small or capital, at its place', () => {
    const matcher = matcherOf(...TERMS.map((one) => one.term))
    fc.assert(
      fc.property(
        fc.constantFrom(...TERMS),
        fc.array(fc.nat(3), { minLength: 1, maxLength: 16 }),
        ({ term, letters, before, after }, choices) => {
          const written = disguised(term, letters, choices)
          const text = `${before}${written}${after}`
          // Short words that became wholly Latin are words of their own: that is tested below.
          const isLatin = !/[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(written)
          fc.pre(!(isLatin && term.length < 5))
          const found = matcher.match(text)
          const expected = { from: before.length, to: before.length + written.length, shown: written }
          expect(found.length).toBe(1)
          expect(found[0]).toMatchObject({ ...expected, term: `t${TERMS.findIndex((one) => one.term === term)}` })
        },
      ),
      { numRuns: RUNS },
    )
  })

  test('is found where every letter was replaced, if it has five letters and stands beside its script', () => {
    expect(shownBy('это AHAHAC', 'ананас')).toEqual(['AHAHAC (skeleton)'])
    expect(shownBy('AHAHAC для AHAHAC', 'ананас').length).toBe(2)
    expect(shownBy('я AHAHAC', 'ананас').length).toBe(1)
    expect(shownBy('the AHAHAC', 'ананас')).toEqual([])
    expect(shownBy('фильм про cop и copy', 'сор', 'сору')).toEqual([])
  })

  test('is not found in other words of its script, however alike their letters are', () => {
    expect(shownBy('Wi-Fi: пота и мать', 'нота', 'матв')).toEqual([])
    expect(shownBy('USB: το νέο', 'τσ', 'ηέο', 'νέα')).toEqual([])
    // In this text both letters are Cyrillic: one language's word is no disguise of another's.
    expect(shownBy('pizza үг', 'уг')).toEqual([])
    expect(shownBy('пoта', 'нота')).toEqual([])
    // "n" looks like a capital "ν" and so like "H", but by way of these only.
    expect(shownBy('nотa', 'нота')).toEqual([])
  })

  test('stands between word boundaries, and an exception takes it back in any disguise', () => {
    expect(shownBy('сoколов', 'сок')).toEqual([])
    expect(shownBy('сoколов', { text: 'сок', part: true })).toEqual(['сoк (skeleton)'])
    expect(shownBy('сoкол и сoк', { text: 'сок', part: true, except: ['сокол'] })).toEqual(['сoк (skeleton)'])
  })

  test('is looked for so only in the views that it asks for', () => {
    expect(shownBy('сoк', { text: 'сок', views: ['raw', 'folded'] })).toEqual([])
    expect(shownBy('сoк', { text: 'сок', views: ['skeleton'] })).toEqual(['сoк (skeleton)'])
  })

  test('is told once, and read from an image as it was compiled', () => {
    const matcher = readMatcher(matcherOf('ананас').image())
    expect(matcher.match('ананас и aнанас').map(({ shown, view }) => `${shown} ${view}`)).toEqual([
      'ананас raw',
      'aнанас skeleton',
    ])
    expect(matcher.match('aнанас ананас aнанас').map(({ view }) => view)).toEqual(['skeleton', 'raw', 'skeleton'])
  })

  test.each([
    'Завтра утром мы едем на море, билеты через Booking уже есть, а копия у тебя.',
    'Вечером смотрим «Cop Land» и пьём чай, Wi-Fi не работает, USB-порт тоже.',
    'Ранок був теплий, Instagram не працював, і ми пили какао.',
    'Утре ще ходим на кино в парка, Facebook пак не работи.',
    'Το πρωί ήπιαμε καφέ και είδαμε Netflix στο σπίτι, το PC δεν δουλεύει.',
    'My copy of the map is in the park, καλημέρα from Tom.',
  ])('is not found in ordinary sentences that hold foreign names: %s', (text) => {
    // Words that look like those of the sentences or stand one letter from them.
    const alike = [
      'сор',
      'сору',
      'пота',
      'нора',
      'рак',
      'рома',
      'каро',
      'тот',
      'ром',
      'мар',
      'πορτ',
      'νετα',
      'ρς',
      'τοπ',
      'τομ',
    ]
    expect(shownBy(text, ...alike).filter((one) => !one.includes('(raw)'))).toEqual([])
  })
})
