import { describe, expect, test } from 'vitest'
import { account, BankError, decide, openAccounts, transfer } from '../testing/bank.store.ts'
import { engines } from '../testing/engines.ts'
import { freshStore } from '../testing/opened.ts'

describe.each(engines)('once keys on $name', (engine) => {
  const opened = freshStore(engine)

  test('K-03: 100 callers with one key at once, and again after a restart: one effect, equal results', async () => {
    await opened.storage.store.tx(openAccounts, { ids: ['a', 'b'], balance: 100 })
    const once = { scope: 'transfers', key: 'k1' }
    const call = () => opened.storage.store.tx(transfer, { id: 't1', from: 'a', to: 'b', amount: 4 }, { once })
    const results = await Promise.all(Array.from({ length: 100 }, call))
    expect(new Set(results.map((result) => result.left))).toEqual(new Set([96]))
    await opened.reopen()
    expect(await call()).toEqual({ left: 96 })
    expect(await opened.storage.store.read(account, 'b')).toEqual({ id: 'b', balance: 104, revision: 2 })
  })

  test('a work that answers nothing happens once too', async () => {
    const once = { scope: 'openings', key: 'k2' }
    const open = () => opened.storage.store.tx(openAccounts, { ids: ['quiet'], balance: 7 }, { once })
    expect([await open(), await open()]).toEqual([undefined, undefined])
    await opened.reopen()
    expect(await open()).toBeUndefined()
  })

  test('a key used for another input is refused, and its effect does not happen', async () => {
    await opened.storage.store.tx(openAccounts, { ids: ['a'], balance: 0 })
    const once = { scope: 's', key: 'k' }
    const first = { id: 'a', revision: 1, by: 'ana' }
    await opened.storage.store.tx(decide, first, { once: { ...once, fingerprint: 'one' } })
    const other = opened.storage.store.tx(decide, { ...first, revision: 2 }, { once: { ...once, fingerprint: 'two' } })
    await expect(other).rejects.toMatchObject({ code: 'once_mismatch' })
    expect(await opened.storage.store.read(account, 'a')).toMatchObject({ revision: 2 })
  })

  test('a work that failed may be tried again under its key', async () => {
    await opened.storage.store.tx(openAccounts, { ids: ['a', 'b'], balance: 1 })
    const once = { scope: 's', key: 'k' }
    const poor = opened.storage.store.tx(transfer, { id: 't', from: 'a', to: 'b', amount: 5 }, { once })
    await expect(poor).rejects.toBeInstanceOf(BankError)
    expect(await opened.storage.store.tx(transfer, { id: 't', from: 'a', to: 'b', amount: 1 }, { once })).toEqual({
      left: 0,
    })
  })

  test('the same key in two scopes is two keys', async () => {
    await opened.storage.store.tx(openAccounts, { ids: ['a'], balance: 0 })
    await opened.storage.store.tx(decide, { id: 'a', revision: 1, by: 'x' }, { once: { scope: 'one', key: 'k' } })
    await opened.storage.store.tx(decide, { id: 'a', revision: 2, by: 'x' }, { once: { scope: 'two', key: 'k' } })
    expect(await opened.storage.store.read(account, 'a')).toMatchObject({ revision: 3 })
  })
})
