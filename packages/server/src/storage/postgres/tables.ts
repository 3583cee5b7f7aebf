import pg from 'pg'
import { notConnected, postgresFailure } from './failures.ts'

const CONNECT_MS = 5_000

// Tables that an extension brought are not somebody's data.
const TABLES = `select c.relname as name from pg_class c
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  order by 1`

/**
 * Names of the tables in the place where Lamplighter would make its own. Changes nothing.
 *
 * @throws StorageError `storage_unavailable` · `statement_failed`
 */
export async function tablesIn(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS })
  // Without a listener a connection that breaks would end the process; the statement fails and tells.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ name: string }>(TABLES)
    return rows.map(({ name }) => name)
  } catch (error) {
    const told = notConnected(error, url)
    throw postgresFailure(told) ?? told
  } finally {
    await client.end().catch(() => undefined)
  }
}
