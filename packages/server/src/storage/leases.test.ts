import { expect, test } from 'vitest'
import { echo } from './testing/bank.store.ts'
import { sqlite } from './testing/engines.ts'
import { MODULES } from './testing/opened.ts'

test('on SQLite a lease ends with the process that held it: the next one takes it at once, under a higher number', async () => {
  const place = await sqlite.place()
  const first = await place.open(MODULES)
  const fence = await first.leases.acquire('shard:1', 60_000)
  await first.close()
  const second = await place.open(MODULES)
  try {
    expect(fence).toMatchObject({ epoch: 1 })
    expect(await second.leases.acquire('shard:1', 60_000)).toMatchObject({ epoch: 2 })
    await expect(second.store.tx(echo, 1, fence && { fence })).rejects.toMatchObject({ code: 'lease_lost' })
  } finally {
    await second.close()
    await place.remove()
  }
})
