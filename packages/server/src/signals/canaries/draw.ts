import { seeded } from '../sample-canvas.ts'

/** Harmless pictures that a bad entry would hit: what is in them is in millions of pictures. */
export const CANARY_KINDS = ['flat', 'gradient', 'noise', 'border', 'tiles', 'text', 'code'] as const
export type CanaryKind = (typeof CANARY_KINDS)[number]

export const CANARY_SIDE = 128
/** How many there are; the kinds take turns. */
export const CANARIES = 2_000

type Chance = (below: number) => number
type Draw = (x: number, y: number) => number

/** Which picture stands at a place of the table. */
export const canaryAt = (place: number): { readonly kind: CanaryKind; readonly seed: number } => ({
  kind: CANARY_KINDS[place % CANARY_KINDS.length] ?? 'flat',
  seed: Math.floor(place / CANARY_KINDS.length),
})

/** Grey pixels, row by row. The same kind and seed give the same pixels on every machine: whole numbers only. */
export function drawCanary(kind: CanaryKind, seed: number): Uint8Array {
  const draw = DRAWN[kind](seeded(`canary ${kind} ${seed}`))
  const data = new Uint8Array(CANARY_SIDE * CANARY_SIDE)
  for (let y = 0; y < CANARY_SIDE; y += 1)
    for (let x = 0; x < CANARY_SIDE; x += 1)
      data[y * CANARY_SIDE + x] = Math.max(0, Math.min(255, Math.trunc(draw(x, y))))
  return data
}

const DRAWN: Readonly<Record<CanaryKind, (chance: Chance) => Draw>> = {
  // A wall, a sky, a scanned sheet: one tone, and the grain of a camera.
  flat: (chance) => {
    const [tone, grain] = [chance(250), 2 + chance(6)]
    const cells = grid(chance, 32, grain)
    return (x, y) => tone + cells(x >> 2, y >> 2)
  },
  gradient: (chance) => {
    const [dx, dy, from, round] = [chance(9) - 4, chance(9) - 4, chance(128), chance(3) === 0]
    const [cx, cy] = [chance(CANARY_SIDE), chance(CANARY_SIDE)]
    const steps = 1 + chance(24)
    return (x, y) => {
      const far = round ? Math.abs(x - cx) + Math.abs(y - cy) : Math.abs(dx * x + dy * y)
      return from + Math.trunc(far / steps) * steps
    }
  },
  noise: (chance) => {
    const size = 1 + chance(5)
    const cells = grid(chance, CANARY_SIDE, 256)
    return (x, y) => cells(x >> size, y >> size)
  },
  border: (chance) => {
    const [out, inside] = [chance(256), chance(256)]
    const [left, top, right, bottom] = [0, 0, 0, 0].map(() => 4 + chance(40))
    return (x, y) =>
      x < (left ?? 0) || y < (top ?? 0) || x >= CANARY_SIDE - (right ?? 0) || y >= CANARY_SIDE - (bottom ?? 0)
        ? out
        : inside
  },
  tiles: (chance) => {
    const [wide, tall, dark, light, shift] = [4 + chance(28), 4 + chance(28), chance(120), 130 + chance(120), chance(2)]
    return (x, y) => {
      const row = Math.trunc(y / tall)
      return (Math.trunc((x + (shift * row * wide) / 2) / wide) + row) % 2 === 0 ? dark : light
    }
  },
  // Lines of words, light on dark or dark on light.
  text: (chance) => {
    const [paper, ink] = chance(4) === 0 ? [20, 235] : [235, 20]
    const [line, margin] = [6 + chance(10), 4 + chance(16)]
    const cells = grid(chance, 64, 10)
    return (x, y) => {
      const row = Math.trunc(y / line)
      const isInk = y % line < (line * 3) / 5 && x > margin && x < CANARY_SIDE - margin && cells(x >> 1, row) > 3
      return isInk ? ink : paper
    }
  },
  // Modules of a two-dimensional code, with its three marks.
  code: (chance) => {
    const count = 21 + 4 * chance(4)
    const cells = grid(chance, count, 2)
    const size = CANARY_SIDE / (count + 8)
    const isMark = (x: number, y: number): boolean => Math.max(Math.abs(x - 3), Math.abs(y - 3)) !== 2
    return (x, y) => {
      const [cx, cy] = [Math.floor(x / size) - 4, Math.floor(y / size) - 4]
      if (cx < 0 || cy < 0 || cx >= count || cy >= count) return 255
      const [mx, my] = [cx < 7 ? cx : cx - count + 7, cy < 7 ? cy : cy - count + 7]
      const inMark = (cx < 7 || cx >= count - 7) && (cy < 7 || cy >= count - 7) && !(cx >= 7 && cy >= 7)
      return (inMark ? isMark(mx, my) : cells(cx, cy) === 1) ? 0 : 255
    }
  },
}

/** A table of numbers below `below`, repeated beyond its side. */
function grid(chance: Chance, side: number, below: number): Draw {
  const cells = Uint8Array.from({ length: side * side }, () => chance(below))
  return (x, y) => cells[(y % side) * side + (x % side)] ?? 0
}
