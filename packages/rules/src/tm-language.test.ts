import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { shipped } from '../test/files.ts'
import { editor } from './index.ts'
import { tmLanguage } from './tm-language.ts'
import { RULE_WORDS, SCHEMA_WORDS } from './words.ts'

interface Pattern {
  readonly name: string
  readonly match?: string
  readonly begin?: string
  readonly end?: string
}

const FILE = new URL('../editor/wick.tmLanguage.json', import.meta.url)
const grammar = JSON.parse(readFileSync(FILE, 'utf8')) as { readonly patterns: readonly Pattern[] }

/** What `editor.tokens` calls what a grammar's scope is. */
const KINDS: Readonly<Record<string, string>> = {
  'comment.line.number-sign.wick': 'comment',
  'string.quoted.double.wick': 'string',
  'string.regexp.wick': 'pattern',
  'constant.numeric.duration.wick': 'number',
  'constant.numeric.wick': 'number',
  'constant.numeric.version.wick': 'number',
  'variable.other.member.wick': 'path',
  'constant.language.wick': 'keyword',
  'keyword.control.wick': 'keyword',
  'variable.other.wick': 'name',
  'keyword.operator.wick': 'sign',
}

/** Colours one line as an editor does: at each place the first pattern that matches there. */
function coloured(line: string): string[] {
  const found: string[] = []
  const patterns = grammar.patterns.map(({ name, match, begin, end }) => ({
    kind: KINDS[name],
    // A text that begins and ends on one line, with its escapes.
    regex: new RegExp(match ?? `${begin}(?:[^"\\\\]|\\\\.)*(?:${end})`, 'y'),
  }))
  for (let at = 0; at < line.length; ) {
    const hit = patterns.flatMap(({ kind, regex }) => {
      regex.lastIndex = at
      const text = regex.exec(line)?.[0]
      return text === undefined || text === '' ? [] : [{ kind, text }]
    })[0]
    if (hit !== undefined) found.push(`${hit.kind} ${hit.text.trimEnd()}`)
    at += hit?.text.length ?? 1
  }
  return found
}

describe('the grammar for editors (rules.md §9)', () => {
  test('is the one that the lexer gives; after a change run: node packages/rules/editor/write.ts', () => {
    expect(grammar).toEqual(tmLanguage())
  })

  test.each(['core.wick', 'starter.wick'])('colours %s as the console does', (name) => {
    const { text } = shipped(name)
    // Words that only a schema gives a meaning are names to the console, which edits rules.
    const own = editor.tokens(text).map((one) => {
      const word = text.slice(one.from, one.to)
      const kind = one.kind === 'name' && SCHEMA_WORDS.has(word) ? 'keyword' : one.kind
      return `${kind} ${word.trimEnd()}`
    })
    expect(text.split('\n').flatMap(coloured)).toEqual(own)
  })

  test('every word that a parser takes is in the table', () => {
    const folder = new URL('.', import.meta.url)
    const parsers = readdirSync(folder).filter((name) => /^parse(-[a-z]+)?\.ts$/.test(name))
    const taken = parsers.flatMap((name) =>
      [...readFileSync(new URL(name, folder), 'utf8').matchAll(/(?:take|want|sees|clause)\('([a-z]+)'/g)].map(
        ([, word]) => word,
      ),
    )
    expect(new Set(taken).size).toBeGreaterThan(60)
    expect([...new Set(taken)].filter((word) => !RULE_WORDS.has(word ?? '') && !SCHEMA_WORDS.has(word ?? ''))).toEqual(
      [],
    )
  })
})
