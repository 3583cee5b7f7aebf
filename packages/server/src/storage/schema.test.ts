import { expect, test } from 'vitest'
import { addColumn, days, defineSchema, type Kept, table } from './index.ts'

const steps = [
  { id: '0001-notes', up: (engine: 'sqlite' | 'postgres') => [table(engine, 'notes', { id: 'text primary key' })] },
]
const kept: Kept = { forever: 'test' }

test('platform P-28: a table without "kept" does not load', () => {
  expect(() => defineSchema({ subject: 's', steps, tables: {} })).toThrow('table "notes" of s has no "kept"')
})

test('a rule for a table that no step creates does not load', () => {
  expect(() => defineSchema({ subject: 's', steps, tables: { notes: { kept }, other: { kept } } })).toThrow(/"other"/)
})

test('a time outside its own bounds does not load', () => {
  const wrong = { from: 'at', default: days(10), min: days(20), max: days(30) }
  expect(() => defineSchema({ subject: 's', steps, tables: { notes: { kept: wrong } } })).toThrow(/min ≤ default ≤ max/)
})

test('steps are numbered upwards', () => {
  const [first] = steps
  if (first === undefined) throw new Error('no step')
  const rule = { notes: { kept } }
  expect(() => defineSchema({ subject: 's', steps: [{ ...first, id: 'notes' }], tables: rule })).toThrow(/such as 0001/)
  const twice = [first, { id: '0001-again', up: () => [] }]
  expect(() => defineSchema({ subject: 's', steps: twice, tables: rule })).toThrow(/must grow/)
})

test('one declaration gives the table of both engines', () => {
  const columns = { id: 'text primary key', at: 'bigint not null', flag: 'smallint not null default 0', body: 'bytes' }
  expect(table('sqlite', 'notes', columns, ['unique (at)'])).toBe(
    'create table notes (id text primary key, at integer not null, flag integer not null default 0, body blob, unique (at)) strict',
  )
  expect(table('postgres', 'notes', columns, ['unique (at)'])).toBe(
    'create table notes (id text collate "C" primary key, at bigint not null, flag smallint not null default 0, body bytea, unique (at))',
  )
  expect(addColumn('postgres', 'notes', 'who', 'text')).toBe('alter table notes add column who text collate "C"')
  expect(() => table('sqlite', 'notes', { id: 'uuid' })).toThrow(/column type "uuid"/)
})
