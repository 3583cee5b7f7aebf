import fc from 'fast-check'
import { expect, test } from 'vitest'
import { joined, tokensOf } from './view.ts'

const words = (text: string) => tokensOf(text).map((token) => token.text)

test('addresses, accounts and numbers become placeholders; words, pictographs and signs stay', () => {
  expect(words('See https://harbour.example/a?b=1 @kestrel.2 at 21:30, 1.000 times!')).toEqual(
    'see <url> <user> at <num> , <num> times !'.split(' '),
  )
  expect(words('It’s FINE 👩‍🚒 www.a.example')).toEqual(["it's", 'fine', '👩‍🚒', '<url>'])
  // Whoever writes a placeholder gets signs and a word, not the placeholder.
  expect(words('<url>')).toEqual(['<', 'url', '>'])
  expect(words(' \u200b\n ')).toEqual([])
})

test('wide and accented letters are read as their plain form, in lower case', () => {
  expect(words('Ｍｅｅｔ ﬁne CAFÉ Cafe\u0301')).toEqual(['meet', 'fine', 'café', 'café'])
})

test('every unit of the view has a place on the original, in order', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (original) => {
      const { text, from, to } = joined(original)
      expect([from.length, to.length]).toEqual([text.length, text.length])
      from.forEach((place, at) => {
        expect(place).toBeGreaterThanOrEqual(from[at - 1] ?? 0)
        expect(to[at]).toBeGreaterThan(place)
        expect(to[at]).toBeLessThanOrEqual(original.length)
      })
      for (const token of tokensOf(original)) expect(token.to).toBeGreaterThan(token.from)
    }),
  )
})
