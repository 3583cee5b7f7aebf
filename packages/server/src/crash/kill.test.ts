import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { engines, type Place, type TestEngine } from '../storage/testing/engines.ts'
import { newFolder } from '../storage/testing/room.ts'
import type { Errand } from './testing/errand.ts'
import { History } from './testing/history.ts'
import { Life } from './testing/life.ts'
import { COUNTERS, ROOMS } from './testing/platform.ts'

const KILLS = Number(process.env.LAMPLIGHTER_KILLS ?? 25)

/** What an outsider keeps, while `body` runs. */
async function withOutside(body: (outside: string) => Promise<void>): Promise<void> {
  const outside = newFolder('ll-crash-')
  try {
    await body(outside)
  } finally {
    rmSync(outside, { recursive: true, force: true })
  }
}

// Side by side: most of the time is waited until the leases of the dead are over.
describe.each(engines)('a server on $name, killed', { concurrent: true }, (engine) => {
  test(
    `platform C-1, rules 11.5: ${KILLS} times under load it loses nothing that it acknowledged, nothing happens twice, and counters are what counting again gives`,
    () =>
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
      }),
    KILLS * 20_000 + 1_500_000,
  )
})

async function placeOf(engine: TestEngine): Promise<{ place: Place; errand: Omit<Errand, 'hook'> }> {
  const place = await engine.place()
  const { folder, url, schema } = place
  if (url === undefined || schema === undefined) return { place, errand: { folder } }
  return { place, errand: { folder, database: { url, schema } } }
}

/** One embedded server, while `body` runs. */
const withHistory = (body: (history: History, folder: string) => Promise<void>): Promise<void> =>
  withOutside(async (outside) => {
    const folder = join(outside, 'data')
    const history = await History.begin({ folder }, outside)
    try {
      await body(history, folder)
    } finally {
      await history.end()
    }
  })

describe('the embedded server, killed', { concurrent: true }, () => {
  test(
    'platform P-10: killed between append and answer, sent again: accepted, with one effect',
    () =>
      withHistory(async (history, folder) => {
        const { platform } = history
        await history.die()
        const dying = await Life.start({ folder, hook: null, dieAfterAppend: true })
        platform.found(dying.url)
        const sent = platform.sendBatch([
          { id: 'once-1', mood: 'link' },
          { id: 'once-2', mood: 'threat' },
        ])
        expect(await dying.ended).toBe('SIGKILL')
        platform.found(undefined)
        await history.live({ folder })
        await sent
        expect(platform.repeats).toBeGreaterThan(0)
        expect(await history.findings()).toEqual([])
        const { actions } = await history.life.truth()
        expect(actions.map((row) => row.do).sort()).toEqual(['limit', 'remove'])
      }),
    300_000,
  )

  test(
    'console 10: killed inside the undo window, the effect is sent once after the restart',
    // Its own: what polls must know which of the tests that run at once it belongs to.
    ({ expect }) =>
      withHistory(async (history, folder) => {
        const { platform, receiver } = history
        await platform.report('r-1')
        const decision = await platform.decideNext('remove')
        await history.die()
        expect([...receiver.heard.values()]).toEqual([])
        await history.live({ folder })
        expect(await history.findings()).toEqual([])
        const heard = () =>
          [...receiver.heard.values()].map(({ type, do: act }) => `${type} ${act ?? ''}`.trim()).sort()
        // The reporter is answered by a job of its own when the window is over.
        await expect
          .poll(heard, { timeout: 60_000 })
          .toEqual(['action.requested remove', 'notice.created', 'report.closed'])
        const { actions } = await history.life.truth()
        expect(actions).toMatchObject([{ decision, do: 'remove', undoes: false }])
      }),
    300_000,
  )

  test(
    'platform P-34: SIGTERM under the load of a platform fails no request and ends with 0',
    () =>
      withHistory(async (history, folder) => {
        const { platform } = history
        platform.start()
        await platform.hears(100)
        const stopped = await history.life.stop()
        // Who comes when the doors are shut finds nobody. Whoever was let in has an answer.
        expect(stopped).toEqual({ ended: 0, calls: platform.answers })
        expect(platform.answers).toBeGreaterThan(100)
        platform.found(undefined)
        await history.live({ folder })
        expect(await history.findings()).toEqual([])
      }),
    300_000,
  )
})
