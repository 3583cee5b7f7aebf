import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const folder = new URL('./', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8')

/** What the checker can say: the codes that stand alone between quotes in its sources. */
const given = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .flatMap((name) => [...read(name).matchAll(/'([A-Z]\d\d)'/g)].map(([, code = '']) => code))

test('every code that the checker gives is planted, with its text and its place (rules 11.7)', () => {
  const planted = new Set([...read('diagnostics.test.ts').matchAll(/\d+:\d+ ([A-Z]\d\d) /g)].map(([, code]) => code))
  const codes = [...new Set(given)].sort()
  expect(codes.length).toBeGreaterThan(30)
  expect(codes.filter((code) => !planted.has(code))).toEqual([])
})
