import { describe, expect, test } from 'vitest'
import { bruteForce, COUNTERS, type Counter, TEN_COUNTERS } from './counters.ts'
import type { Engine } from './engine.ts'
import { redisMissing, sqrlCounting, sqrlRedis } from './engines/sqrl-counting.ts'
import { wick } from './engines/wick.ts'
import { wickCounting, wickDurable, wickLarge } from './engines/wick-counting.ts'
import { eventsOf, rulesOf } from './generate.ts'
import { installPeers } from './install.ts'
import { laterOf } from './later.ts'

const events = eventsOf(600)
const meantBy = (counters: readonly Counter[]): string[][] =>
  events.map((_, index) =>
    counters.filter((counter) => bruteForce(counter, events, index) >= counter.atLeast).map(({ name }) => name),
  )
const meant = meantBy(COUNTERS)

async function decided(engine: Engine, count = events.length): Promise<string[][]> {
  const loaded = await engine.load([], events)
  const found: string[][] = []
  for (let event = 0; event < count; event += 1) found.push([...(await loaded.decide(event))])
  return found
}

describe('six counters', () => {
  test('Wick decides as counting everything again does, in memory and on disk', async () => {
    expect(meant.flat().length).toBeGreaterThan(20)
    expect(await decided(wickCounting)).toEqual(meant)
    expect(await decided(wickDurable)).toEqual(meant)
  }, 120_000)

  test('with all events in flight at once it is the same, in the order in which they were handed in', async () => {
    const { decide } = await wickDurable.load([], events)
    expect(await Promise.all(events.map((_, event) => decide(event)))).toEqual(meant)
  }, 120_000)

  test('ten of them beside a hundred rules disturb neither', async () => {
    const rules = rulesOf(100)
    const [plain, large] = [await wick.load(rules, events), await wickLarge.load(rules, events)]
    const counted = meantBy(TEN_COUNTERS)
    for (const event of events.keys())
      expect(await large.decide(event)).toEqual([...(await plain.decide(event)), ...(counted[event] ?? [])])
  })

  const missing = installPeers()
  test.skipIf(missing !== undefined)(
    `SQRL counts, nearly alike${missing ?? ''}`,
    async () => {
      const found = await decided(sqrlCounting)
      const same = found.filter((one, index) => one.sort().join() === [...(meant[index] ?? [])].sort().join()).length
      expect(same / events.length).toBeGreaterThan(0.8)
      const redis = redisMissing()
      if (redis === undefined) expect((await decided(sqrlRedis, 20)).length).toBe(20)
      else console.log(`SQRL with Redis: ${redis}`)
    },
    120_000,
  )

  test('a second round is later, and of other events', () => {
    const own = laterOf(events)
    expect(own(3)).toBe(events[3])
    expect(own(600).at).toBeGreaterThan(own(599).at)
    expect(own(600).id).not.toBe(own(0).id)
  })
})
