import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { operatorSocket } from '../http/server.ts'
import { engines, postgres } from '../storage/testing/engines.ts'
import { testServer } from '../storage/testing/postgres.ts'
import { emptyFolder, initialised, lamplighter } from './testing/command-line.ts'

let folder: string
beforeEach(async () => {
  folder = await initialised()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const start = (env: Record<string, string>) => lamplighter(folder, ['start', '--listen', '127.0.0.1:0'], env)

/** A line for people: what is wrong and what to do; no stack, no password. */
function expectWords({ code, err }: { code: number; err: string }, ...parts: readonly (string | RegExp)[]) {
  expect(code).not.toBe(0)
  for (const part of parts) expect(err).toMatch(part)
  expect(err).not.toMatch(/\n {4}at |hunter2/)
}

// Each command opens the whole product, which takes a while where other work keeps the machine busy.
describe('what an operator gets wrong says what to do', { timeout: 120_000 }, () => {
  it('a folder where a list file was expected', async () => {
    mkdirSync(join(folder, 'lists.txt'))
    const ran = await lamplighter(folder, ['lists', 'check', 'lists.txt', '--kind', 'domain'])
    expectWords(ran, 'it is a folder; give its files')
  })

  it('a name that no list can have, and a server that ends while it works on a call', async () => {
    const server = createServer((request, answer) => {
      if (request.url === '/health/live') answer.end('{}')
      else request.socket.destroy()
    })
    await new Promise<void>((ready) => server.listen(operatorSocket(join(folder, '.lamplighter')), ready))
    try {
      for (const name of ['two words', 'lïst'])
        expectWords(await lamplighter(folder, ['lists', 'preview', name]), 'expected an id without blanks')
      expectWords(await lamplighter(folder, ['lists', 'preview', 'tiles']), 'nobody knows what was done', 'try again')
    } finally {
      server.close()
    }
  })

  it('a database that nobody answers at, or that is not there', async () => {
    const away = { LAMPLIGHTER_DATABASE: 'postgres://lamp:hunter2@127.0.0.1:1/x' }
    for (const command of [start, (env: Record<string, string>) => lamplighter(folder, ['doctor'], env)]) {
      const { code, out, err } = await command(away)
      const words = { code, err: out + err }
      expectWords(words, /no PostgreSQL answers at 127\.0\.0\.1:1: start it/i, 'LAMPLIGHTER_DATABASE')
    }
  })

  it.skipIf(!engines.includes(postgres))('a database of a wrong name (skipped without PostgreSQL)', async () => {
    const url = String(await testServer()).replace(/\/\w+(?=\?|$)/, '/nobody_made_this')
    expectWords(await start({ LAMPLIGHTER_DATABASE: url }), 'has no such database: make it')
  })

  it('a master key that is missing, cut, or another installation’s; none is made in its place', async () => {
    const place = join(folder, 'elsewhere.key')
    const key = { LAMPLIGHTER_KEY_FILE: place }
    expectWords(await start(key), /expected the master key in .*elsewhere\.key; put back/)
    expect(existsSync(place)).toBe(false)
    writeFileSync(place, 'short', { mode: 0o600 })
    expectWords(await start(key), 'expected 32 bytes', 'put back the whole master key')
    writeFileSync(place, new Uint8Array(32), { mode: 0o600 })
    expectWords(await start(key), 'is not the one of this keyring; put back')
    const found = await lamplighter(folder, ['doctor'], key)
    expect([found.code, found.out]).toEqual([1, expect.stringMatching(/wrong database +cannot be opened/)])
  })

  it('a key file that is named before the first start is made there', async () => {
    const fresh = emptyFolder()
    const place = join(fresh, 'own.key')
    const made = await lamplighter(fresh, ['migrate'], {
      LAMPLIGHTER_KEY_FILE: place,
      LAMPLIGHTER_URL: 'http://localhost:4100',
    })
    expect([made.code, readFileSync(place).length]).toEqual([0, 32])
    rmSync(fresh, { recursive: true })
  })

  it('a data folder that is a file, for the server and for doctor', async () => {
    const data = join(folder, 'file')
    writeFileSync(data, '')
    expectWords(await start({ LAMPLIGHTER_DATA: data }), /cannot be read and written \(EEXIST\)/, 'LAMPLIGHTER_DATA')
    const found = await lamplighter(folder, ['doctor'], { LAMPLIGHTER_DATA: data })
    expect([found.code, found.out]).toEqual([
      1,
      expect.stringMatching(/wrong data folder .*cannot be written \(EEXIST\)/),
    ])
  })

  it('a database file that is none', async () => {
    writeFileSync(join(folder, '.lamplighter', 'lamplighter.db'), 'a text, and no database at all'.repeat(400))
    for (const name of ['lamplighter.db-wal', 'lamplighter.db-shm'])
      rmSync(join(folder, '.lamplighter', name), { force: true })
    expectWords(await start({}), /cannot be read and written \(SQLite 26\)/)
  })

  it('a list without a row, and one of another sort', async () => {
    const line = (file: string, kind: string, list = 'threat_terms') =>
      lamplighter(folder, ['lists', 'import', file, '--list', list, '--kind', kind, '--harm', 'threat_to_life'])
    writeFileSync(join(folder, 'empty.txt'), '\n')
    expectWords(await line('empty.txt', 'text'), 'The file holds no row; nothing was changed.')
    writeFileSync(join(folder, 'terms.txt'), 'will regret it\n')
    expectWords(await line('terms.txt', 'pdq'), 'This list holds entries of kind "text"; choose another name')
    expectWords(
      await line('terms.txt', 'pdq', 'pictures'),
      'nothing was changed',
      /1 invalid: expected a PDQ of 64 hex digits/,
    )
    expectWords(await line('bad.domains', 'domain'), 'cannot be read; give the path of a list file')
  })

  it('a restored copy: the log says how it goes on', async () => {
    expect((await lamplighter(folder, ['backup', 'copy'])).code).toBe(0)
    const restored = await lamplighter(folder, ['restore', 'copy', '--yes'])
    expect([restored.code, restored.out + restored.err]).toEqual([
      0,
      expect.stringContaining('lamplighter restore resume'),
    ])
    const checked = await lamplighter(folder, ['ledger', 'recheck'])
    expect([checked.code, checked.out]).toEqual([
      3,
      expect.stringMatching(/state_unknown\.\nPut back .* run: lamplighter ledger reopen --log actions\n/),
    ])
  })

  it('a backup that was changed, or is none', async () => {
    expectWords(await lamplighter(folder, ['restore', folder, '--yes']), 'manifest')
    expect((await lamplighter(folder, ['backup', 'copy'])).code).toBe(0)
    mkdirSync(join(folder, 'other'))
    cpSync(join(folder, 'copy'), join(folder, 'other', 'copy'), { recursive: true })
    renameSync(join(folder, 'other', 'copy', 'lamplighter.db'), join(folder, 'other', 'lamplighter.db'))
    expectWords(await lamplighter(folder, ['restore', 'other/copy', '--yes']), 'lamplighter.db')
  })
})
