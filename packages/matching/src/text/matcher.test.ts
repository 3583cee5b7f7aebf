import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileTerms } from './compile.ts'
import type { Term, TermListSource } from './terms.ts'

const list = (terms: readonly (string | Partial<Term>)[], more: Partial<TermListSource> = {}): TermListSource => ({
  id: 'fruit',
  version: 7,
  use: 'evidence',
  sealed: false,
  terms: terms.map((term, at) => ({ id: `t${at}`, text: '', ...(typeof term === 'string' ? { text: term } : term) })),
  ...more,
})

const matcherOf = (...terms: readonly (string | Partial<Term>)[]) => compileTerms([list(terms)]).matcher
const shownBy = (text: string, ...terms: readonly (string | Partial<Term>)[]) =>
  matcherOf(...terms)
    .match(text)
    .map(({ shown, view, how }) => (how === 'close' ? `${shown} (close)` : `${shown} (${view})`))

describe('a hit', () => {
  test('stands at its place in the original text, however it was disguised', () => {
    const written = 'look: "p\u0301ï\u200bn3@pple"!'
    const [hit] = matcherOf('pineapple').match(written)
    expect(hit).toMatchObject({ list: 'fruit', listVersion: 7, term: 't0', entry: 1, view: 'leet' })
    expect(written.slice(hit?.from, hit?.to)).toBe('p\u0301ï\u200bn3@pple')
  })

  test('is told once, in the least changed view', () => {
    expect(shownBy('pineapple PINEAPPLE', 'pineapple')).toEqual(['pineapple (raw)', 'PINEAPPLE (raw)'])
  })

  test('explains itself to a reviewer', () => {
    const [hit] = matcherOf('pineapple').match('pïnéapple')
    expect(hit?.explain).toBe(
      '"pïnéapple" reads as "pineapple" (decoration, marks and hidden characters taken away); list fruit v7, term 1',
    )
  })

  test('of a sealed list names no term', () => {
    const { matcher } = compileTerms([list(['pineapple'], { sealed: true, id: 'sealed_x' })])
    expect(matcher.match('a pineapple')[0]?.explain).toBe('matches sealed list sealed_x, entry 1')
  })

  test('hits come by place, the longest first, then by list and term', () => {
    const two = compileTerms([list(['apple', 'apple pie']), list(['apple'], { id: 'a' })]).matcher
    expect(two.match('apple pie, apple').map(({ list: id, shown }) => `${id} ${shown}`)).toEqual([
      'fruit apple pie',
      'a apple',
      'fruit apple',
      'a apple',
      'fruit apple',
    ])
    expect(two.match('apple pie', ['a']).length).toBe(1)
  })
})

describe('word boundaries', () => {
  test('a term inside a word is no hit, unless it says "part"', () => {
    expect(shownBy('pineapples', 'apple')).toEqual([])
    expect(shownBy('pineapples', { text: 'apple', part: true })).toEqual(['apple (raw)'])
  })

  test('the rapist is not therapist, and a word after a shout is one', () => {
    expect(shownBy('the rapist', 'therapist')).toEqual([])
    expect(shownBy('p1neapple!', 'pineapple')).toEqual(['p1neapple (leet)'])
  })

  test('an except word around a hit takes it back, and only there', () => {
    const term = { text: 'hell', part: true, except: ['shell', 'hello'] }
    expect(shownBy('a shell, hello', term)).toEqual([])
    expect(shownBy('a shell from hell', term)).toEqual(['hell (raw)'])
  })
})

describe('disguises', () => {
  test('text X-6: four letters are not looked for spaced out, seven are', () => {
    expect(shownBy('b o a t', 'boat')).toEqual([])
    expect(shownBy('a c u c u m b e r b', 'cucumber')).toEqual(['c u c u m b e r (joined)'])
  })

  test('a term inside a word that is spelled letter by letter is no hit, unless it says "part"', () => {
    for (const written of ['p i n e a p p l e', 'p.i.n.e.a.p.p.l.e', 'P_I_N_E_A_P_P_L_E', 'p i n e a p p l e s']) {
      expect(shownBy(written, 'apple')).toEqual([])
    }
    expect(shownBy('t h e r a p i s t', 'rapist')).toEqual([])
    expect(shownBy('a p p l e j u i c e', 'apple')).toEqual([])
    expect(shownBy('p i n e a p p l e', 'pineapple')).toEqual(['p i n e a p p l e (joined)'])
    expect(shownBy('p i n e a p p l e', { text: 'apple', part: true })).toEqual(['a p p l e (joined)'])
  })

  test('a spelled word is found beside short words, behind wider gaps, and in a sentence that is spelled whole', () => {
    expect(shownBy('I am at a p p l e we do', 'apple')).toEqual(['a p p l e (joined)'])
    expect(shownBy('u r a p p l e', 'apple')).toEqual(['a p p l e (joined)'])
    expect(shownBy('p i n e  a p p l e  j a m', 'apple')).toEqual(['a p p l e (joined)'])
    expect(shownBy('x x x a p p l e', 'apple')).toEqual(['a p p l e (joined)'])
    expect(shownBy('x  y z a p p l e', 'apple')).toEqual(['a p p l e (joined)'])
    expect(shownBy('t h i s i s a n a p p l e f o r m e', 'apple')).toEqual(['a p p l e (joined)'])
  })

  test('1, ! and | read as i and as l, letter by letter', () => {
    expect(shownBy('w1ndm!|1', 'windmill')).toEqual(['w1ndm!|1 (leet)'])
    expect(shownBy('w1ndmiil', 'windmill')).toEqual([])
  })

  test('a word is found in a view only where that view changed it', () => {
    expect(shownBy('a hacker n0w', 'h4ck3r')).toEqual([])
    expect(shownBy('a h4cker', 'h4ck3r')).toEqual(['h4cker (leet)'])
    expect(shownBy('xray machine, p.q', 'x-ray machine')).toEqual([])
  })

  test.each(['meet_me_alone', 'meet.me.alone', 'Meet-Me-Alone', 'meet/me/alone', 'meet_me alone', 'm33t__m3__al0ne'])(
    'words put together by signs are found where a term has blanks: %s',
    (written) => {
      const text = `say: ${written}, and go`
      const [hit, ...more] = matcherOf('meet me alone').match(text)
      expect(hit).toMatchObject({ view: 'joined', from: 5, to: 5 + written.length, shown: written })
      expect(hit?.explain).toContain('signs between words read as blanks')
      expect(more).toEqual([])
    },
  )

  test('signs that part sentences stand for no blank, and a word beside a sign is a word', () => {
    expect(shownBy('we meet... me alone; meet...me alone', 'meet me alone')).toEqual([])
    expect(shownBy("meet--me alone, meet—me alone, meet'me alone", 'meet me alone')).toEqual([])
    expect(shownBy('meetme_alone', 'meet me alone')).toEqual([])
    expect(shownBy('pine-apple', 'apple')).toEqual(['apple (raw)'])
    const term = { text: 'meet me alone', except: ['do not meet me alone'] }
    expect(shownBy('do-not-meet-me-alone', term)).toEqual([])
    expect(shownBy('do-meet-me-alone', term)).toEqual(['meet-me-alone (joined)'])
  })

  test.each([
    ['masked', 'pinea*ple'],
    ['missing', 'pineaple'],
    ['doubled', 'pineappple'],
    ['replaced', 'pineabple'],
    ['swapped', 'pinepaple'],
  ])('a close term is found with one letter %s', (_, written) => {
    const found = shownBy(written, { text: 'pineapple', close: true })
    expect(found.length).toBe(1)
    expect(shownBy(written, 'blueprint')).toEqual([])
  })

  test('text X-6: a close word that is a common word or an exception is no hit', () => {
    const source = [list([{ text: 'diction', close: true, except: ['fiction', 'dictiom'] }])]
    const { matcher } = compileTerms(source, { commonWords: new Set(['dictions']) })
    expect(matcher.match('fiction dictions dictiom')).toEqual([])
    expect(matcher.match('dictoin').length).toBe(1)
  })

  test('text X-4: Russian and Hindi terms are found in their own sentences, Latin ones are not', () => {
    expect(shownBy('он купил сахар вчера', 'сахар', 'caxap')).toEqual(['сахар (raw)'])
    expect(shownBy('यह हिन्दी है', 'हिन्दी', 'हिन')).toEqual(['हिन्दी (raw)'])
  })
})

describe('terms that cannot be looked for are named', () => {
  test.each([
    ['too_short', { text: 'x' }],
    ['too_long', { text: 'x'.repeat(201) }],
    ['too_short', { text: '\u200b\u200b' }],
    ['close_too_short', { text: 'apple', close: true }],
  ] as const)('%s', (code, term) => {
    expect(compileTerms([list([term])]).problems.map((problem) => problem.code)).toEqual([code])
  })

  test('a second term of the same id is refused, a CJK character with part is taken', () => {
    const { matcher, problems } = compileTerms([
      list([
        { text: '毒', part: true },
        { id: 't0', text: 'again' },
      ]),
    ])
    expect(problems.map(({ code }) => code)).toEqual(['twice'])
    expect(matcher.match('有毒的').map(({ shown }) => shown)).toEqual(['毒'])
  })
})

test('whole words are found exactly where a simple search finds them', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 2, maxLength: 4 })
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 1, maxLength: 8 }),
      fc.array(word, { maxLength: 30 }),
      (terms, words) => {
        const expected = words.flatMap((written, at) => (terms.includes(written) ? [`${at}`] : []))
        const text = words.join(', ')
        const starts = words.map((_, at) => words.slice(0, at).join(', ').length + (at === 0 ? 0 : 2))
        const found = matcherOf(...terms)
          .match(text)
          .filter(({ view }) => view === 'raw')
          .map(({ from }) => `${starts.indexOf(from)}`)
        expect(found).toEqual(expected)
      },
    ),
  )
})

test('a text of 200,000 characters is searched without a hang', () => {
  const matcher = matcherOf('aaaaab', { text: 'pineapple', close: true })
  const startedAt = performance.now()
  expect(matcher.match(`${'a'.repeat(200_000)} pineapple`).length).toBe(1)
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})
