import { expect, test } from 'vitest'
import { isWeak, kindOfDigest, parseDigest } from './digests.ts'

const digest = (text: string) => parseDigest(text) ?? expect.fail(`${text} is a digest`)

test('digests are told apart by their length, everything else is refused', () => {
  expect(kindOfDigest(digest('A'.repeat(64)))).toBe('sha256')
  expect(kindOfDigest(digest('a'.repeat(40)))).toBe('sha1')
  expect(kindOfDigest(digest('a'.repeat(32)))).toBe('md5')
  for (const wrong of ['', 'a'.repeat(63), 'g'.repeat(64), `${'a'.repeat(64)}\n`])
    expect(parseDigest(wrong)).toBeUndefined()
})

test('matching 22: MD5 and SHA-1 are weak, SHA-256 is not', () => {
  expect([isWeak('md5'), isWeak('sha1'), isWeak('sha256')]).toEqual([true, true, false])
})
