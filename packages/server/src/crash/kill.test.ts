import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyTarget } from '@lamplighter/ledger/verifier'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Errand } from './testing/errand.ts'
import { findingsOf } from './testing/findings.ts'
import { Life } from './testing/life.ts'
import { PlatformDouble } from './testing/platform.ts'
import { CountingReceiver } from './testing/receiver.ts'

const KILLS = Number(process.env.LAMPLIGHTER_KILLS ?? 25)
/** Leases and claims of a dead process hold for up to a minute; what it held goes on after that. */
const SETTLED_MS = 150_000

let folder: string
let receiver: CountingReceiver
let life: Life

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'll-crash-'))
  receiver = await CountingReceiver.open(() => Math.random() < 0.01)
})
afterEach(async () => {
  await life.kill()
  receiver.close()
  rmSync(folder, { recursive: true, force: true })
})

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const errand = (more: Partial<Errand> = {}): Errand => ({ folder, hook: null, ...more })

/** Starts the first life; the double has its key and its reviewer is signed in. */
async function settleIn(): Promise<PlatformDouble> {
  life = await Life.start(errand({ hook: receiver.url }))
  const platform = new PlatformDouble(life.secrets.key)
  platform.found(life.url)
  await platform.signIn(life.secrets.link)
  return platform
}

async function die(platform: PlatformDouble): Promise<void> {
  platform.found(undefined)
  await life.kill()
}

async function liveAgain(platform: PlatformDouble): Promise<void> {
  life = await Life.start(errand())
  platform.found(life.url)
}

describe('the embedded server, killed', () => {
  test(
    `platform C-1: killed ${KILLS} times under load it loses nothing that it acknowledged, and nothing happens twice`,
    async () => {
      const platform = await settleIn()
      platform.start()
      for (let kill = 1; kill <= KILLS; kill += 1) {
        await pause(200 + Math.random() * 1_000)
        await die(platform)
        await liveAgain(platform)
      }
      await pause(500)
      await platform.finish()
      await life.settled(SETTLED_MS)

      const { acknowledged, wrong } = platform
      expect(wrong).toEqual([])
      expect(findingsOf(acknowledged, await life.truth(), receiver)).toEqual([])
      const log = await verifyTarget(life.url, {})
      expect({ exit: log.exit, lines: log.lines }).toMatchObject({ exit: 0 })
      expect(await life.stop()).toBe(0)
      // The history was worth looking at.
      expect(acknowledged.events.size).toBeGreaterThan(KILLS * 20)
      expect(acknowledged.reports.size).toBeGreaterThan(KILLS)
      expect(acknowledged.decisions.size).toBeGreaterThan(KILLS / 2)
      expect(platform.repeats).toBeGreaterThan(KILLS)
    },
    KILLS * 20_000 + 300_000,
  )
})
