import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { schema } from './tables.ts'

test('what ran before versions were kept is taken over, with what it replaced', () => {
  const db = new DatabaseSync(':memory:')
  db.exec('create table retention_guard (table_name text)')
  const [rules, versions] = schema.steps
  const run = (step: typeof rules) => {
    for (const statement of step?.up('sqlite') ?? expect.fail('no such step')) {
      if (typeof statement === 'string') db.exec(statement)
    }
  }
  run(rules)
  const insert = db.prepare(`insert into rulesets (name, version, hash, text, schema_text, state, live_at, "by", record)
    values ('core', ?, ?, 'text', 'schema', ?, ?, 'R-1', 'rec')`)
  insert.run(1, 'h1', 'retired', 100)
  insert.run(3, 'h3', 'live', 300)
  insert.run(2, 'h2', 'retired', 200)
  run(versions)
  const rows = db
    .prepare('select version, state, author, locked_at, live_at, before_hash from ruleset_versions order by version')
    .all()
  expect(rows.map((row) => ({ ...row }))).toEqual([
    { version: 1, state: 'retired', author: 'R-1', locked_at: 100, live_at: 100, before_hash: null },
    { version: 2, state: 'retired', author: 'R-1', locked_at: 200, live_at: 200, before_hash: 'h1' },
    { version: 3, state: 'live', author: 'R-1', locked_at: 300, live_at: 300, before_hash: 'h2' },
  ])
  db.close()
})
