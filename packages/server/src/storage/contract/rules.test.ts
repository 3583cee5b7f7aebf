import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { defineWork } from '../index.ts'
import {
  account,
  callOut,
  catchFailure,
  decide,
  echo,
  eraseNote,
  note,
  openAccounts,
  rewriteNote,
  sumUp,
  swallowFailure,
  waitForTimer,
} from '../testing/bank.store.ts'
import { engines } from '../testing/engines.ts'
import { freshStore } from '../testing/opened.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe.each(engines)('what a work may not do on $name', (engine) => {
  const opened = freshStore(engine)

  test('platform P-04: a work that waits for a timer is rolled back with tx_left_thread; what it does later has no effect', async () => {
    const { store } = opened.storage
    await expect(store.tx(waitForTimer, { id: 'a' })).rejects.toMatchObject({ code: 'tx_left_thread' })
    await pause(20)
    expect(await store.read(account, 'a')).toBeUndefined()
    await store.tx(openAccounts, { ids: ['b'], balance: 0 })
    expect(await store.read(account, 'b')).toBeDefined()
  })

  test('platform P-04: a work that calls fetch is rolled back with tx_left_thread', async () => {
    const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const call = opened.storage.store.tx(callOut, { url: `http://127.0.0.1:${port}/` })
    await expect(call).rejects.toMatchObject({ code: 'tx_left_thread' })
    await pause(50)
    server.closeAllConnections()
    server.close()
  })

  test('a work that catches a failed statement fails all the same', async () => {
    const { store } = opened.storage
    await expect(store.tx(catchFailure, { id: 'a' })).rejects.toMatchObject({ code: 'statement_failed' })
    expect(await store.read(account, 'a')).toBeUndefined()
  })

  test('a work that swallows the failure of its last statement fails all the same', async () => {
    const { store } = opened.storage
    await expect(store.tx(swallowFailure, { id: 'a' })).rejects.toMatchObject({
      code: 'statement_failed',
      // The failure itself, not what the engine says about a transaction that is over.
      message: expect.stringMatching(/constraint/i),
    })
    expect(await store.read(account, 'a')).toBeUndefined()
  })

  test('a second row with one id is a conflict', async () => {
    const { store } = opened.storage
    await store.tx(openAccounts, { ids: ['a'], balance: 0 })
    await expect(store.tx(openAccounts, { ids: ['b', 'a'], balance: 0 })).rejects.toMatchObject({ code: 'conflict' })
    expect(await store.read(account, 'b')).toBeUndefined()
  })

  test('a guarded write that touches no row is a conflict', async () => {
    const { store } = opened.storage
    await store.tx(openAccounts, { ids: ['a'], balance: 0 })
    await expect(store.tx(decide, { id: 'a', revision: 7, by: 'x' })).rejects.toMatchObject({ code: 'conflict' })
  })

  test('rows of an append-only table are neither changed nor deleted', async () => {
    const { store } = opened.storage
    await store.tx(note, { id: 'n1', at: 5 })
    await expect(store.tx(rewriteNote, { id: 'n1' })).rejects.toMatchObject({ code: 'append_only' })
    await expect(store.tx(eraseNote, { id: 'n1' })).rejects.toMatchObject({ code: 'append_only' })
    expect((await store.read(sumUp, undefined)).log).toEqual([{ id: 'n1', at: 5 }])
  })

  test('input that cannot be cloned is refused before anything runs', async () => {
    await expect(opened.storage.store.tx(echo, { call: () => 1 })).rejects.toThrow(/could not be cloned/)
  })

  test('a closed store refuses', async () => {
    await opened.storage.close()
    await expect(opened.storage.store.tx(echo, 1)).rejects.toMatchObject({ code: 'storage_unavailable' })
    await opened.reopen()
  })

  test('a work that is not listed as hot does not load as hot', () => {
    expect(() => defineWork('bank.hot', async () => 1, { mode: 'hot' })).toThrow(/not in storage\/hot.ts/)
  })

  test('two works of one name do not load', () => {
    expect(() => defineWork('bank.echo', async () => 1)).toThrow(/two works are named "bank.echo"/)
  })
})
