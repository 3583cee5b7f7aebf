import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openAccounts } from '../testing/bank.store.ts'
import { type Place, sqlite } from '../testing/engines.ts'
import { MODULES } from '../testing/opened.ts'

let place: Place
let file: string
beforeEach(async () => {
  place = await sqlite.place()
  file = join(place.folder, 'lamplighter.db')
})
afterEach(() => place.remove())

test('before it migrates a database that is not new, it makes a copy that opens', async () => {
  const first = await place.open([])
  await first.jobs.enqueue({ queue: 'q', runAt: 0, payload: 'kept' })
  await first.close()
  expect(existsSync(`${file}.before-migration`)).toBe(false)
  await (await place.open(MODULES)).close()
  const copy = new DatabaseSync(`${file}.before-migration`, { readOnly: true })
  expect(copy.prepare('select payload from jobs').get()?.payload).toBe('"kept"')
  expect(copy.prepare("select 1 from sqlite_schema where name = 'bank_accounts'").get()).toBeUndefined()
  copy.close()
})

test('a clean stop leaves no log behind', async () => {
  const storage = await place.open(MODULES)
  await storage.store.tx(openAccounts, { ids: ['a'], balance: 1 })
  await storage.close()
  expect(existsSync(`${file}-wal`)).toBe(false)
})

test('after an unclean stop a damaged file is refused and not written to', async () => {
  const storage = await place.open(MODULES)
  const ids = Array.from({ length: 2_000 }, (_, n) => `account-${n}`)
  await storage.store.tx(openAccounts, { ids, balance: 1 })
  await storage.close()
  const bytes = readFileSync(file)
  // From the second quarter on every page's header is nonsense, and a log is there as after a kill.
  for (let page = Math.floor(bytes.length / 4096 / 4); page < bytes.length / 4096; page++)
    bytes.fill(0xff, page * 4096, page * 4096 + 40)
  writeFileSync(file, bytes)
  writeFileSync(`${file}-wal`, new Uint8Array(100))
  await expect(place.open(MODULES)).rejects.toMatchObject({ code: 'storage_unavailable' })
})
