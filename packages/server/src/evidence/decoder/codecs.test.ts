import type { Pixels } from '@lamplighter/matching'
import { expect, test } from 'vitest'
import { drawSynthetic } from '../../signals/sample-pictures.ts'
import { decodeWith, encodeJpeg } from './codecs.ts'

/** The part of the WebAssembly interface that is used here; Node's types leave it to the browser's. */
interface Wasm {
  Instance: new (...how: unknown[]) => { readonly exports: object }
  readonly Memory: new (...how: never[]) => { readonly buffer: ArrayBuffer }
}
const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: Wasm }

// Memories of the codecs that are started: what they leave behind is looked for there.
const started: ArrayBuffer[] = []
const Given = wasm.Instance
wasm.Instance = class extends Given {
  constructor(...how: unknown[]) {
    super(...how)
    const memory = Object.values(this.exports).find((one) => one instanceof wasm.Memory)
    if (memory !== undefined) started.push(memory.buffer)
  }
}

const drawn = (kind: 'hatched' | 'tiles', seed: number): Pixels => ({ ...drawSynthetic(kind, seed, 256), channels: 4 })
const jpegs = await Promise.all([encodeJpeg(drawn('hatched', 1)), encodeJpeg(drawn('tiles', 5))])
const [one, other] = [jpegs[0] ?? expect.fail('expected a JPEG'), jpegs[1] ?? expect.fail('expected a JPEG')]
const pixelsOf = async (jpeg: Uint8Array) => (await decodeWith('jpeg', jpeg)).pixels

test('a codec that is used again gives the pixels of a fresh one, and keeps those that it gave before', async () => {
  started.length = 0
  const first = await pixelsOf(one)
  const copy = Uint8Array.from(first.data)
  const second = await pixelsOf(other)
  expect(started.length).toBe(1)
  expect(first.data).toEqual(copy)
  expect(second.data).not.toEqual(first.data)
  expect((await pixelsOf(one)).data).toEqual(copy)
  expect(started.length).toBe(1)
})

test('nothing of a picture is in the memory of a codec when it is done', async () => {
  started.length = 0
  // One that complains is not used again: from here on the memory is that of a new one.
  await decodeWith('jpeg', one.subarray(0, one.length / 2)).catch(() => undefined)
  await pixelsOf(one)
  const memory = Buffer.from(started.at(-1) ?? expect.fail('expected a codec'))
  const parts = Array.from({ length: 40 }, (_, at) => one.subarray(500 + 64 * at, 516 + 64 * at))
  const { data } = await pixelsOf(one)
  const rows = Array.from({ length: 40 }, (_, at) => data.subarray(4_096 * at, 4_096 * at + 64))
  expect([...parts, ...rows].filter((part) => new Set(part).size > 2 && memory.includes(Buffer.from(part)))).toEqual([])
})

test('a codec that failed or complained is not used again', async () => {
  const before = (await pixelsOf(one)).data
  started.length = 0
  const cut = await decodeWith('jpeg', one.subarray(0, 900)).catch(() => 'failed')
  expect(cut === 'failed' || (typeof cut === 'object' && cut.warnings > 0)).toBe(true)
  expect(started.length).toBe(0)
  expect((await pixelsOf(one)).data).toEqual(before)
  expect(started.length).toBe(1)
})

test('two pictures at the same time have a codec each', async () => {
  const alone = [(await pixelsOf(one)).data, (await pixelsOf(other)).data]
  const together = await Promise.all([pixelsOf(one), pixelsOf(other)])
  expect(together.map(({ data }) => data)).toEqual(alone)
})
