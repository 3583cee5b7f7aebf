import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import type { Place } from '../../storage/testing/engines.ts'

/** All rows of all tables, read past everything, as somebody would who has taken the database away. */
export async function allTables({
  folder,
  url,
  schema,
}: Place): Promise<ReadonlyMap<string, Record<string, unknown>[]>> {
  if (url === undefined) {
    const database = new DatabaseSync(join(folder, 'lamplighter.db'), { readOnly: true })
    const names = database.prepare("select name from sqlite_master where type = 'table'").all()
    const tables = names.map(({ name }): [string, Record<string, unknown>[]] => [
      String(name),
      database.prepare(`select * from "${name}"`).all(),
    ])
    database.close()
    return new Map(tables)
  }
  const client = new pg.Client(url)
  await client.connect()
  const { rows: names } = await client.query(
    "select table_name as name from information_schema.tables where table_schema = $1 and table_type = 'BASE TABLE'",
    [schema],
  )
  const tables = new Map<string, Record<string, unknown>[]>()
  for (const { name } of names) tables.set(name, (await client.query(`select * from ${schema}."${name}"`)).rows)
  await client.end()
  return tables
}
