import { expect, test } from 'vitest'
import { modules } from '../../server/src/modules.ts'
import { loadSchemas } from '../../server/src/storage/load.ts'
import { en } from '../src/messages/en.ts'
import { keptWords } from '../src/messages/kept.ts'

const schemas = await loadSchemas(modules.map(({ href }) => href))
const rules = schemas.flatMap(({ tables }) => Object.entries(tables).map(([table, { kept }]) => ({ table, kept })))

test.each(Object.entries(keptWords))(
  'each table of the server has its words in %s: what, why, and how long',
  (_, words) => {
    expect(Object.keys(words).sort()).toEqual(rules.map(({ table }) => table).sort())
    for (const { table, kept } of rules) {
      const said = words[table]
      // Where no number says how long, or an exception makes it longer, words do.
      expect([table, said?.how !== undefined]).toEqual([table, !('from' in kept)])
      expect([table, said?.longer !== undefined]).toEqual([table, 'unless' in kept])
      expect(`${said?.what} ${said?.why} ${said?.how} ${said?.longer}`).not.toMatch(
        /_|\b(select|table|row|work)\b \w+\.|state in/,
      )
    }
  },
)

test('each point in time from which a table counts has its words', () => {
  const points = new Set(rules.flatMap(({ kept }) => ('from' in kept ? [kept.from] : [])))
  expect([...points].sort()).toEqual(Object.keys(en.retention.since).sort())
})
