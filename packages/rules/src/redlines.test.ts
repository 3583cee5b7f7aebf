import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { chat, findings, rule, ruleset, shipped } from '../test/files.ts'
import { check, runTests } from './index.ts'

const HERE = new URL('.', import.meta.url)
const FILES = readdirSync(HERE, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
)

describe('red lines (rules 11.10)', () => {
  test.each(FILES)('%s imports nothing from outside, makes no code, and knows neither clock nor chance', (name) => {
    const text = readFileSync(new URL(name, HERE), 'utf8')
    const imports = [...text.matchAll(/from '([^']+)'/g)].map(([, from]) => from)
    expect(imports.filter((from) => !from?.startsWith('.'))).toEqual([])
    expect(text).not.toMatch(
      /\beval\(|\bnew Function\b|\bimport\(|Date\.now|new Date\(\)|Math\.random|performance\.|\bprocess\.|\bfetch\(/,
    )
  })

  test('there is no dependency', () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as object
    expect(manifest).not.toHaveProperty('dependencies')
  })

  test('a limit falls on the person addressed, whatever the event', () => {
    for (const kind of chat.events.values()) {
      const body = rule({
        head: 'harm spam policy "P" severity low phase follow',
        on: `on ${kind.name}`,
        when: 'actor.verified is known',
        effects: 'limit "links" for 1h',
        tell: 'tell user "x"',
      })
      expect([kind.name, ruleset(body).rules[0]?.effects]).toEqual([
        kind.name,
        [{ do: 'limit', what: 'links', for: 3_600_000, on: kind.about }],
      ])
    }
  })

  test('no sealed field can be printed, to staff or to anyone', () => {
    for (const path of ['item.text', 'media.digests', 'media.pdq']) {
      expect(findings(rule({ because: `{${path}}` })).map((one) => one.split(' ')[1])).toEqual(['P07'])
      const told = findings(rule({ effects: 'block', tell: `tell user "{${path}}"` })).map((one) => one.split(' ')[1])
      expect(told).toEqual(['P07'])
    }
  })

  test('no sealed field can key a counter or be its member', () => {
    for (const what of ['count by item.text', 'distinct item.text by actor.id']) {
      const body = `counter c = ${what} on message over 1h exact up to 5\n${rule({ when: 'c > 2', unknown: 'on unknown ignore' })}`
      expect(findings(body).map((one) => one.split(' ')[1])).toEqual(['P07'])
    }
  })

  test('evaluating generates no code', () => {
    // Under --disallow-code-generation-from-strings this throws; here the constructor itself is watched.
    const native = globalThis.Function
    let made = 0
    globalThis.Function = new Proxy(native, {
      construct: (target, args) => {
        made += 1
        return Reflect.construct(target, args) as object
      },
      apply: (target, self, args) => {
        made += 1
        return Reflect.apply(target, self, args) as unknown
      },
    })
    try {
      for (const name of ['starter.wick', 'core.wick']) {
        const { ruleset: found } = check(shipped(name), chat)
        if (found !== undefined) runTests(found)
      }
    } finally {
      globalThis.Function = native
    }
    expect(made).toBe(0)
  })
})
