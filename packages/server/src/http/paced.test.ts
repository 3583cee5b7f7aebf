import { expect, test } from 'vitest'
import { CallerGone } from './body.ts'
import { paced } from './paced.ts'

const slowest = { bytes: 100, inMs: 300 }

async function* dripping(pieces: number, bytes: number, everyMs: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < pieces; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, everyMs))
    yield new Uint8Array(bytes)
  }
}

async function through(body: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0
  for await (const piece of paced(body, slowest)) bytes += piece.length
  return bytes
}

test('matching 7: who sends less than the least in its time is cut off', async () => {
  await expect(through(dripping(100, 1, 50))).rejects.toThrow(CallerGone)
})

test('who falls silent after much is cut off, too, and nothing waits for the rest', async () => {
  const silent = (async function* () {
    yield new Uint8Array(1000)
    await new Promise(() => undefined)
  })()
  await expect(through(silent)).rejects.toThrow(CallerGone)
})

test('who sends enough in each stretch goes on, however long it takes', async () => {
  expect(await through(dripping(12, 100, 60))).toBe(1200)
})

test('a short body that is whole is never too slow', async () => {
  expect(await through(dripping(1, 1, 50))).toBe(1)
})
