import { type HashMatch, Variant } from '@lamplighter/api'
import { expect, test } from 'vitest'
import { de } from '../messages/de.ts'
import { en } from '../messages/en.ts'
import { matchWords } from './match-words.ts'

const way = { variant: 'original', of: 'stored', ground: null, frame: null, atMs: null } as const
const match: HashMatch = { kind: 'pdq', distanceBits: 12, way, weak: false }
const words = (more: Partial<HashMatch>, t = en): string => matchWords(t, { ...match, ...more }).join(' · ')

test('a match says how far, how the picture lies, and which picture of the file it was', () => {
  expect(words({})).toBe('PDQ, 12 bits apart · lies like the listed one · as stored in the file')
  expect(words({ way: { ...way, variant: 'turned_90', of: 'shown' } })).toBe(
    'PDQ, 12 bits apart · turned 90° clockwise · as viewers show it',
  )
  expect(words({ way: { ...way, frame: 6, ground: 'white' } })).toContain(
    'transparent, on white · picture 7 of the file',
  )
  expect(words({ way: { ...way, frame: 6, atMs: 66_000 } })).toContain('at 1:06, frame 7')
  expect(words({ way: { ...way, frame: 7_300, atMs: 7_300_000 } })).toContain('at 2:01:40, frame 7301')
})

test('a digest has neither distance nor orientation; a weak match says so first', () => {
  expect(words({ kind: 'md5', distanceBits: 0, way: null })).toBe('MD5, same')
  expect(words({ weak: true })).toBe(
    `${en.match.weak} · PDQ, 12 bits apart · lies like the listed one · as stored in the file`,
  )
})

test('a video says how much of each is in the other one, and never more than there is', () => {
  const wayOf = { ...way, of: null }
  const shares = { listed: 599 / 600, query: 1 / 6 }
  expect(words({ kind: 'vpdq', distanceBits: 2, shares, way: wayOf })).toBe(
    '99% of the listed video is in this one, 16% of this one in it · lies like the listed one',
  )
  expect(words({ kind: 'vpdq', shares, way: { ...wayOf, variant: 'mirrored_y' } }, de)).toBe(
    '99 % des gelisteten Videos sind in diesem, 16 % von diesem in jenem · seitenverkehrt',
  )
})

test('each of the eight ways to lie is said in its own words, in both languages', () => {
  for (const t of [en, de]) {
    const said = Variant.options.map((variant) => words({ way: { ...way, variant } }, t))
    expect(new Set(said).size).toBe(8)
  }
  expect(words({ way: { ...way, variant: 'turned_270', of: 'shown' } }, de)).toBe(
    'PDQ, 12 Bit Abstand · 90° gegen den Uhrzeigersinn gedreht · wie Betrachter es zeigen',
  )
})

test('a hash that the platform made does not say whether the picture was turned upright', () => {
  expect(words({ way: { ...way, of: null } })).toBe('PDQ, 12 bits apart · lies like the listed one')
})
