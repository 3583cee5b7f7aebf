import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { check } from './check.ts'
import { readSchema } from './schema.ts'
import { countsOthers } from './share.ts'

const file = new URL('../wick/chat.schema.wick', import.meta.url)
const { schema } = readSchema({ name: 'schema', text: readFileSync(file, 'utf8') })

/** What a rule over messages that asks this reads of others. */
function othersIn(when: string): string[] {
  const text = `ruleset some version 1 owner "lead@example.org"
    use schema chat version 1
    counter own = count by actor.id on message over 1h exact up to 50
    counter pair = count by target.id, actor.id on message over 1h exact up to 50
    counter link = count by item.link_key on message over 1h exact up to 50
    counter got = count by target.id on message over 1h exact up to 50
    ${when.includes('many') ? 'let many = link >= 3' : ''}
    rule asked v1 {
      harm spam policy "SPAM-3" severity low phase gate
      on message
      when ${when}
      then label "x"
      on unknown ignore
      because "x"
    }`
  if (schema === undefined) throw new Error('the shipped schema has faults')
  const { ruleset, diagnostics } = check({ name: 'rules', text }, schema)
  const [rule] = ruleset?.rules ?? []
  if (ruleset === undefined || rule === undefined) throw new Error(JSON.stringify(diagnostics))
  return countsOthers(rule, ruleset, 'actor.id')
}

test.each([
  ['own >= 3', []],
  ['pair >= 3', []],
  ['pair of target.id, actor.id >= 3 and item.link_count > 0', []],
  ['link >= 3', ['link']],
  ['own >= 3 and (many or link + own >= 9)', ['link']],
  ['got of actor.id >= 2', ['got of actor.id']],
  ['own of target.id >= 2 or not got >= 3', ['own of target.id', 'got']],
  ['pair of actor.id, target.id >= 2', ['pair of actor.id, target.id']],
  ['item.link_count > 0', []],
] as const)('%s', (when, others) => {
  expect(othersIn(when)).toEqual(others)
})
