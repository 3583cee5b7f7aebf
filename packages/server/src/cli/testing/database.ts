import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { testServer } from '../../storage/testing/postgres.ts'

/** A database of its own on the test server, gone afterwards. */
export async function usingDatabase(
  use: (url: string, query: (sql: string) => Promise<Record<string, unknown>[]>) => Promise<void>,
): Promise<void> {
  const server = (await testServer()) ?? ''
  const admin = new pg.Client(server)
  await admin.connect()
  const name = `own_${randomBytes(6).toString('hex')}`
  await admin.query(`create database ${name}`)
  const url = server.replace(/\/\w+(?=\?|$)/, `/${name}`)
  const client = new pg.Client(url)
  await client.connect()
  try {
    await use(url, async (sql) => (await client.query(sql)).rows)
  } finally {
    await client.end()
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  }
}
