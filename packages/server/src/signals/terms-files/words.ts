import { readFileSync } from 'node:fs'
import { view } from '@lamplighter/matching'

const folder = new URL('./words/', import.meta.url)

/** The languages of which common words are built in. */
export const LANGUAGES = ['en', 'de'] as const

const held = new Map<string, ReadonlySet<string>>()

/**
 * Common words of all built-in languages together, as views read them: what stands one slip from a term and is one of these is no close
 * hit (text.md §3.1). Read when first asked for.
 */
export const commonWords = (): ReadonlySet<string> => wordsOf(LANGUAGES)

/** Given names that many people bear. */
export const givenNames = (): ReadonlySet<string> => wordsOf(['given-names'])

function wordsOf(files: readonly string[]): ReadonlySet<string> {
  const key = files.join(' ')
  const before = held.get(key)
  if (before !== undefined) return before
  const words = new Set(files.flatMap((file) => wordsIn(readFileSync(new URL(`${file}.txt`, folder), 'utf8'))))
  held.set(key, words)
  return words
}

function wordsIn(text: string): string[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'))
  return lines.flatMap((line) => line.split(' ')).flatMap((word) => (word === '' ? [] : asRead(word)))
}

const PLAIN = /^[a-z]+$/

/** A word in the form in which it is looked at: without marks. */
export const asRead = (word: string): string => (PLAIN.test(word) ? word : view(word, 'folded').text)

/** A name as names are compared: without marks, signs and the article. */
export const readName = (name: string): string =>
  asRead(name)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .replace(/^the /, '')

const FEW_LETTERS = 4

/**
 * A name that is a common word, a person's name or under four letters proves nothing alone (text.md §4.1). The article before it does
 * not count.
 */
export function isAmbiguous(name: string): boolean {
  const read = readName(name)
  const letters = read.match(/[\p{L}\p{N}]/gu)?.length ?? 0
  return letters < FEW_LETTERS || commonWords().has(read) || givenNames().has(read)
}
