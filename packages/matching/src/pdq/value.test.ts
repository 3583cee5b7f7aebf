import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bitsSet, distanceBits, type Pdq, parsePdq, pdqOfWords, wordsOfPdq } from './value.ts'

const SOUND = 'd8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22'

test('matching 15: upper case is lowered, everything that is no hash is refused', () => {
  expect(parsePdq(SOUND.toUpperCase())).toBe(SOUND)
  for (const wrong of [SOUND.slice(1), `${SOUND}0`, `0x${SOUND.slice(2)}`, '', 'g'.repeat(64), `${SOUND}\n`]) {
    expect(parsePdq(wrong), wrong).toBeUndefined()
  }
})

test('hashes with too few or too many bits set are malformed: they would match too much', () => {
  expect(parsePdq('0'.repeat(64))).toBeUndefined()
  expect(parsePdq('f'.repeat(64))).toBeUndefined()
  expect(parsePdq(`7fff${'0'.repeat(60)}`)).toBeUndefined()
  expect(parsePdq(`ffff${'0'.repeat(60)}`)).toBeDefined()
})

const words = fc.uint32Array({ minLength: 8, maxLength: 8 })

test('words and text say the same', () => {
  fc.assert(
    fc.property(words, (w) => {
      expect([...wordsOfPdq(pdqOfWords(w))]).toEqual([...w])
    }),
  )
})

test('the distance is the number of bits that differ', () => {
  const slow = (a: Pdq, b: Pdq) => (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length
  fc.assert(
    fc.property(words, words, (a, b) => {
      const [x, y] = [pdqOfWords(a), pdqOfWords(b)]
      expect(distanceBits(x, y)).toBe(slow(x, y))
      expect(distanceBits(x, x)).toBe(0)
      expect(bitsSet(x)).toBe(slow(x, '0'.repeat(64) as Pdq))
    }),
  )
})
