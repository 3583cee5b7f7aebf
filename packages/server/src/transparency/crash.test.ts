import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { StorageConfig } from '../storage/index.ts'
import { openKeyring } from '../storage/keyring/index.ts'
import { engines, type Place } from '../storage/testing/engines.ts'
import type { StepName } from './sequencer.ts'
import type { Errand } from './testing/crash-child.ts'
import { expectWholeLog } from './testing/invariants.ts'
import { OpenedLedger } from './testing/ledger.ts'
import { keyringFolder } from './testing/ledger-setup.ts'

const CHILD = fileURLToPath(new URL('./testing/crash-child.ts', import.meta.url))
const STEPS: readonly StepName[] = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'row', 'S7', 'S8', 'S9', 'done']

function storageOf(place: Place): StorageConfig {
  if (place.url === undefined || place.schema === undefined) return { kind: 'sqlite', folder: place.folder }
  return { kind: 'postgres', url: place.url, schema: place.schema, blobs: join(place.folder, 'blobs') }
}

/** How the process ended: its exit code, or the signal that killed it. */
function run(errand: Errand): Promise<{ ended: number | string | null; said: string }> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(errand)], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (piece: Buffer) => {
    said += piece.toString()
  })
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ ended: signal ?? code, said })))
}

const deep = process.env.LAMPLIGHTER_DEEP === '1'
// With many records only the steps that write something are worth their time.
const rounds: [records: number, steps: readonly StepName[]][] = [
  [3, STEPS],
  [deep ? 4096 : 300, deep ? STEPS : ['S3', 'S4', 'S5', 'row', 'S7']],
]

describe.each(engines)('ledger 13: killed on $name', (engine) => {
  test.each(rounds)(
    'before and after each step with %i records, every record is in the log once, and no two trees were signed',
    async (records, steps) => {
      const place = await engine.place()
      ;(await openKeyring(keyringFolder(place))).close()
      const errand = { storage: storageOf(place), folder: place.folder, records }
      for (const kill of steps) expect(await run({ ...errand, kill })).toEqual({ ended: 'SIGKILL', said: '' })
      expect(await run({ ...errand, kill: null })).toEqual({ ended: 0, said: '' })
      const opened = await OpenedLedger.at(place)
      try {
        const log = await expectWholeLog(opened)
        // Opened and software come with the first start.
        expect(log).toMatchObject({ placed: (steps.length + 1) * records + 2, pending: 0 })
      } finally {
        await opened.remove()
      }
    },
    180_000,
  )
})
