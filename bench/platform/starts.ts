import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  FOLDER_VARIABLE,
  postgresBinaries,
  stopServer,
  testServer,
} from '../../packages/server/src/storage/testing/postgres.ts'
import { median } from '../lib/machine.ts'
import type { Row, Scale } from '../lib/row.ts'

const INIT = ['init', '--name', 'Harbour', '--admin', 'Robin', '--country', 'gb', '--yes', '--json']
const BIN = fileURLToPath(new URL('../../packages/server/bin/lamplighter.mjs', import.meta.url))

/** B-10: how long people wait for a server. */
export async function starts(scale: Scale): Promise<Row[]> {
  const first: number[] = []
  const second: number[] = []
  for (let round = 0; round < scale.rounds; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'll-bench-'))
    first.push((await runMs(INIT, folder)) + (await startMs(folder)))
    second.push(await startMs(folder))
    rmSync(folder, { recursive: true, force: true })
  }
  const migration = await migrateMs()
  const seconds = [median(first), median(second), migration ?? Number.NaN].map((ms) => ms / 1_000)
  const [one = 0, two = 0, three = 0] = seconds
  return [
    {
      id: 'B-10',
      measure: '`init` and first start to *ready*; second; `migrate` on an empty PostgreSQL',
      needed: '< 3 s; < 2 s; < 10 s',
      found: `${one.toFixed(1)} s; ${two.toFixed(1)} s; ${migration === undefined ? 'no PostgreSQL here' : `${three.toFixed(1)} s`}`,
      met: migration === undefined ? undefined : one < 3 && two < 2 && three < 10,
    },
  ]
}

/** From the command to a *yes* of `/health/ready`; then it is stopped. */
async function startMs(folder: string): Promise<number> {
  const began = performance.now()
  const child = spawn(process.execPath, [BIN, 'start', '--listen', '127.0.0.1:0'], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    const port = await new Promise<string>((resolve, reject) => {
      let text = ''
      child.stderr.on('data', (chunk) => {
        text += chunk
        const found = /port (\d+)/.exec(text)?.[1]
        if (found !== undefined) resolve(found)
      })
      void ended.then(() => reject(new Error(`the server ended at once: ${text}`)))
    })
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`)
    if (!answer.ok) throw new Error(`the server is not ready: ${answer.status}`)
    return performance.now() - began
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

/** A command, from its start to its end. */
async function runMs(args: readonly string[], folder: string, env: Record<string, string> = {}): Promise<number> {
  const began = performance.now()
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}`)
  return performance.now() - began
}

async function migrateMs(): Promise<number | undefined> {
  if (postgresBinaries() === undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'll-bench-pg-'))
  process.env[FOLDER_VARIABLE] = folder
  const url = await testServer()
  const data = mkdtempSync(join(tmpdir(), 'll-bench-'))
  try {
    return await runMs(['migrate'], data, { LAMPLIGHTER_URL: 'http://localhost', LAMPLIGHTER_DATABASE: url ?? '' })
  } finally {
    stopServer(folder)
    rmSync(data, { recursive: true, force: true })
  }
}
