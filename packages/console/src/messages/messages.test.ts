import { expect, test } from 'vitest'
import { de } from './de.ts'
import { en } from './en.ts'
import { keptWords } from './kept.ts'

const catalogues: Record<string, unknown> = { en: [en, keptWords.en], de: [de, keptWords.de] }

/** Every string of a catalogue by its path; of a function, its source, which holds its words. */
function stringsOf(value: unknown, path: string): [string, string][] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') return [[path, String(value)]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => stringsOf(inner, `${path}.${key}`))
}

/** Claims that nobody can keep (console.md §7), and their translations. */
const banned = [
  'protects you',
  'protect you',
  'safe to view',
  'prevents trauma',
  'reduces harm',
  'keeps you safe',
  'schützt sie',
  'schützt dich',
  'gefahrlos anzusehen',
  'unbedenklich anzusehen',
  'verhindert traumata',
  'verhindert ein trauma',
  'verringert schaden',
  'verringert den schaden',
]

const claimsIn = (catalogue: unknown): string[] =>
  stringsOf(catalogue, '').flatMap(([path, text]) =>
    banned.filter((claim) => text.toLocaleLowerCase().includes(claim)).map((claim) => `${path}: ${claim}`),
  )

test('console 22: no locale claims that a filter protects anybody', () => {
  for (const catalogue of Object.values(catalogues)) expect(claimsIn(catalogue)).toEqual([])
})

test('console 22: a planted claim is found, in a text and in a function, in any locale', () => {
  expect(claimsIn({ ...en, reveal: { ...en.reveal, hide: 'Blur PROTECTS you' } })).toEqual([
    '.reveal.hide: protects you',
  ])
  expect(claimsIn({ ...de, ago: (ms: number) => `Grau schützt Sie seit ${ms}` })).toEqual(['.ago: schützt sie'])
})

const keysOf = (catalogue: unknown): string[] => stringsOf(catalogue, '').map(([path]) => path)

test('all locales have the same keys, and none is empty', () => {
  expect(keysOf(catalogues.de)).toEqual(keysOf(catalogues.en))
  for (const catalogue of Object.values(catalogues))
    for (const [path, text] of stringsOf(catalogue, '')) expect(text.trim(), path).not.toBe('')
})

test('no text of the console holds an id that a machine would write (console 41)', () => {
  for (const [, text] of [...stringsOf(en, ''), ...stringsOf(de, '')])
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|[a-z]{1,6}_[0-9a-z]{26}/)
})
