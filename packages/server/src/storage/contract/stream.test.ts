import { describe, expect, test } from 'vitest'
import {
  type Batch,
  type Fence,
  isStorageError,
  type NewRecord,
  partitionLease,
  partitionOf,
  type Storage,
} from '../index.ts'
import { enqueueOrFail } from '../testing/bank.store.ts'
import { engines } from '../testing/engines.ts'
import { freshStore } from '../testing/opened.ts'

const DEEP = process.env.LAMPLIGHTER_DEEP === '1'
const ALL = { records: 10_000, bytes: 2 ** 24 }

describe.each(engines)('event stream on $name', (engine) => {
  const opened = freshStore(engine)
  const record = (key: string, n: number): NewRecord => ({
    key,
    at: opened.now,
    body: [new TextEncoder().encode(JSON.stringify({ key, n }))],
  })
  const own = async (storage: Storage, group: string, part: number, ttlMs = 60_000): Promise<Fence> => {
    const fence = await storage.leases.acquire(partitionLease(group, part), ttlMs)
    if (fence === undefined) throw new Error('the lease is taken')
    return fence
  }
  const bodies = (batch: Batch): { key: string; n: number }[] =>
    batch.records.map((one) => JSON.parse(new TextDecoder().decode(one.body ?? undefined)))

  test('K-06: 8 writers, 16 partitions: offsets 1…n without a hole, in order per key, never n + 1 before n', async () => {
    const perWriter = DEEP ? 2_000 : 80
    const { stream } = opened.storage
    let writing = true
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; n < perWriter; n++)
        await stream.append([record(`${writer}:${n % 5}`, n), record(`x${writer}`, n)])
    }
    const seen = new Map<number, number[]>()
    const advanced = async (batch: Batch, owner: Fence): Promise<boolean> => {
      try {
        await stream.advance(batch, owner)
        return true
      } catch (error) {
        if (isStorageError(error, 'busy')) return false
        throw error
      }
    }
    const follow = async (part: number): Promise<void> => {
      const owner = await own(opened.storage, 'g', part)
      const offsets: number[] = []
      const last = new Map<string, number>()
      for (let more = true; more; ) {
        more = writing
        const batch = await stream.next('g', owner, { records: 50, bytes: 2 ** 20 })
        if (batch.records.length > 0) more = true
        // Too many met: the offset stands, and what follows it is asked for again.
        if (!(await advanced(batch, owner))) continue
        offsets.push(...batch.records.map((one) => one.offset))
        for (const { key, n } of bodies(batch)) {
          expect(partitionOf(key, 16)).toBe(part)
          expect(n).toBeGreaterThan(last.get(key) ?? -1)
          last.set(key, n)
        }
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      seen.set(part, offsets)
    }
    const followers = Array.from({ length: 16 }, (_, part) => follow(part))
    await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)))
    writing = false
    await Promise.all(followers)
    for (const offsets of seen.values())
      expect(offsets).toEqual(Array.from({ length: offsets.length }, (_, i) => i + 1))
    expect([...seen.values()].flat()).toHaveLength(8 * perWriter * 2)
    expect(await stream.backlog('g')).toEqual({ records: 0, oldestMs: 0 })
  })

  test('K-07: of two owners of a partition, the first frozen and woken, only the second commits', async () => {
    const { stream, leases } = opened.storage
    await stream.append([record('account:1', 1)])
    const part = partitionOf('account:1', 16)
    const first = await own(opened.storage, 'g', part, 1)
    const held = await stream.next('g', first, ALL)
    await new Promise((resolve) => setTimeout(resolve, 20))
    const second = await own(opened.storage, 'g', part)
    expect(second.epoch).toBe(first.epoch + 1)
    const taken = await stream.next('g', second, ALL)
    await expect(stream.advance(held, first)).rejects.toMatchObject({ code: 'lease_lost' })
    await stream.advance(taken, second)
    await expect(stream.advance(taken, second)).rejects.toMatchObject({ code: 'lease_lost' })
    await expect(leases.renew(first, 60_000)).rejects.toMatchObject({ code: 'lease_lost' })
    expect((await stream.next('g', second, ALL)).records).toEqual([])
  })

  test('unread are the partitions in which something follows, for each group', async () => {
    const { stream } = opened.storage
    expect(await stream.unread('g')).toEqual(new Set())
    await stream.append([record('account:1', 1), record('account:1', 2), record('account:2', 1)])
    const parts = ['account:1', 'account:2'].map((key) => partitionOf(key, 16))
    expect(parts[0]).not.toBe(parts[1])
    expect(await stream.unread('g')).toEqual(new Set(parts))
    const owner = await own(opened.storage, 'g', parts[0] ?? 0)
    await stream.advance(await stream.next('g', owner, { records: 1, bytes: 2 ** 20 }), owner)
    expect(await stream.unread('g')).toEqual(new Set(parts))
    await stream.advance(await stream.next('g', owner, ALL), owner)
    expect(await stream.unread('g')).toEqual(new Set([parts[1]]))
    expect(await stream.unread('another')).toEqual(new Set(parts))
  })

  test('what is appended in a work is there exactly if the work commits', async () => {
    const { store, stream } = opened.storage
    const part = partitionOf('account:1', 16)
    const owner = await own(opened.storage, 'g', part)
    const chunks = await stream.pack([record('account:1', 1)])
    await expect(store.tx(enqueueOrFail, { fail: true, queue: 'q', chunks })).rejects.toMatchObject({
      code: 'too_poor',
    })
    expect((await stream.next('g', owner, ALL)).records).toEqual([])
    await store.tx(enqueueOrFail, { fail: false, queue: 'q', chunks: [...chunks, ...chunks] })
    expect((await stream.next('g', owner, ALL)).records).toMatchObject([
      { offset: 1, key: 'account:1' },
      { offset: 2, key: 'account:1' },
    ])
  })

  test('a batch ends at the limits of records and bytes, but has one record at least', async () => {
    const { stream } = opened.storage
    await stream.append([1, 2, 3].map((n) => record('k', n)))
    await stream.append([{ ...record('k', 4), gate: 'done' }])
    const owner = await own(opened.storage, 'g', partitionOf('k', 16))
    expect((await stream.next('g', owner, { records: 2, bytes: 2 ** 20 })).records).toHaveLength(2)
    const one = await stream.next('g', owner, { records: 9, bytes: 1 })
    expect(one).toMatchObject({ from: 0, to: 1, records: [{ offset: 1 }] })
    await stream.advance(one, owner)
    const rest = await stream.next('g', owner, ALL)
    expect(rest.records.map((each) => [each.offset, each.gate])).toEqual([
      [2, undefined],
      [3, undefined],
      [4, 'done'],
    ])
  })

  test('a chunk that nobody can open any more comes out record by record, and holds up nobody', async () => {
    const open = async (sealed: Uint8Array): Promise<Uint8Array> => {
      if (sealed[0] === 1) throw new Error('the key is gone')
      return sealed.subarray(1)
    }
    let mark = 1
    const seal = { seal: async (_at: number, bytes: Uint8Array) => new Uint8Array([mark, ...bytes]), open }
    const { stream } = await opened.reopen({ seal })
    await stream.append([record('k', 1), record('k', 2)])
    mark = 2
    await stream.append([record('k', 3)])
    const owner = await own(opened.storage, 'g', partitionOf('k', 16))
    const batch = await stream.next('g', owner, ALL)
    expect(batch.records.map(({ offset, key, body }) => [offset, key, body === null])).toEqual([
      [1, '', true],
      [2, '', true],
      [3, 'k', false],
    ])
    await stream.advance(batch, owner)
    expect((await stream.next('g', owner, ALL)).records).toEqual([])
  })

  test('a mark is passed when its group has followed what came before, whatever came after', async () => {
    const { stream } = opened.storage
    await stream.append([record('a', 1)])
    const mark = await stream.mark()
    expect(await stream.hasPassed('g', mark)).toBe(false)
    const owner = await own(opened.storage, 'g', partitionOf('a', 16))
    const batch = await stream.next('g', owner, ALL)
    await stream.append([record('a', 2), record('b', 1)])
    expect(await stream.hasPassed('g', mark)).toBe(false)
    await stream.advance(batch, owner)
    expect(await stream.hasPassed('g', mark)).toBe(true)
    expect(await stream.hasPassed('other', mark)).toBe(false)
  })

  test('backlog counts what a group has not read, and the age of the oldest', async () => {
    const { stream } = opened.storage
    await stream.append([record('a', 1), record('b', 1)])
    opened.now += 5_000
    await stream.append([record('a', 2)])
    expect(await stream.backlog('g')).toEqual({ records: 3, oldestMs: 5_000 })
  })

  test('only what every group has followed is trimmed, after a minute', async () => {
    const { stream } = opened.storage
    await stream.append([record('a', 1)])
    const part = partitionOf('a', 16)
    const [one, two] = [await own(opened.storage, 'one', part), await own(opened.storage, 'two', part)]
    await stream.advance(await stream.next('one', one, ALL), one)
    const late = await stream.next('two', two, ALL)
    opened.now += 61_000
    expect(await stream.trim()).toBe(0)
    await stream.advance(late, two)
    expect(await stream.trim()).toBe(1)
    await stream.append([record('a', 2)])
    expect((await stream.next('one', one, ALL)).records.map((each) => each.offset)).toEqual([2])
  })
})
