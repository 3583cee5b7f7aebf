import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { condition, DECLARED } from '../test/arbitrary.ts'
import { chat, DEEP, rule, rules, ruleset, shipped } from '../test/files.ts'
import { Findings } from './diagnostic.ts'
import { check, editor, format, readSchema } from './index.ts'
import { lex } from './lex.ts'
import { parse } from './parse.ts'

/** A syntax tree without places, and without the brackets that format may add. */
function bare(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bare)
  if (typeof node !== 'object' || node === null) return node
  if ((node as { kind?: unknown }).kind === 'paren') return bare((node as { of: unknown }).of)
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, value]) => (key.endsWith('At') || key === 'at' ? [] : [[key, bare(value)]])),
  )
}

function tree(text: string): unknown {
  return bare(parse({ name: 'x', text }, new Findings()))
}

function formatted(text: string): string {
  const { text: out, diagnostics } = format({ name: 'x', text })
  if (out === undefined) throw new Error(JSON.stringify(diagnostics))
  return out
}

describe('format (rules 11.8)', { timeout: 10_800_000 }, () => {
  test.each(['starter.wick', 'core.wick', 'chat.schema.wick'])(
    '%s: the same tree, the same comments, and nothing changes twice',
    (name) => {
      const { text } = shipped(name)
      const once = formatted(text)
      expect(formatted(once)).toBe(once)
      expect(tree(once)).toEqual(tree(text))
      const comments = (of: string) => lex({ name, text: of }, new Findings()).comments.map((one) => one.text)
      expect(comments(once)).toEqual(comments(text))
    },
  )

  test('random rules: parse after format is the identity, and the hash stays', () => {
    fc.assert(
      fc.property(condition, (when) => {
        const source = rules(`${DECLARED}${rule({ when, unknown: 'on unknown ignore' })}`)
        const once = formatted(source.text)
        expect(formatted(once)).toBe(once)
        expect(tree(once)).toEqual(tree(source.text))
        expect(check({ name: 'x', text: once }, chat).ruleset?.hash).toBe(check(source, chat).ruleset?.hash)
      }),
      { numRuns: DEEP ? 20_000 : 300 },
    )
  })

  test('line breaks, spaces and comments anywhere do not change what a file means', () => {
    const text = rules(
      `${DECLARED}${rule({ when: 'calm and heat > 0.5 or item.links in bad', unknown: 'on unknown ignore' })}`,
    ).text
    const cuts = lex({ name: 'x', text }, new Findings()).tokens.map((token) => token.from)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...cuts), fc.constantFrom('\n', '  ', ' # why\n', '\n# alone\n\n')), {
          maxLength: 6,
        }),
        (edits) => {
          let messy = text
          for (const [at, what] of [...edits].sort((a, b) => b[0] - a[0]))
            messy = messy.slice(0, at) + what + messy.slice(at)
          const once = formatted(messy)
          expect(tree(once)).toEqual(tree(text))
          expect(formatted(once)).toBe(once)
          expect(once.split('# ').length).toBe(messy.split('# ').length)
        },
      ),
      { numRuns: DEEP ? 20_000 : 300 },
    )
  })

  test('a bare and inside an or gets its brackets; a long line is broken at its outermost words', () => {
    const clause = 'item.text contains "one" and item.text contains "two"'
    const out = formatted(
      rules(rule({ when: `${clause} or ${clause.replace('two', 'three')} or item.link_count > 100` })).text,
    )
    expect(out).toContain(`  when (item.text contains "one" and item.text contains "two")
    or (item.text contains "one" and item.text contains "three") or item.link_count > 100
`)
  })
})

describe('broken input gives diagnostics, never an exception', { timeout: 10_800_000 }, () => {
  const seeds = ['starter.wick', 'core.wick', 'chat.schema.wick'].map((name) => shipped(name).text)
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(12),
    put: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom(
        '{',
        '}',
        '(',
        '"',
        '`',
        '#',
        '\n',
        ' and ',
        '9'.repeat(400),
        ' rule ',
        '->',
        '{i}',
        '\\u{110000}',
      ),
    ),
  })

  test('files that somebody has hurt', () => {
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 4 }), (seed, edits) => {
        let text = seed
        for (const { at, cut, put } of edits) {
          const from = Math.floor(at * text.length)
          text = text.slice(0, from) + put + text.slice(from + cut)
        }
        const source = { name: 'x', text }
        const { ruleset: found, diagnostics } = check(source, chat)
        expect(found === undefined).toBe(diagnostics.some((one) => one.severity === 'error'))
        for (const { at } of diagnostics) {
          expect(at.from).toBeGreaterThanOrEqual(0)
          expect(at.to).toBeLessThanOrEqual(text.length)
          expect(text.slice(0, at.from).split('\n').length).toBe(at.line)
        }
        readSchema(source)
        format(source)
        editor.tokens(text)
      }),
      { numRuns: DEEP ? 20_000 : 250 },
    )
  })

  test('what grows without end is refused at once', () => {
    const doubled = Array.from({ length: 40 }, (_, i) => `let l${i} = l${i + 1} and l${i + 1}`).join('\n')
    const chained = Array.from({ length: 9000 }, (_, i) => `let l${i} = l${i + 1}`).join('\n')
    for (const lets of [doubled, chained, chained.split('\n').reverse().join('\n')]) {
      const { diagnostics } = check(rules(`${lets}\n${rule({ when: 'l0' })}`), chat)
      expect(diagnostics.map((one) => one.code)).toContain('S02')
    }
    const wide = `let w = ${new Array(900).fill('item.forwarded').join(' or ')}\n`
    const spread = rules(`${wide}${rule({ when: new Array(900).fill('w').join(' or ') })}`)
    expect(check(spread, chat).diagnostics.map((one) => one.code)).toEqual(['S02'])
    for (const long of [
      '1+'.repeat(60_000),
      'not '.repeat(60_000),
      '('.repeat(60_000),
      'a or '.repeat(40_000),
      '-'.repeat(60_000),
    ]) {
      const source = rules(rule({ when: `${long}1` }))
      expect(check(source, chat).diagnostics.map((one) => one.code)).toContain('S02')
      expect(format(source).text).toBeUndefined()
    }
  })

  test('a name of JavaScript is a name like any other', () => {
    const body = rule({ name: 'constructor v1', when: 'item.link_count > 2' })
    expect(ruleset(body).rules[0]?.name).toBe('constructor')
    expect(check(rules(rule({ when: 'actor.constructor == "x"' })), chat).diagnostics.map((one) => one.code)).toEqual([
      'N02',
    ])
    expect(check(rules(rule({ when: 'item.links in constructor' })), chat).diagnostics.map((one) => one.code)).toEqual([
      'N03',
    ])
  })
})
