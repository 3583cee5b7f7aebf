import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeBackup } from '../backup/backup.ts'
import { makeCodec } from '../signals/index.ts'
import type { ListFacts } from '../signals/lists/declaration.ts'
import { sealClear } from '../signals/lists/seal-clear.ts'
import { hashes } from '../signals/pictures/testing/hashes.ts'
import { makeSealer } from '../storage/sealer.ts'
import { engines, type Place } from '../storage/testing/engines.ts'
import { postgresBinaries } from '../storage/testing/postgres.ts'
import { type House, openHouse, type Person } from '../testing/house.ts'
import { Needles } from './testing/needles.ts'
import { allTables } from './testing/tables.ts'

const [PICTURE, ADDED, ...MORE] = hashes(8, 303)
if (PICTURE === undefined || ADDED === undefined) throw new Error('eight are drawn')
const FILE = 'c0ffee11'.repeat(8)
const [TERM, HOST, SOURCE_ID, NOTE] = ['quaywarden', 'shut.harbourgate.example', '42/berthseventeen', 'noteofthesource']
const VALUES = [PICTURE, ADDED, ...MORE, FILE, TERM, HOST, SOURCE_ID, NOTE]
const needles = new Needles(VALUES)
/** As a dump of PostgreSQL writes bytes. */
const dumped = new Needles(VALUES.map((value) => Buffer.from(value).toString('hex')))

describe.each(engines)(
  'matching 30: lists that are not sealed, and whose terms let nothing leave ($name)',
  (engine) => {
    let house: House
    let lead: Person
    beforeAll(async () => {
      house = await openHouse({ engine, bare: true })
      lead = await house.person('lead')
      const row = (value: string) => `${value},90,${SOURCE_ID},A1,${NOTE}`
      const csv = ['value,quality,source_id,class,note', ...[PICTURE, ...MORE].map(row), ''].join('\n')
      await put('tiles', 'pdq', csv, 'text/csv')
      await put('files', 'digest', FILE)
      await put('words', 'text', TERM)
      await put('hosts', 'domain', HOST)
      const body = { value: ADDED, quality: 90, reason: 'as agreed' }
      expect((await lead.call('POST', '/v1/lists/tiles/entries', { body })).status).toBe(201)
    }, 300_000)
    afterAll(() => house.close())

    const put = (id: string, kind: ListFacts['kind'], text: string, contentType = 'text/plain') =>
      house.context.library.import({
        facts: { id, kind, harm: 'spam', sealed: false, context: false, source: 'made', staleAfterMs: null },
        ...{ text, contentType, by: 'operator', live: true },
      })

    /** Where values are found in tables, and in the copy that an operator makes of them. */
    const found = async (): Promise<{ columns: string[]; copy: number }> => {
      const columns = new Set<string>()
      for (const [table, rows] of await allTables(house.place))
        for (const row of rows)
          for (const [column, value] of Object.entries(row))
            if (needles.in(value instanceof Uint8Array ? value : JSON.stringify(value)).length > 0)
              columns.add(`${table}.${column}`)
      return { columns: [...columns], copy: await inCopy(house.place) }
    }
    const entriesOf = async (list: string): Promise<string[]> => {
      const { body, status } = await lead.call('GET', `/v1/lists/${list}/entries`)
      expect(status).toBe(200)
      return body.items.map(({ value }: { value: string }) => value)
    }
    const hits = () => {
      const bound = house.context.library.book.bind(
        [{ pdq: PICTURE, quality: 90, variants: [] }],
        house.clock.now,
        new Set(['sha256']),
      )
      const found = [
        bound.get('tiles')?.find('any', PICTURE),
        bound.get('files')?.find('any', FILE),
        bound.get('hosts')?.find('in', HOST),
      ]
      return found.map((hit) => hit !== undefined)
    }
    const HIT = [true, true, true]

    test('no table and no backup holds a value; who may see them sees them, and they are matched', async () => {
      expect(await found()).toEqual({ columns: [], copy: 0 })
      expect(await entriesOf('tiles')).toEqual([PICTURE, ...MORE, ADDED])
      expect(await entriesOf('hosts')).toEqual([HOST])
      expect(hits()).toEqual(HIT)
      const refused = await lead.call('GET', '/v1/lists/tiles/export?form=csv')
      expect([refused.status, refused.body.code]).toEqual([409, 'terms'])
    })

    test('what an earlier version wrote in the clear is found, matched, and sealed from where it was cut off', async () => {
      const codecNow = () => makeCodec(makeSealer(house.context.keyring), new Uint8Array(32))
      const digests = async () => (await house.rows('list_versions')).map(({ digest }) => digest)
      const before = await digests()
      for (const row of await house.rows('list_entries')) {
        const { list, n, fingerprint, body } = row as { list: string; n: number; fingerprint: string; body: Uint8Array }
        const entry = await codecNow().entry(list, { fingerprint, body, sealed: 1 })
        await write(house.place, Buffer.from(JSON.stringify(entry)), list, Number(n))
      }
      const clear = await found()
      expect([clear.columns, clear.copy > 0]).toEqual([['list_entries.body'], true])
      await house.reopen()
      expect(hits()).toEqual(HIT)
      expect(await entriesOf('tiles')).toEqual([PICTURE, ...MORE, ADDED])

      // Stopped after the first slice.
      let slices = 0
      const stopped = () => slices++ > 0
      expect(await sealClear({ storage: house.context.storage, codec: codecNow(), stopped, atOnce: 4 })).toBe(4)
      expect((await house.rows('list_entries')).filter(({ sealed }) => Number(sealed) === 0)).toHaveLength(7)
      await house.reopen()
      expect(hits()).toEqual(HIT)
      expect(await house.context.library.tend()).toContain('7 sealed')
      expect(await found()).toEqual({ columns: [], copy: 0 })
      await house.reopen()
      expect(hits()).toEqual(HIT)
      expect(await entriesOf('tiles')).toEqual([PICTURE, ...MORE, ADDED])
      expect(await digests()).toEqual(before)
    }, 300_000)
  },
)

/** Values in a backup of SQLite, or a dump of PostgreSQL. */
async function inCopy({ folder, url, schema }: Place): Promise<number> {
  if (url === undefined) {
    const to = mkdtempSync(join(tmpdir(), 'll-backup-'))
    await makeBackup({ data: folder, to: join(to, 'b'), version: 'x', now: 0, tell: () => undefined })
    const count = needles.inFiles(to).length
    rmSync(to, { recursive: true })
    return count
  }
  const program = join(postgresBinaries() ?? '', 'pg_dump')
  const dump = execFileSync(program, [`--dbname=${url}`, `--schema=${schema}`], { maxBuffer: 2 ** 28 })
  expect(dump.includes('list_entries')).toBe(true)
  return needles.in(dump).length + dumped.in(dump).length
}

/** Puts a body in the clear past everything, as the versions before this one kept it. */
async function write({ folder, url, schema }: Place, body: Buffer, list: string, n: number): Promise<void> {
  if (url === undefined) {
    const database = new DatabaseSync(join(folder, 'lamplighter.db'), { timeout: 10_000 })
    database.prepare('update list_entries set body = ?, sealed = 0 where list = ? and n = ?').run(body, list, n)
    database.close()
    return
  }
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`update ${schema}.list_entries set body = $1, sealed = 0 where list = $2 and n = $3`, [
    body,
    list,
    n,
  ])
  await client.end()
}
