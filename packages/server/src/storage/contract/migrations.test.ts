import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defineSchema, table } from '../index.ts'
import { loadSchemas } from '../load.ts'
import { type MigrationTarget, migrate } from '../migrate.ts'
import { migrationTarget as postgresTarget } from '../postgres/migration-target.ts'
import { openWriter } from '../sqlite/database.ts'
import { migrationTarget as sqliteTarget } from '../sqlite/migration-target.ts'
import { engines, type Place } from '../testing/engines.ts'
import { MODULES } from '../testing/opened.ts'

/** A database as the migrations see it, and as a text that is equal for equal schemas. */
interface Raw {
  target: MigrationTarget
  dump(): Promise<string>
  run(sql: string): Promise<void>
  close(): Promise<void>
}

async function rawOf(place: Place): Promise<Raw> {
  return place.url === undefined ? rawSqlite(place.folder) : rawPostgres(place.url, place.schema ?? 'public')
}

function rawSqlite(folder: string): Raw {
  const db = openWriter(join(folder, 'lamplighter.db'))
  return {
    target: sqliteTarget(db, 'test'),
    dump: async () => JSON.stringify(db.prepare('select type, name, sql from sqlite_schema order by type, name').all()),
    run: async (sql) => db.exec(sql),
    close: async () => db.close(),
  }
}

async function rawPostgres(url: string, schema: string): Promise<Raw> {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  const use = async <T>(run: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect()
    try {
      return await run(client)
    } finally {
      await client.query('rollback')
      client.release()
    }
  }
  const all = async (sql: string) => (await pool.query(sql, [schema])).rows
  return {
    target: postgresTarget(use, { schema, by: 'test' }),
    async dump() {
      const columns = await all(
        `select table_name, column_name, data_type, collation_name, is_nullable, column_default
         from information_schema.columns where table_schema = $1 order by table_name, ordinal_position`,
      )
      const indexes = await all('select indexname, indexdef from pg_indexes where schemaname = $1 order by indexname')
      const triggers = await all(
        `select trigger_name, event_manipulation, action_statement from information_schema.triggers
         where trigger_schema = $1 order by trigger_name, event_manipulation`,
      )
      return JSON.stringify({ columns, indexes, triggers }).replaceAll(schema, 'SCHEMA')
    },
    run: async (sql) => {
      await use((client) => client.query(`begin; set local search_path = ${schema}; ${sql}; commit`))
    },
    close: () => pool.end(),
  }
}

describe.each(engines)('migrations on $name', (engine) => {
  let place: Place
  let raw: Raw
  const schemas = () => loadSchemas(MODULES.map((module) => module.href))

  beforeEach(async () => {
    place = await engine.place()
    raw = await rawOf(place)
  })
  afterEach(async () => {
    await raw.close()
    await place.remove()
  })

  test('K-12: killed after every step and started again, the schema is that of a fresh one', async () => {
    const all = await schemas()
    const steps = await migrate(raw.target, all)
    const fresh = await raw.dump()
    expect(fresh).toContain('bank_transfers')
    for (let survived = 0; survived < steps; survived++) {
      const other = await engine.place()
      const killed = await rawOf(other)
      let done = 0
      const dying: MigrationTarget = {
        ...killed.target,
        async apply(step) {
          if (done === survived) throw new Error('killed')
          await killed.target.apply(step)
          done += 1
        },
      }
      await expect(migrate(dying, all)).rejects.toThrow('killed')
      expect(await migrate(killed.target, all)).toBe(steps - survived)
      expect(await killed.dump()).toBe(fresh)
      await killed.close()
      await other.remove()
    }
    expect(await migrate(raw.target, all)).toBe(0)
  })

  test('a step that fails in its middle leaves nothing of itself', async () => {
    const broken = defineSchema({
      subject: 'broken',
      steps: [
        { id: '0001-half', up: (e) => [table(e, 'half_done', { id: 'text primary key' }), 'select no_such_column'] },
      ],
      tables: { half_done: { kept: { forever: 'test' } } },
    })
    const before = await schemas()
    await migrate(raw.target, before)
    const clean = await raw.dump()
    await expect(migrate(raw.target, [...before, broken])).rejects.toThrow(/no_such_column/)
    expect(await raw.dump()).toBe(clean)
  })

  test('a changed step, a newer step and a hole refuse the start and say what to do', async () => {
    const all = await schemas()
    await migrate(raw.target, all)
    await raw.run("update migrations set sha256 = 'x' where id = 'bank/0001-accounts'")
    await expect(migrate(raw.target, all)).rejects.toMatchObject({
      code: 'schema_changed',
      message: expect.stringContaining('bank/0001-accounts'),
    })
    await raw.run("delete from migrations where id = 'bank/0001-accounts'")
    await expect(migrate(raw.target, all)).rejects.toMatchObject({
      code: 'schema_hole',
      message: expect.stringContaining('bank/0001-accounts is missing although bank/0002-transfers was applied'),
    })
    const withoutBank = all.filter((schema) => schema.subject !== 'bank')
    await expect(migrate(raw.target, withoutBank)).rejects.toMatchObject({ code: 'schema_newer' })
    await expect(place.open([])).rejects.toMatchObject({ code: 'schema_newer' })
  })

  test('two processes that start at once migrate once', async () => {
    await raw.close()
    const opened = await Promise.allSettled([place.open(MODULES), place.open(MODULES)])
    const stores = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const refused = opened.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    // On one folder only one process may be; on a server both are, and each step ran once.
    if (engine.name === 'postgres') expect(refused).toEqual([])
    expect(stores).toHaveLength(engine.name === 'sqlite' ? 1 : 2)
    await Promise.all(stores.map((store) => store.close()))
    raw = await rawOf(place)
    expect(await migrate(raw.target, await schemas())).toBe(0)
  })
})
