import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { type House, openHouse } from '../testing/house.ts'
import { inAnotherProcess } from './imports/testing/list-life.ts'
import type { ListChange } from './lists/changes.ts'

const put = (n: number): ListChange => ({
  op: 'put',
  kind: 'domain',
  sourceId: `s${n}`,
  entry: { value: `h${n}.example` },
})

describe.each(engines.filter(({ name }) => name === 'postgres'))('two processes on one list ($name)', (engine) => {
  let house: House
  beforeEach(async () => {
    house = await openHouse({ engine, bare: true })
    await house.context.library.create({
      ...{ id: 'shared', kind: 'domain', harm: 'malware', sealed: false, context: false },
      ...{ source: 'made up', staleAfterMs: null },
    })
  })
  afterEach(() => house.close())

  test('while one changes it the other is refused, and takes back nothing that the first has written; then it is its turn', async () => {
    const other = { list: 'shared', act: { do: 'change' as const, changes: [put(500)] }, dieAfter: null }
    let heard = ''
    const slow = (async function* () {
      yield Array.from({ length: 60 }, (_, n) => put(n))
      heard = await inAnotherProcess(house, other)
      yield [put(60)]
    })()
    const { library } = house.context
    const first = await library.change({ list: 'shared', by: 'operator', full: false, changes: slow, rows: 61, bad: 0 })
    expect([heard, first.added, first.entries]).toEqual(['conflict', 61, 61])
    expect(await inAnotherProcess(house, other)).not.toBe('conflict')
    const waits = (await house.rows('list_versions')).find(({ state }) => state === 'trial' || state === 'staged')
    expect(Number(waits?.entries)).toBe(62)
  }, 300_000)

  test('a process that lost the list while it was changing it writes nothing more', async () => {
    const { library, storage } = house.context
    const slow = (async function* () {
      yield [put(0)]
      const [held] = await storage.leases.holders('list:shared')
      if (held === undefined) throw new Error('nobody holds the list')
      await storage.leases.release({ name: held.name, epoch: held.epoch, untilMs: held.untilMs })
      await storage.leases.acquire('list:shared', 60_000)
      yield [put(1)]
    })()
    const change = library.change({ list: 'shared', by: 'operator', full: false, changes: slow, rows: 2, bad: 0 })
    await expect(change).rejects.toMatchObject({ code: 'conflict' })
    expect(await house.rows('list_entries')).toHaveLength(1)
    expect(await house.rows('list_versions')).toEqual([])
  }, 300_000)
})
