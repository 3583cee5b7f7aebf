import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { newFolder } from '../storage/testing/room.ts'
import { Receiver } from './testing/platform.ts'

const sender = fileURLToPath(new URL('./testing/sender.ts', import.meta.url))
const kills = process.env.LAMPLIGHTER_DEEP === '1' ? 100 : 4

test('ecosystem 6: kill -9 at random moments loses no action that was answered as durable; a repeat has the same id', {
  timeout: 120_000 + kills * 60_000,
}, async () => {
  const folder = newFolder('lamplighter-')
  const receiver = await Receiver.open()
  const answered = new Set<string>()
  try {
    for (let n = 0; n < kills; n++) await lifeAndDeath({ folder, receiver, answered, actions: 40 })
    const heard = () => new Map(receiver.calls.map((call) => [String(call.data.action), call.id]))
    const last = start({ folder, receiver, answered, actions: 0 })
    await expect.poll(() => [...answered].filter((action) => !heard().has(action)), { timeout: 90_000 }).toEqual([])
    await end(last)
    // One action, one webhook-id, however often it came.
    expect(new Set(receiver.calls.map((call) => `${call.data.action} ${call.id}`)).size).toBe(heard().size)
    expect(answered.size).toBeGreaterThan(0)
  } finally {
    receiver.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

interface Life {
  readonly folder: string
  readonly receiver: Receiver
  readonly answered: Set<string>
  readonly actions: number
}

function start(life: Life) {
  const child = spawn(process.execPath, [sender, life.folder, life.receiver.url, String(life.actions)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) life.answered.add(line)
  })
  return child
}

/** Lets a sender live until it answered something, and a random moment longer. */
async function lifeAndDeath(life: Life): Promise<void> {
  const child = start(life)
  const before = life.answered.size
  await expect.poll(() => life.answered.size, { timeout: 60_000, interval: 5 }).toBeGreaterThan(before)
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 150))
  await end(child)
}

function end(child: ReturnType<typeof start>): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
