import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { operatorSocket } from '../../http/server.ts'
import { emptyFolder, initialised, lamplighter } from '../testing/command-line.ts'

const bin = fileURLToPath(new URL('../../../bin/lamplighter.mjs', import.meta.url))
let folder: string
beforeEach(async () => {
  folder = await initialised()
})
const children: ChildProcess[] = []
afterEach(() => {
  // A test that failed half-way leaves no server behind: the program and what it started are one group.
  for (const { pid, exitCode } of children.splice(0))
    if (exitCode === null && pid !== undefined) process.kill(-pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** Starts the real program and waits until it listens. */
async function startProgram(
  args: readonly string[],
): Promise<{ child: ChildProcess; port: number; ended: Promise<number | null> }> {
  const child = spawn(process.execPath, [bin, 'start', '--listen', '127.0.0.1:0', '--log', 'info', ...args], {
    cwd: folder,
    detached: true,
  })
  children.push(child)
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const port = await new Promise<number>((resolve, reject) => {
    let text = ''
    child.stderr?.on('data', (chunk) => {
      text += chunk
      const found = /port (\d+)/.exec(text)?.[1]
      if (found !== undefined) resolve(Number(found))
    })
    void ended.then(() => reject(new Error(`ended at once: ${text}`)))
  })
  return { child, port, ended }
}

// Each command opens the whole product, which takes a while where other work keeps the machine busy.
describe('the running program', { timeout: 120_000 }, () => {
  it('platform P-34: SIGTERM under load fails no request and ends with 0; commands go through its socket', async () => {
    const { child, port, ended } = await startProgram([])
    const lines: string[] = []
    child.stdout?.on('data', (chunk) => lines.push(...String(chunk).split('\n').filter(Boolean)))
    expect(statSync(operatorSocket(join(folder, '.lamplighter'))).mode & 0o777).toBe(0o600)
    expect((await lamplighter(folder, ['people', 'list'])).out).toContain('R-1')
    expect((await lamplighter(folder, ['doctor'])).out).toContain('running and ready')
    // A second server on the same data is told who holds it.
    const second = await lamplighter(folder, ['start', '--listen', '127.0.0.1:0'])
    expect([second.code, second.err.includes('in use by process')]).toEqual([2, true])

    let stopping = false
    const outcomes: string[] = []
    // Each caller goes on until it is not let in any more; what was let in has to be answered whole.
    const load = async () => {
      for (;;) {
        const answer = await fetch(`http://127.0.0.1:${port}/openapi.json`).catch(() => undefined)
        if (answer === undefined) {
          if (!stopping) outcomes.push('failed')
          return
        }
        const text = await answer.text().catch(() => '')
        outcomes.push(text.endsWith('}') ? 'whole' : 'cut')
      }
    }
    const callers = Array.from({ length: 4 }, load)
    while (outcomes.length < 8) await new Promise((resolve) => setTimeout(resolve, 20))
    stopping = true
    child.kill('SIGTERM')
    await Promise.all(callers)
    expect(await ended).toBe(0)
    expect(outcomes.filter((one) => one !== 'whole')).toEqual([])

    const closed = new Set([
      'level',
      'time',
      'event',
      'request',
      'case',
      'duration_ms',
      'code',
      'role',
      'epoch',
      'partition',
      'count',
      'bytes',
    ])
    for (const line of lines) {
      for (const name of Object.keys(JSON.parse(line) as object)) expect(closed).toContain(name)
    }
    expect(lines.join('')).not.toContain('Robin')
  })

  it('platform P-34: a second signal ends it with 75 while somebody still waits for an answer', async () => {
    const { child, port, ended } = await startProgram(['--shutdown-s', '20'])
    // A request that is never sent to its end holds the stop.
    const slow = createConnection({ host: '127.0.0.1', port })
    slow.on('error', () => undefined)
    slow.write(
      'POST /v1/me/sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n',
    )
    await new Promise((resolve) => setTimeout(resolve, 100))
    child.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 800))
    child.kill('SIGTERM')
    expect(await ended).toBe(75)
    slow.destroy()
  })

  it('without a configuration it refuses and leaves the folder as it was', async () => {
    rmSync(folder, { recursive: true })
    folder = emptyFolder()
    // A port to listen on is no address by which people come.
    const refused = await lamplighter(folder, ['start', '--listen', '127.0.0.1:0'])
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('lamplighter init')
    expect(readdirSync(folder)).toEqual([])
  })

  it('an address given as a flag is a configuration, without any file', async () => {
    rmSync(folder, { recursive: true })
    folder = emptyFolder()
    const { child, ended } = await startProgram(['--url', 'http://localhost:4300'])
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })
})
