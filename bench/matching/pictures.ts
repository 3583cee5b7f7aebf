import type { Pixels } from '../../packages/matching/src/index.ts'

/** What is timed, in the order of M-7 and M-8; 1920 × 1080 is also what is decoded. */
export const TIMED = [
  [512, 512],
  [1024, 768],
  [1920, 1080],
] as const

/** Odd shapes beside them: every side hashes them, nobody is timed by them. */
const ODD = [
  [64, 64],
  [65, 63],
  [129, 701],
  [700, 131],
  [333, 97],
  [2_051, 260],
] as const

/** Which of the pictures is the one that is decoded. */
export const DECODED = 2

let drawn: readonly Pixels[] | undefined

/** The pictures, three channels: soft shapes with the texture of a photograph, the same on every machine. */
export function pictures(): readonly Pixels[] {
  drawn ??= [...TIMED, ...ODD].map(([width, height], seed) => draw(width, height, seed))
  return drawn
}

function draw(width: number, height: number, seed: number): Pixels {
  const data = new Uint8Array(width * height * 3)
  let state = seed + 1
  for (let at = 0, y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [u, v] = [x / width, y / height]
      const shape = Math.sin(u * (7 + seed) + 3 * Math.cos(v * 6)) * Math.cos(v * (9 + seed) + u) + Math.sin(23 * u * v)
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
      const texture = (state >>> 24) / 16 - 8 + 6 * Math.sin(x / 2.3) * Math.sin(y / 3.1)
      for (let c = 0; c < 3; c += 1, at += 1)
        data[at] = Math.max(0, Math.min(255, 120 + 55 * shape + texture + 9 * c * u))
    }
  }
  return { width, height, channels: 3, data }
}
