import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VIEW_NAMES } from './view.ts'
import { view } from './views.ts'

const RUNS = process.env.LAMPLIGHTER_DEEP === '1' ? 20_000 : 300

/** Texts of the kinds that disguises are made of. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'pïn3àpple',
        'ріпе',
        '\u202eelppa\u202c',
        'p.i.n.e',
        'b i n g o',
        'zzzoooom',
        '&#112;&amp;',
        'हिन्दी',
        'cGluZWFwcGxlIHBpbmU=',
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(' '))

describe('the map of a view', () => {
  test('text X-1: every unit leads to a place inside the text, and pairs stay whole', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...VIEW_NAMES), (original, name) => {
        const seen = view(original, name)
        expect([seen.from.length, seen.to.length, seen.marks.length]).toEqual(Array(3).fill(seen.text.length))
        for (let at = 0; at < seen.text.length; at += 1) {
          const from = seen.from[at] ?? -1
          const to = seen.to[at] ?? -1
          expect(from >= 0 && from <= to && to <= original.length).toBe(true)
          for (const edge of [from, to]) expect(splitsPair(original, edge)).toBe(false)
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('raw and folded forms are stable: folding what was folded changes nothing', () => {
    const stable = fc.array(
      fc.constantFrom('pïn3àpple', 'ÄÖẞ', 'ﬁn', '𝓯𝓾𝓷', 'Ⓐ', 'हिन्दी', '한국', 'ไทย', 'Жёлтый', 'عَرَبِيّ', ' \t ', '½', '🅿️'),
    )
    fc.assert(
      fc.property(stable, (parts) => {
        for (const name of ['raw', 'folded'] as const) {
          const once = view(parts.join(''), name).text
          expect(view(once, name).text).toBe(once)
        }
      }),
      { numRuns: RUNS },
    )
  })
})

/** Whether a place lies between the two halves of one character. */
function splitsPair(original: string, at: number): boolean {
  return /[\ud800-\udbff]/.test(original.charAt(at - 1)) && /[\udc00-\udfff]/.test(original.charAt(at))
}

describe('folded', () => {
  test.each([
    ['full width', 'ｐｉｎｅ', 'pine'],
    ['mathematical letters', '𝐩𝕚𝖓𝓮', 'pine'],
    ['circles and boxes', 'ⓟ🄸🅝🅴', 'pine'],
    ['flags', '🇵🇮', 'pi'],
    ['stacked marks', 'p̴̧i̍n̸e͓', 'pine'],
    ['hidden characters', 'p\u200bi\u00adn\u2060e\ufe0f\u{e0041}', 'pine'],
    ['entities', '&#112;&#x69;n&shy;e &amp; co', 'pine & co'],
    ['right-to-left override', 'a \u202eenip\u202c b', 'a pine b'],
    ['an override without an end', '\u202eenip', 'pine'],
    ['blanks', 'a \n\t\u00a0 b', 'a b'],
    ['sharp s', 'Straße', 'strasse'],
    ['ligatures', 'ﬁne', 'fine'],
  ])('%s', (_, written, read) => {
    expect(view(written, 'folded').text).toBe(read)
  })

  test('text X-4: vowel signs of Hindi and Thai are part of the word and stay', () => {
    expect(view('हिन्दी', 'folded').text).toBe('हिन्दी'.normalize('NFC'))
    expect(view('ที่นี่', 'folded').text).toBe('ที่นี่'.normalize('NFC'))
  })

  test('a cat family of emoji does not become letters', () => {
    expect(view('🐈🐈‍⬛', 'folded').text).toBe('🐈🐈⬛')
  })
})

describe('skeleton', () => {
  test('Cyrillic letters in a Latin sentence read as Latin', () => {
    expect(view('the ріпеаррӏе is ripe today', 'skeleton').text).toBe('the pineapple is ripe today')
  })

  test('a Russian sentence stays Russian, also with a Latin word in it', () => {
    expect(view('мы едим сахар на ужин', 'skeleton').text).toBe('мы едим сахар на ужин')
    expect(view('мы едим сахар и pizza', 'skeleton').text).toBe('мы едим сахар и pizza')
  })

  test('what a capital looks like is decided by the capital', () => {
    expect(view('the ΝΟΡΗ sign', 'skeleton').text).toBe('the noph sign')
  })
})

describe('leet, joined, collapsed, decoded', () => {
  test.each([
    ['leet', '81u3pr!n7 now', 'biueprint now'],
    ['leet', 'room 42 at 7', 'room 42 at 7'],
    ['leet', '$@13 1337', 'saie ieet'],
    ['joined', 'a p i n e today', 'apine today'],
    ['joined', 'p.i-n_e', 'pine'],
    ['joined', "the harbour's boats", "the harbour's boats"],
    ['joined', "p'i'n'e and har'bour", 'pine and harbour'],
    ['joined', 'the rapist', 'the rapist'],
    ['joined', 'I am at the inn', 'iamat the inn'],
    ['collapsed', 'piiineaapple good', 'pineaple good'],
    ['collapsed', 'see you soon', 'see you soon'],
    ['decoded', 'cGluZWFwcGxlIHBpbmU=', ' pineapple pine '],
    ['decoded', 'understandable conversation', ''],
  ] as const)('%s reads "%s" as "%s"', (name, written, read) => {
    expect(view(written, name).text).toBe(read)
  })
})
