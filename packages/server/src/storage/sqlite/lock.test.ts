import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../index.ts'
import { startChild } from '../testing/child-process.ts'
import { type Place, sqlite } from '../testing/engines.ts'
import { MODULES } from '../testing/opened.ts'

let place: Place
beforeEach(async () => {
  place = await sqlite.place()
})
afterEach(() => place.remove())

test('platform P-05: a second server on the same data exits 2 naming the first; once that is killed the second starts', async () => {
  const config = { kind: 'sqlite', folder: place.folder } as const
  const first = startChild('hold', config)
  await first.ready()
  const began = performance.now()
  const refused = openStore(config, MODULES)
  await expect(refused).rejects.toMatchObject({ code: 'already_running' })
  expect(performance.now() - began).toBeLessThan(1_000)
  const second = startChild('hold', config)
  expect(await second.ended).toBe(2)
  expect(second.errors()).toContain(`in use by process ${first.process.pid}`)
  first.process.kill('SIGKILL')
  await first.ended
  const storage = await openStore(config, MODULES)
  await storage.close()
})

test('a store that was closed frees the folder within the same process', async () => {
  const first = await place.open(MODULES)
  await expect(place.open(MODULES)).rejects.toMatchObject({ code: 'already_running' })
  await first.close()
  await (await place.open(MODULES)).close()
})

test('the settings that durability rests on are read back', async () => {
  const storage = await place.open(MODULES)
  expect((await storage.facts()).settings).toMatchObject({
    journal_mode: 'wal',
    synchronous: 2,
    secure_delete: 1,
    auto_vacuum: 2,
  })
  await storage.close()
})
