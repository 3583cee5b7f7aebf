import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { partitionLease, partitionOf } from '../storage/index.ts'
import { openKeyring } from '../storage/keyring/index.ts'
import { engines } from '../storage/testing/engines.ts'
import { freshStore, MODULES } from '../storage/testing/opened.ts'
import { housekeeping, trimStream } from './index.ts'

const HOUR = 3_600_000
const CANARY = 'made-up text that nothing flagged'

describe.each(engines)('housekeeping on $name', (engine) => {
  const opened = freshStore(engine, {}, [...MODULES, new URL('./store.ts', import.meta.url)])

  test('platform P-29 (storage part): once an hour is followed and trimmed its key is destroyed; its text was never on disk in plain', async () => {
    const { storage, place } = opened
    const keyring = await openKeyring(join(place.folder, 'keys'), { now: () => opened.now })
    const sealed = await keyring.sealStream(opened.now, Buffer.from(CANARY))
    await storage.stream.append([{ key: 'a', at: opened.now, body: [sealed] }])
    const owner = await storage.leases.acquire(partitionLease('follow', partitionOf('a', 16)), 60_000)
    if (owner === undefined) throw new Error('the lease is taken')
    const batch = await storage.stream.next('follow', owner, { records: 10, bytes: 10_000 })
    const body = batch.records[0]?.body ?? new Uint8Array()
    expect(Buffer.from(await keyring.unsealStream(body)).toString()).toBe(CANARY)

    opened.now += 2 * HOUR
    expect(await trimStream(storage, keyring, opened.now)).toBe(0)
    expect(Buffer.from(await keyring.unsealStream(body)).toString()).toBe(CANARY)
    await storage.stream.advance(batch, owner)
    expect(await trimStream(storage, keyring, opened.now)).toBe(1)
    await expect(keyring.unsealStream(body)).rejects.toMatchObject({ code: 'key_destroyed' })
    keyring.close()
    const files = readdirSync(place.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    for (const entry of files) expect(readFileSync(join(entry.parentPath, entry.name)).includes(CANARY)).toBe(false)
  })

  test('the hourly task removes what has aged and forgets order keys without jobs', async () => {
    const { storage } = opened
    const keyring = await openKeyring(join(opened.place.folder, 'keys'), { now: () => opened.now })
    const tasks = housekeeping({ storage, keyring, now: () => opened.now })
    expect(tasks.map((task) => task.name)).toEqual(['retention', 'stream-trim', 'compact'])
    await storage.jobs.enqueue({ queue: 'q', order: 'account:1', runAt: 0, payload: 1 })
    await storage.jobs.enqueue({ queue: 'q', order: 'account:2', runAt: 0, payload: 1 })
    for (const job of await storage.jobs.claim('q', 1, 1_000)) await storage.jobs.complete(job)
    const context = { signal: new AbortController().signal, claimed: () => ({}) as never }
    for (const task of tasks) expect(await task.run(opened.now, context)).toMatch(/^(0 rows|0 chunks|done)$/)
    expect(await storage.jobs.forgetOrders()).toBe(0)
    keyring.close()
  })
})
