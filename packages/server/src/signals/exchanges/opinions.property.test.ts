import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OthersOpinion } from '../lists/changes.ts'
import { opinionsFrom } from './opinions.ts'

const word: fc.Arbitrary<OthersOpinion> = fc.record({
  who: fc.oneof(
    fc.constantFrom('a', 'b', ' a', 'c\u202e', '', '\u0000'),
    fc.string({ unit: 'binary', maxLength: 140 }),
  ),
  says: fc.constantFrom('affirm', 'doubt', 'deny'),
})
const words = fc.array(word, { maxLength: 250 })

test('everybody has one opinion, whatever the order in which their words come', () => {
  fc.assert(
    fc.property(words, fc.infiniteStream(fc.nat()), (all, keys) => {
      const told = opinionsFrom(all)
      const shuffled = all
        .map((one) => ({ one, key: keys.next().value ?? 0 }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ one }) => one)
      expect(opinionsFrom(shuffled)).toEqual(told)
      expect(new Set(told.map(({ who }) => who)).size).toBe(told.length)
      expect(opinionsFrom([...all, ...all])).toEqual(told)
    }),
  )
})

test('an entry is disputed exactly where somebody who has a name disputes it, however many affirm it', () => {
  fc.assert(
    fc.property(words, (all) => {
      const named = all.filter(({ who }) => who.replaceAll(/\p{C}/gu, '').trim() !== '')
      const isDisputed = opinionsFrom(all).some(({ says }) => says !== 'affirm')
      expect(isDisputed).toBe(named.some(({ says }) => says !== 'affirm'))
    }),
  )
})

test('names are short, on one line, and without signs that hide or turn what stands beside them', () => {
  fc.assert(
    fc.property(words, (all) => {
      const told = opinionsFrom(all)
      expect(told.length).toBeLessThanOrEqual(100)
      for (const { who } of told) expect(who).toMatch(/^\P{C}{1,100}$/u)
    }),
  )
})
