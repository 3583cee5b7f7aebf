import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { buildSegment } from '../src/index/segments.ts'
import { shared } from './kernels.ts'
import { apart, drawFrom, placeOf } from './sets.ts'

const root = join(import.meta.dirname, '../../..')
const wasm = (name: string): Buffer => readFileSync(new URL(`../wasm/${name}.wasm`, import.meta.url))

test('the committed kernels of the index are what the compiler makes of their source now', () => {
  const folder = mkdtempSync(join(tmpdir(), 'll-kernels-'))
  try {
    execFileSync(process.execPath, [join(root, 'scripts/kernels.mjs'), '--to', folder], { stdio: 'ignore' })
    for (const name of ['ring', 'ring-shared'])
      expect(readFileSync(join(folder, `${name}.wasm`)).equals(wasm(name)), 'run node scripts/kernels.mjs').toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 120_000)

test('one imports nothing, the other its shared memory and nothing else', () => {
  expect(WebAssembly.Module.imports(new WebAssembly.Module(wasm('ring')))).toEqual([])
  expect(WebAssembly.Module.imports(new WebAssembly.Module(wasm('ring-shared')))).toEqual([
    { module: 'env', name: 'memory', kind: 'memory' },
  ])
})

test('bit (row i, column j) of the text is bit i of chunk (i + j) mod 16', () => {
  const draw = drawFrom(2)
  for (let round = 0; round < 200; round += 1) {
    const hash = draw.hash()
    const { hashes } = buildSegment(shared, hash)
    const chunks = new Uint16Array(hashes.slice().buffer)
    for (let chunk = 0; chunk < 16; chunk += 1) {
      for (let bit = 0; bit < 16; bit += 1) {
        const place = placeOf(chunk, bit)
        const inText = ((hash[place >>> 3] ?? 0) >>> (7 - (place & 7))) & 1
        if ((((chunks[chunk] ?? 0) >>> bit) & 1) !== inText) expect.fail(`bit ${bit} of chunk ${chunk}`)
      }
    }
  }
})

test('matching 18: four threads search one segment at the same time, and each gets the answers of one alone', async () => {
  const draw = drawFrom(4)
  const rows = 30_000
  const hashes = new Uint8Array(32 * rows)
  for (let row = 0; row < rows; row += 1) hashes.set(draw.hash(), 32 * row)
  const segment = buildSegment(shared, hashes, { slots: 4 })
  const queries = new Uint8Array(32 * 8_000)
  for (let at = 0; at < queries.length; at += 32) {
    const row = draw.below(rows)
    queries.set(apart(hashes.subarray(32 * row, 32 * row + 32), draw.below(33), draw), at)
  }
  const ask = async (slot: number): Promise<string[]> => {
    const data = { memory: segment.memory, slot, queries }
    const worker = new Worker(new URL('./searcher.ts', import.meta.url), { workerData: data, execArgv: [] })
    const [answers] = await once(worker, 'message')
    await worker.terminate()
    return answers
  }
  const alone = await ask(0)
  const together = await Promise.all([0, 1, 2, 3].map(ask))
  for (const answers of together) expect(answers).toEqual(alone)
  expect(alone.filter((answer) => answer.startsWith('1:')).length).toBeGreaterThan(3_000)
}, 60_000)
