import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Place, TestEngine } from '../../storage/testing/engines.ts'
import { newFolder } from '../../storage/testing/room.ts'
import type { Errand } from './errand.ts'
import { History } from './history.ts'
import { COUNTERS, ROOMS } from './platform.ts'

/** How often a server under load is killed. */
export const KILLS = Number(process.env.LAMPLIGHTER_KILLS ?? 25)

export const KILLED_UNDER_LOAD = `platform C-1, rules 11.5: ${KILLS} times under load it loses nothing that it acknowledged, nothing happens twice, and counters are what counting again gives`
export const KILLED_WITHIN_MS = KILLS * 20_000 + 1_500_000

/** What an outsider keeps, while `body` runs. */
async function withOutside(body: (outside: string) => Promise<void>): Promise<void> {
  const outside = newFolder('ll-crash-')
  try {
    await body(outside)
  } finally {
    rmSync(outside, { recursive: true, force: true })
  }
}

/** Kills a server that a platform sends to, again and again, and looks at what is left. */
export const killedUnderLoad = (engine: TestEngine): Promise<void> =>
  withOutside(async (outside) => {
    const { place, errand } = await placeOf(engine)
    const own = await History.begin(errand, outside)
    try {
      const { platform } = own
      platform.start()
      for (let kill = 1; kill <= KILLS; kill += 1) {
        await platform.hears(10 + Math.random() * 150)
        await own.die()
        await own.live(errand)
      }
      await platform.hears(50)
      expect(await own.findings()).toEqual([])
      // The history was worth looking at.
      const { counts } = await own.life.truth()
      expect(counts.length).toBe(COUNTERS.length * ROOMS.length)
      const { events, reports, decisions } = platform.acknowledged
      expect(events.size).toBeGreaterThan(KILLS * 20)
      expect(reports.size).toBeGreaterThan(KILLS)
      expect(decisions.size).toBeGreaterThan(KILLS / 2)
      expect(platform.repeats).toBeGreaterThan(KILLS)
      expect(await own.life.stop()).toMatchObject({ ended: 0 })
    } finally {
      await own.end()
      await place.remove()
    }
  })

async function placeOf(engine: TestEngine): Promise<{ place: Place; errand: Omit<Errand, 'hook'> }> {
  const place = await engine.place()
  const { folder, url, schema } = place
  if (url === undefined || schema === undefined) return { place, errand: { folder } }
  return { place, errand: { folder, database: { url, schema } } }
}

/** One embedded server, while `body` runs. */
export const withHistory = (body: (history: History, folder: string) => Promise<void>): Promise<void> =>
  withOutside(async (outside) => {
    const folder = join(outside, 'data')
    const history = await History.begin({ folder }, outside)
    try {
      await body(history, folder)
    } finally {
      await history.end()
    }
  })
