import { describe, expect, test } from 'vitest'
import { withHistory } from './testing/killing.ts'
import { Life } from './testing/life.ts'

// Side by side: most of the time is waited.
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
