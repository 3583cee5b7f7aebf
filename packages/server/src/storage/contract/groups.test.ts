import { describe, expect, test } from 'vitest'
import { account, openAccounts, total } from '../testing/bank.store.ts'
import { engines } from '../testing/engines.ts'
import { freshStore } from '../testing/opened.ts'

describe.each(engines)('many callers at once on $name', (engine) => {
  const opened = freshStore(engine)

  test('K-04: 100 callers, one of which fails: 99 durable, one error, and the error comes after what it rests on is durable', async () => {
    const { store } = opened.storage
    await store.tx(openAccounts, { ids: ['taken'], balance: 0 })
    const ids = Array.from({ length: 100 }, (_, n) => (n === 60 ? 'taken' : `a${n}`))
    let rests: unknown
    const calls = ids.map((id) =>
      store.tx(openAccounts, { ids: [id], balance: 1 }).catch(async (error) => {
        rests = await store.read(account, 'taken')
        throw error
      }),
    )
    const results = await Promise.allSettled(calls)
    const failed = results.filter((result) => result.status === 'rejected')
    expect(failed.map((result) => result.reason.code)).toEqual(['conflict'])
    expect(results[60]?.status).toBe('rejected')
    expect(rests).toBeDefined()
    await opened.reopen()
    expect(await opened.storage.store.read(total, undefined)).toEqual({ total: 99, count: 100 })
  })
})
