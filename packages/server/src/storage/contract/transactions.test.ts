import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Storage } from '../index.ts'
import { account, BankError, decide, echo, openAccounts, sumUp, total, transfer } from '../testing/bank.store.ts'
import { engines, type Place } from '../testing/engines.ts'

const MODULES = [new URL('../testing/bank.store.ts', import.meta.url)]

describe.each(engines)('transactions on $name', (engine) => {
  let place: Place
  let storage: Storage

  beforeEach(async () => {
    place = await engine.place()
    storage = await place.open(MODULES)
  })
  afterEach(async () => {
    await storage.close()
    await place.remove()
  })

  test('what a work wrote is there for the next read, and after a restart', async () => {
    await storage.store.tx(openAccounts, { ids: ['a', 'b'], balance: 10 })
    expect(await storage.store.tx(transfer, { id: 't1', from: 'a', to: 'b', amount: 4 })).toEqual({ left: 6 })
    const before = await storage.store.read(sumUp, undefined)
    expect(before.accounts).toEqual([
      { id: 'a', balance: 6, revision: 2 },
      { id: 'b', balance: 14, revision: 2 },
    ])
    expect(before.transfers[0]?.bytes).toEqual(new Uint8Array([1, 2, 255]))
    await storage.close()
    storage = await place.open(MODULES)
    expect(await storage.store.read(sumUp, undefined)).toEqual(before)
  })

  test('a work that throws leaves nothing, and its error keeps class and code', async () => {
    await storage.store.tx(openAccounts, { ids: ['a', 'b'], balance: 1 })
    const refused = storage.store.tx(transfer, { id: 't1', from: 'a', to: 'b', amount: 4 })
    await expect(refused).rejects.toBeInstanceOf(BankError)
    await expect(refused).rejects.toMatchObject({ code: 'too_poor', message: 'not enough money' })
    expect((await storage.store.read(sumUp, undefined)).transfers).toEqual([])
    expect(await storage.store.read(account, 'b')).toEqual({ id: 'b', balance: 1, revision: 1 })
  })

  test('sums and counts are numbers; bytes and nested values pass unchanged', async () => {
    await storage.store.tx(openAccounts, { ids: ['a', 'b'], balance: 2 ** 50 })
    expect(await storage.store.read(total, undefined)).toEqual({ total: 2 ** 51, count: 2 })
    const value = {
      at: 1_700_000_000_000,
      bytes: new Uint8Array([0, 255]),
      list: [null, { deep: 'ä' }],
      none: undefined,
    }
    expect(await storage.store.tx(echo, value)).toEqual(value)
  })

  test('platform P-06 (storage part): of two decisions on one revision one is made, the other gets a conflict', async () => {
    const rounds = process.env.LAMPLIGHTER_DEEP === '1' ? 1_000 : 60
    await storage.store.tx(openAccounts, { ids: ['case'], balance: 0 })
    for (let revision = 1; revision <= rounds; revision++) {
      const both = ['ana', 'ben'].map((by) => storage.store.tx(decide, { id: 'case', revision, by }))
      const results = await Promise.allSettled(both)
      const refused = results.filter((result) => result.status === 'rejected')
      expect(refused.map((result) => result.reason.code)).toEqual(['conflict'])
    }
    expect(await storage.store.read(account, 'case')).toMatchObject({ balance: rounds, revision: rounds + 1 })
  })
})
