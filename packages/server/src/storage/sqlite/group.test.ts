import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Storage, StorageOptions } from '../index.ts'
import { account, decide, echo, openAccounts, ponder, total } from '../testing/bank.store.ts'
import { type Place, sqlite } from '../testing/engines.ts'
import { MODULES } from '../testing/opened.ts'

const IOERR_FSYNC = 1034

let place: Place
let storage: Storage
let deaths: string[]

beforeEach(async () => {
  place = await sqlite.place()
  deaths = []
  storage = await open()
})
afterEach(async () => {
  await storage.close()
  await place.remove()
})

function open(options: StorageOptions = {}): Promise<Storage> {
  return place.open(MODULES, { onFatal: (why) => deaths.push(why), ...options })
}

async function reopen(options: StorageOptions = {}): Promise<void> {
  await storage.close()
  storage = await open(options)
}

const codes = (results: readonly PromiseSettledResult<unknown>[]): string[] =>
  results.map((result) => (result.status === 'rejected' ? result.reason.code : 'done'))

test('many callers share a commit', async () => {
  const before = (await storage.facts()).numbers
  await Promise.all(
    Array.from({ length: 200 }, (_, n) => storage.store.tx(openAccounts, { ids: [`a${n}`], balance: 1 })),
  )
  const after = (await storage.facts()).numbers
  expect((after.works ?? 0) - (before.works ?? 0)).toBe(200)
  expect((after.commits ?? 0) - (before.commits ?? 0)).toBeLessThan(50)
})

test('an error is answered after the commit of its group: what it rests on is durable by then', async () => {
  const first = storage.store.tx(openAccounts, { ids: ['a'], balance: 1 })
  const second = storage.store.tx(openAccounts, { ids: ['a'], balance: 1 })
  let seen: unknown
  await second.catch(async (error) => {
    expect(error).toMatchObject({ code: 'conflict' })
    seen = await storage.store.read(account, 'a')
  })
  expect(seen).toBeDefined()
  await first
})

test('urgent works go before bulk ones that wait', async () => {
  const order: string[] = []
  const held = storage.store.tx(ponder, { ms: 60, id: 'hold' })
  const bulk = [1, 2, 3].map((n) =>
    storage.store.tx(openAccounts, { ids: [`b${n}`], balance: 0 }).then(() => order.push('bulk')),
  )
  const urgent = storage.jobs.enqueue({ queue: 'q', runAt: 0, payload: 1 }).then(() => order.push('urgent'))
  await Promise.all([held, ...bulk, urgent])
  expect(order[0]).toBe('urgent')
})

test('a full queue refuses at once with busy, bulk works from three quarters on', async () => {
  await reopen({ limits: { queueWorks: 8 } })
  const held = storage.store.tx(ponder, { ms: 60, id: 'hold' })
  const bulk = Array.from({ length: 8 }, () => storage.store.tx(echo, 1))
  const urgent = Array.from({ length: 4 }, () => storage.jobs.enqueue({ queue: 'q', runAt: 0, payload: 1 }))
  const done = codes(await Promise.allSettled([...bulk, ...urgent]))
  expect(done.slice(0, 8)).toEqual([...Array(5).fill('done'), ...Array(3).fill('busy')])
  expect(done.slice(8)).toEqual(['done', 'done', 'busy', 'busy'])
  await held
  await reopen({ limits: { queueBytes: 1_000 } })
  await expect(storage.store.tx(echo, 'x'.repeat(1_000))).rejects.toMatchObject({ code: 'busy' })
})

test('below the disk floor bulk works are refused, urgent ones are done', async () => {
  await reopen({ diskFloorBytes: Number.MAX_SAFE_INTEGER })
  await expect(storage.store.tx(echo, 1)).rejects.toMatchObject({ code: 'storage_full' })
  expect(await storage.jobs.enqueue({ queue: 'q', runAt: 0, payload: 1 })).toMatch(/^job_/)
})

test('a work over 250 ms is rolled back as statement_unplanned; one over 50 ms is named', async () => {
  const slow: string[] = []
  await reopen({ onSlow: (name) => slow.push(name) })
  await storage.store.tx(ponder, { ms: 80, id: 'a' })
  await expect(storage.store.tx(ponder, { ms: 300, id: 'b' })).rejects.toMatchObject({ code: 'statement_unplanned' })
  expect(await storage.store.read(account, 'b')).toBeUndefined()
  expect(slow.filter((name) => name === 'bank.ponder')).toHaveLength(2)
})

describe('K-05: the disk fails', () => {
  test('a disk that is full in the middle of a group: the whole group fails, nothing of it is there, and it works again after', async () => {
    await reopen({ faults: { morePages: 40 } })
    await storage.store.tx(openAccounts, { ids: ['before'], balance: 1 })
    const many = (n: number): string[] => Array.from({ length: 400 }, (_, i) => `${n}-${i}-${'x'.repeat(200)}`)
    const results = await Promise.allSettled(
      [0, 1, 2].map((n) => storage.store.tx(openAccounts, { ids: many(n), balance: 1 })),
    )
    expect(codes(results)).toEqual(['storage_full', 'storage_full', 'storage_full'])
    expect(await storage.store.read(total, undefined)).toEqual({ total: 1, count: 1 })
    await storage.store.tx(openAccounts, { ids: ['after'], balance: 1 })
    await reopen()
    expect(await storage.store.read(total, undefined)).toEqual({ total: 2, count: 2 })
    expect(deaths).toEqual([])
  })

  test('an fsync error at COMMIT: the callers get commit_unknown, the process is told to end, nothing more is taken', async () => {
    await storage.store.tx(openAccounts, { ids: ['a'], balance: 0 })
    // Opening commits twice: leases that ended, and the partitions.
    await reopen({ faults: { errors: [{ on: 'commit', at: 3, errcode: IOERR_FSYNC }] } })
    await expect(storage.store.tx(decide, { id: 'a', revision: 1, by: 'x' })).rejects.toMatchObject({
      code: 'commit_unknown',
    })
    expect(deaths).toHaveLength(1)
    await expect(storage.store.tx(echo, 1)).rejects.toMatchObject({ code: 'storage_unavailable' })
  })
})
