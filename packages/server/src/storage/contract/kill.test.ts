import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StorageConfig } from '../index.ts'
import { openAccounts, sumUp } from '../testing/bank.store.ts'
import { startChild } from '../testing/child-process.ts'
import { engines, type Place } from '../testing/engines.ts'
import { MODULES } from '../testing/opened.ts'

const KILLS = process.env.LAMPLIGHTER_DEEP === '1' ? 25 : 5
const RICH = 1_000_000
// Lines of a child before it is killed: that it is ready, and its first answers.
const LEAST = 7
const CALLERS = Array.from({ length: 16 }, (_, caller) => caller)
const ACCOUNTS = CALLERS.flatMap((caller) => [`a${caller}`, `b${caller}`])

describe.each(engines)('kill -9 on $name', (engine) => {
  let place: Place
  beforeEach(async () => {
    place = await engine.place()
  })
  afterEach(() => place.remove())

  test(`a process killed ${KILLS} times under load loses no answered transaction and doubles none`, async () => {
    const first = await place.open(MODULES)
    await first.store.tx(openAccounts, { ids: ACCOUNTS, balance: RICH })
    await first.close()
    const answered: string[] = []
    for (let round = 0; round < KILLS; round++) {
      const child = startChild('work', configOf(place), `r${round}`)
      await child.ready()
      await child.says(LEAST + Math.floor(Math.random() * 150))
      child.process.kill('SIGKILL')
      await child.ended
      answered.push(...child.lines.filter((line) => line.startsWith('r') && line !== 'ready'))
    }
    const storage = await place.open(MODULES)
    const { transfers, accounts } = await storage.store.read(sumUp, undefined)
    const there = new Set(transfers.map((row) => row.id))
    await storage.close()
    expect(answered.length).toBeGreaterThan(KILLS * 5)
    expect(answered.filter((id) => !there.has(id))).toEqual([])
    // The sums move exactly as often as there are rows: no half, no double.
    const sumOf = (letter: string): number =>
      accounts.filter((row) => row.id.startsWith(letter)).reduce((sum, row) => sum + row.balance, 0)
    expect(sumOf('a')).toBe(CALLERS.length * RICH - there.size)
    expect(sumOf('b')).toBe(CALLERS.length * RICH + there.size)
  }, 120_000)
})

function configOf(place: Place): StorageConfig {
  return place.url === undefined
    ? { kind: 'sqlite', folder: place.folder }
    : {
        kind: 'postgres',
        url: place.url,
        ...(place.schema === undefined ? {} : { schema: place.schema }),
        blobs: join(place.folder, 'blobs'),
      }
}
