import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { History } from './testing/history.ts'
import { Disk, powerCuts } from './testing/power.ts'

const CUTS = Number(process.env.LAMPLIGHTER_CUTS ?? 10)

const rooms: string[] = []
const makeRoom = (): string => {
  const room = mkdtempSync(join(tmpdir(), 'll-power-'))
  rooms.push(room)
  return room
}
afterAll(() => {
  for (const room of rooms) rmSync(room, { recursive: true, force: true })
})

const { skipped, note, why } = powerCuts(process.env.LAMPLIGHTER_POWERCUT, () => Disk.make(makeRoom()).remove())
if (skipped) process.stdout.write(`power cuts are skipped: ${why}\n`)

describe.skipIf(skipped)('the embedded server, when the power goes', () => {
  test(
    `platform C-3: after ${CUTS} power cuts under load every answer that was given is still true${note}`,
    async () => {
      const room = makeRoom()
      let disk = Disk.make(room)
      const folder = () => join(disk.folder, 'data')
      const history = await History.begin({ folder: folder() }, room)
      try {
        const { platform } = history
        platform.start()
        for (let cut = 1; cut <= CUTS; cut += 1) {
          await platform.hears(10 + Math.random() * 150)
          await history.die()
          disk = disk.cutPower()
          await history.live({ folder: folder() })
        }
        await platform.hears(50)
        expect(await history.findings()).toEqual([])
        expect(platform.acknowledged.events.size).toBeGreaterThan(CUTS * 10)
      } finally {
        await history.end()
        disk.remove()
      }
    },
    CUTS * 30_000 + 300_000,
  )

  test(`platform C-12: without syncs the same power cut loses acknowledged events, and the check says so${note}`, async () => {
    const room = makeRoom()
    let disk = Disk.make(room)
    const folder = () => join(disk.folder, 'data')
    const history = await History.begin({ folder: folder(), unsynced: true }, room)
    try {
      const { platform } = history
      platform.start()
      await platform.hears(200)
      await history.die()
      disk = disk.cutPower()
      // Whoever waits for an answer gets it from the new life, or never: the findings are about what was acknowledged before.
      const lost = await history.live({ folder: folder() }).then(
        () => history.losses(),
        (error: Error) => [error.message],
      )
      expect(lost).not.toEqual([])
      expect(lost.join('\n')).toMatch(/is lost|damaged|ended with/)
    } finally {
      await history.end()
      disk.remove()
    }
  }, 300_000)
})
