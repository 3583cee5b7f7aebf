import { describe, expect, test } from 'vitest'
import { days } from '../storage/index.ts'
import { addTransfers, note, sumUp } from '../storage/testing/bank.store.ts'
import { engines } from '../storage/testing/engines.ts'
import { freshStore, MODULES } from '../storage/testing/opened.ts'
import { removeExpired } from './retention.ts'

describe.each(engines)('retention on $name', (engine) => {
  const opened = freshStore(engine, {}, [...MODULES, new URL('./store.ts', import.meta.url)])

  test('platform P-28: rows past their time go, held ones and younger ones stay', async () => {
    const { store } = opened.storage
    const old = opened.now - days(31)
    await store.tx(addTransfers, { prefix: 'old', count: 2_300, at: old, held: 0 })
    await store.tx(addTransfers, { prefix: 'held', count: 2, at: old, held: 1 })
    await store.tx(addTransfers, { prefix: 'young', count: 3, at: opened.now - days(29), held: 0 })
    const { removed } = await removeExpired(opened.storage, opened.now)
    expect(removed).toEqual({ bank_transfers: 2_300 })
    const left = (await store.read(sumUp, undefined)).transfers.map((row) => row.id)
    expect(left).toEqual(['held0', 'held1', 'young0', 'young1', 'young2'])
  })

  test('platform P-28: every table that declares a time loses aged rows; append-only ones too, and stay append-only', async () => {
    const { store } = opened.storage
    await store.tx(note, { id: 'old', at: opened.now - days(11) })
    await store.tx(note, { id: 'young' })
    expect((await removeExpired(opened.storage, opened.now)).removed).toEqual({ bank_log: 1 })
    expect((await store.read(sumUp, undefined)).log.map((row) => row.id)).toEqual(['young'])
    const { eraseNote } = await import('../storage/testing/bank.store.ts')
    await expect(store.tx(eraseNote, { id: 'young' })).rejects.toMatchObject({ code: 'append_only' })
  })

  test("the platform's own time counts within the declared bounds", async () => {
    const { store } = opened.storage
    await store.tx(note, { id: 'two days', at: opened.now - days(2) })
    await store.tx(note, { id: 'an hour', at: opened.now - 3_600_000 })
    const none = await removeExpired(opened.storage, opened.now, () => days(15))
    expect(none.total).toBe(0)
    await removeExpired(opened.storage, opened.now, (table) => (table === 'bank_log' ? 0 : undefined))
    expect((await store.read(sumUp, undefined)).log.map((row) => row.id)).toEqual(['an hour'])
  })

  test('once keys go after 7 days, cancelled jobs after 90, parked ones never', async () => {
    const { store, jobs } = opened.storage
    const once = { scope: 's', key: 'k' }
    await store.tx(note, { id: 'n1' }, { once })
    const ids = [
      await jobs.enqueue({ queue: 'q', runAt: 0, payload: 1 }),
      await jobs.enqueue({ queue: 'q', runAt: 0, payload: 2 }),
    ]
    for (const job of await jobs.claim('q', 2, 1)) await jobs.park(job, 'broken')
    await jobs.cancel(String(ids[0]), 'staff_1', 'not needed')
    opened.now += days(200)
    const { removed } = await removeExpired(opened.storage, opened.now)
    expect(removed).toMatchObject({ once_results: 1, jobs: 1 })
    expect((await jobs.list({ state: 'parked' })).map((row) => row.id)).toEqual([ids[1]])
  })
})
