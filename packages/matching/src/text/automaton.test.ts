import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildTables, mergedText, scan } from './automaton.ts'

const RUNS = process.env.LAMPLIGHTER_DEEP === '1' ? 20_000 : 500

/** Every place where a pattern ends, found by trying all of them. */
function naive(patterns: readonly string[], text: string): string[] {
  const found: string[] = []
  for (let end = 1; end <= text.length; end += 1) {
    const here = patterns.filter((pattern) => mergedText(text.slice(0, end)).endsWith(mergedText(pattern)))
    for (const pattern of here.sort((a, b) => b.length - a.length)) found.push(`${pattern}@${end}`)
  }
  return found
}

function found(patterns: readonly string[], text: string): string[] {
  const all: string[] = []
  scan(buildTables(patterns), text, (pattern, end) => all.push(`${patterns[pattern - 1]}@${end}`))
  return all
}

/** Few letters, so that patterns end inside each other; and so many that rare ones are written with digits. */
const few = fc.constantFrom('a', 'b', 'l', 'i', ' ')
const wide = fc.oneof(
  few,
  fc.integer({ min: 0x100, max: 0x5ff }).map((unit) => String.fromCharCode(unit)),
)

test.each([
  ['a few letters', few, 1],
  ['more letters than have a symbol of their own', wide, 60],
])('finds in any text of %s what trying every place finds', (_, unit, least) => {
  const pattern = fc.string({ unit, minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(
      fc.uniqueArray(pattern, { selector: mergedText, minLength: least, maxLength: least + 30 }),
      fc.array(fc.oneof(fc.string({ unit, maxLength: 8 }), pattern), { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 6 }),
      (patterns, parts, planted) => {
        const text = [...parts, ...planted.map((at) => patterns[at % patterns.length])].join('')
        expect(found(patterns, text)).toEqual(naive(patterns, text))
      },
    ),
    { numRuns: least === 1 ? RUNS : RUNS / 5 },
  )
})

test('without patterns nothing is found', () => {
  expect(found([], 'anything')).toEqual([])
})

test('letters of more than 4,096 kinds are told apart', () => {
  const patterns = Array.from({ length: 6_000 }, (_, at) =>
    String.fromCharCode(0x4e00 + at, 0x4e00 + ((at * 7) % 6_000)),
  )
  const text = `${patterns[17]}x${patterns[5_999]}`
  expect(found(patterns, text)).toEqual(naive(patterns, text))
})
