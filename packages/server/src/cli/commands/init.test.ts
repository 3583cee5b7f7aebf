import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines, postgres } from '../../storage/testing/engines.ts'
import { emptyFolder, initLine, lamplighter, whileServing } from '../testing/command-line.ts'
import { usingDatabase } from '../testing/database.ts'

let folder: string
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

// Each command opens the whole product, which takes a while where other work keeps the machine busy.
describe('init, key and people', { timeout: 120_000 }, () => {
  it('writes the file and the first link once; keys and people work with and without a server', async () => {
    const made = await lamplighter(folder, [...initLine])
    expect(made.code).toBe(0)
    expect(JSON.parse(made.out).link).toMatch(/^http:\/\/localhost:4100\/hello\/[\w-]{22}$/)
    expect(statSync(join(folder, 'lamplighter.env')).mode & 0o777).toBe(0o600)
    expect((await lamplighter(folder, [...initLine])).code).toBe(2)

    expect((await lamplighter(folder, ['people', 'list'])).out).toMatch(/R-1 {3}invited/)
    await whileServing(folder, async () => {
      const key = await lamplighter(folder, ['key', 'new', 'chat', '--scopes', 'screen', '--json'])
      const { id } = JSON.parse(key.out) as { id: string }
      expect((await lamplighter(folder, ['key', 'revoke', id])).code).toBe(0)
      expect((await lamplighter(folder, ['key', 'list'])).out).toContain('revoked')
      expect((await lamplighter(folder, ['key', 'new', 'x', '--scopes', 'everything'])).code).toBe(2)

      const invited = await lamplighter(folder, ['people', 'invite', 'Kim', '--roles', 'legal', '--json'])
      expect(JSON.parse(invited.out)).toMatchObject({ staff: 'R-2' })
      expect((await lamplighter(folder, ['people', 'recover', 'R-2'])).out).toContain('/hello/')
      expect((await lamplighter(folder, ['people', 'revoke', 'r-2', '--reason', 'left'])).code).toBe(0)
      expect((await lamplighter(folder, ['people', 'list'])).out).toMatch(/R-2 {3}revoked/)
      expect((await lamplighter(folder, ['people', 'revoke', 'R-9', '--reason', 'x'])).code).toBe(2)
    })
  })

  it('refuses a folder that holds a database already, says what to do, and leaves all as it was', async () => {
    expect((await lamplighter(folder, ['migrate'], { LAMPLIGHTER_URL: 'http://localhost:4100' })).code).toBe(0)
    const second = await lamplighter(folder, [...initLine])
    expect(second.code).toBe(2)
    expect(second.err).toContain('lamplighter.db is there already')
    expect(second.err).toContain('lamplighter reset')
    expect(existsSync(join(folder, 'lamplighter.env'))).toBe(false)
    expect((await lamplighter(folder, ['reset', '--yes'])).code).toBe(0)
    expect((await lamplighter(folder, [...initLine])).code).toBe(0)
  })

  it.skipIf(!engines.includes(postgres))(
    'refuses a PostgreSQL database that holds an installation or anything else (skipped without PostgreSQL)',
    async () => {
      await usingDatabase(async (url, query) => {
        const line = [...initLine, '--database', url]
        await query('create table guests (id int)')
        const foreign = await lamplighter(folder, line)
        expect([foreign.code, foreign.err]).toEqual([2, expect.stringContaining('holds 1 other tables')])
        expect(await query('select count(*)::int as n from pg_tables where schemaname = current_schema()')).toEqual([
          { n: 1 },
        ])
        await query('drop table guests')
        expect((await lamplighter(folder, line)).code).toBe(0)

        const elsewhere = emptyFolder()
        const again = await lamplighter(elsewhere, line)
        expect([again.code, again.err]).toEqual([2, expect.stringContaining('holds an installation of Lamplighter')])
        expect(again.err).toContain('name an empty database')
        expect(readdirSync(elsewhere)).toEqual([])
        rmSync(elsewhere, { recursive: true })
      })
    },
  )
})
