import { readFileSync } from 'node:fs'
import * as here from '@lamplighter/rules'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noBrowser, openBrowser, type Watched } from './support/browser.ts'
import { bundled } from './support/bundle.ts'

const rules = new URL('../../rules/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(`wick/${name}`, rules), 'utf8')

/** What a rule set comes to: its hash, what each of its parts means, and what its tests say of it. */
function meaningOf({ check, lockOf, runTests, readSchema, canonicalJson }: typeof here, text: string, schema: string) {
  const read = readSchema({ name: 'schema', text: schema }).schema
  if (read === undefined) throw new Error('the schema does not check')
  const { ruleset } = check({ name: 'rules', text }, read)
  if (ruleset === undefined) throw new Error('the rules do not check')
  return canonicalJson(
    JSON.parse(JSON.stringify({ hash: ruleset.hash, lock: lockOf(ruleset), tests: runTests(ruleset) })),
  )
}

describe.skipIf(noBrowser)('rules 11.8: the rules package in a browser', () => {
  let browser: Watched
  let script: string
  beforeAll(async () => {
    browser = await openBrowser()
    script = await bundled(rules, 'wick')
  })
  afterAll(() => browser.close())

  test('gives every rule set the hash, lock and test report that it has in Node', async () => {
    const { page, context } = await browser.another()
    await page.addScriptTag({ content: `${script} globalThis.meaningOf = ${meaningOf}` })
    const schema = read('chat.schema.wick')
    for (const name of ['core.wick', 'starter.wick']) {
      const text = read(name)
      const there = await page.evaluate(
        ([rules, schema]) => Reflect.get(globalThis, 'meaningOf')(Reflect.get(globalThis, 'wick'), rules, schema),
        [text, schema] as const,
      )
      expect(there).toBe(meaningOf(here, text, schema))
      expect(there).toContain('"hash":"sha256:')
    }
    await context.close()
  })
})
