import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changeBetween } from './code-change.ts'

const apply = (text: string, { from, to, insert }: ReturnType<typeof changeBetween>) =>
  text.slice(0, from) + insert + text.slice(to)

test('the smallest change leaves what is the same where it is', () => {
  expect(changeBetween('a b c', 'a x c')).toEqual({ from: 2, to: 3, insert: 'x' })
  expect(changeBetween('aa', 'aaa')).toEqual({ from: 2, to: 2, insert: 'a' })
  expect(changeBetween('same', 'same')).toEqual({ from: 4, to: 4, insert: '' })
})

test('it always leads from the one text to the other', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 })
  fc.assert(
    fc.property(word, word, (before, after) => {
      expect(apply(before, changeBetween(before, after))).toBe(after)
    }),
  )
})
