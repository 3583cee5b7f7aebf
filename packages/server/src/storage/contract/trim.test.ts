import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { partitionLease } from '../index.ts'
import { engines, type Place } from '../testing/engines.ts'
import { freshStore } from '../testing/opened.ts'
import { dataFolder } from '../testing/postgres.ts'

const DEEP = process.env.LAMPLIGHTER_DEEP === '1'
const CHUNKS = DEEP ? 2_000 : 24
const BODY_BYTES = 2 ** 19
const MARKER = 'canary-of-a-trimmed-body'

describe.each(engines)('trimming on $name', (engine) => {
  const opened = freshStore(engine, { partitions: 4 })

  test('K-13: chunks that were followed and trimmed leave the disk, and none of their bytes is found in the data files', async () => {
    const { stream, leases } = opened.storage
    const body = Buffer.alloc(BODY_BYTES, MARKER)
    for (let n = 0; n < CHUNKS; n++) await stream.append([{ key: `k${n}`, at: opened.now, body: [body] }])
    expect(await found(opened.place)).toBe(true)
    const before = await sizeOf(opened.place)
    expect(before).toBeGreaterThan(CHUNKS * BODY_BYTES)
    for (let part = 0; part < 4; part++) {
      const owner = await leases.acquire(partitionLease('g', part), 60_000)
      if (owner === undefined) throw new Error('the lease is taken')
      for (;;) {
        const batch = await stream.next('g', owner, { records: 100, bytes: 2 ** 22 })
        if (batch.records.length === 0) break
        await stream.advance(batch, owner)
      }
    }
    opened.now += 3_600_000
    expect(await stream.trim()).toBe(CHUNKS)
    await opened.storage.compact()
    expect(await found(opened.place)).toBe(false)
    expect(await sizeOf(opened.place)).toBeLessThan(before / 10)
    await stream.append([{ key: 'k', at: opened.now, body: [new Uint8Array([1])] }])
    expect(await stream.backlog('g')).toMatchObject({ records: 1 })
  }, 120_000)
})

async function onServer<T>(place: Place, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(place.url)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/** Bytes of the data files: the database file, or the relations of the schema. */
async function sizeOf(place: Place): Promise<number> {
  if (place.url === undefined) return statSync(join(place.folder, 'lamplighter.db')).size + walSize(place.folder)
  return onServer(place, async (client) => {
    const sum = `select sum(pg_total_relation_size(c.oid)) as bytes from pg_class c
      where c.relnamespace = $1::regnamespace and c.relkind = 'r'`
    return Number((await client.query(sum, [place.schema])).rows[0]?.bytes)
  })
}

function walSize(folder: string): number {
  return statSync(join(folder, 'lamplighter.db-wal')).size
}

/** Whether the marker is in any data file, once everything has been written out. */
async function found(place: Place): Promise<boolean> {
  if (place.url === undefined) {
    const files = ['lamplighter.db', 'lamplighter.db-wal'].map((name) => join(place.folder, name))
    return files.some((file) => readFileSync(file).includes(MARKER))
  }
  const folder = dataFolder()
  if (folder === undefined) {
    console.warn(
      'SKIPPED: the data files of a server named by LAMPLIGHTER_TEST_POSTGRES cannot be searched, sizes are compared',
    )
    return (await sizeOf(place)) > BODY_BYTES
  }
  await onServer(place, (client) => client.query('checkpoint'))
  const base = join(folder, 'base')
  const files = readdirSync(base, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(MARKER))
}
