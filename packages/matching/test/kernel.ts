import { readFileSync } from 'node:fs'
import { PdqKernel } from '../src/pdq/kernel.ts'
import type { Pixels } from '../src/pdq/pixels.ts'
import { compileWasm } from '../src/wasm.ts'

/** The committed kernels of PDQ. */
export const pdqWasm = readFileSync(new URL('../wasm/pdq.wasm', import.meta.url))
export const pdqModule = compileWasm(pdqWasm)
export const kernel = new PdqKernel(pdqModule)

/** Numbers from 0 to 1 that only the seed decides. */
export function chances(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** Soft waves with some noise: enough to see for a quality above 50, another picture for each seed. */
export function drawn(width: number, height: number, seed: number, channels: 1 | 3 | 4 = 3): Pixels {
  const chance = chances(seed)
  const [a, b, c, noise] = [3 + 20 * chance(), 3 + 20 * chance(), 6 * chance(), 60 * chance()]
  const data = new Uint8Array(width * height * channels)
  for (let at = 0, y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let k = 0; k < channels; k += 1, at += 1) {
        const wave = Math.sin((x / width) * a + k + c) * Math.cos((y / height) * b + c)
        data[at] = 127 + 90 * wave + noise * (chance() - 0.5)
      }
    }
  }
  return { width, height, channels, data }
}
