import { type Canvas, canvasOf, paint, type Rgb, seeded, thousandths } from './sample-canvas.ts'

/** What can be drawn. `hatched` tiles are the ones that stand on the demo's list of known pictures. */
export type SampleKind = 'boat' | 'tiles' | 'pattern' | 'hatched'

/** RGBA pixels, row by row from the top. */
export interface SamplePicture {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/**
 * A harmless picture drawn by code, with the word SYNTHETIC in it, for the demo and for tests. The same kind, seed and size
 * give the same pixels on every machine: whole numbers only, no `Math.random`, no font of the machine.
 *
 * @param seed any whole number; another seed is another picture, also for perceptual hashes
 * @param size side in pixels, 64 to 2,048
 */
export function drawSynthetic(kind: SampleKind, seed: number, size: number): SamplePicture {
  if (!Number.isInteger(size) || size < 64 || size > 2_048) {
    throw new RangeError(`expected a side of 64 to 2,048 pixels, found ${size}`)
  }
  const canvas = canvasOf(size)
  const chance = seeded(`${kind} ${seed}`)
  SCENES[kind](canvas, chance)
  writeSynthetic(canvas)
  return { width: size, height: size, data: canvas.data }
}

type Scene = (canvas: Canvas, chance: (below: number) => number) => void

/** Coordinates are in thousandths of the side. */
const SCENES: Readonly<Record<SampleKind, Scene>> = {
  boat: (canvas, chance) => {
    const horizon = 350 + chance(300)
    clouds(canvas, chance)
    paint(canvas, [40 + chance(60), 80 + chance(60), 140 + chance(80)], (_, y) => y > horizon)
    for (let wave = 0; wave < 14; wave += 1) {
      const [x, y, w] = [chance(1000), horizon + chance(1000 - horizon), 60 + chance(260)]
      paint(canvas, grey(150 + chance(100)), (px, py) => Math.abs(py - y) < 14 && Math.abs(px - x) < w)
    }
    const left = 100 + chance(400)
    const wide = 260 + chance(260)
    const deck = horizon + chance(120)
    const mast = left + 60 + chance(wide - 120)
    const tall = 240 + chance(200)
    paint(canvas, [90 + chance(130), chance(90), chance(70)], (x, y) => {
      const below = y - deck
      return below > 0 && below < 110 && x > left + below && x < left + wide - below
    })
    paint(canvas, grey(30), (x, y) => Math.abs(x - mast) < 9 && y > deck - tall && y < deck)
    paint(
      canvas,
      grey(225 + chance(30)),
      (x, y) => y < deck - 20 && x > mast + 12 && (x - mast) * tall < (y - deck + tall) * (wide - 80),
    )
  },
  tiles: (canvas, chance) => grid(canvas, chance, { count: 9, brightest: 256 }),
  pattern: (canvas, chance) => {
    clouds(canvas, chance)
    for (let ring = 0; ring < 26; ring += 1) {
      const [cx, cy, radius] = [chance(1000), chance(1000), 40 + chance(170)]
      const colour = any(chance)
      paint(canvas, colour, (x, y) => (x - cx) ** 2 + (y - cy) ** 2 < radius ** 2)
    }
  },
  hatched: (canvas, chance) => {
    grid(canvas, chance, { count: 8, brightest: 211 })
    for (let band = 0; band < 7; band += 1) {
      const [offset, width, gap] = [chance(2000), 60 + chance(90), 14 + chance(10)]
      paint(canvas, grey(band % 2 === 0 ? 10 : 245), (x, y) => {
        const across = (x + y + 4000 - offset) % 2000
        return across < width && (x - y + 4000) % (2 * gap) < gap
      })
    }
  },
}

/** Tiles of chance colours, `count` in each row. */
function grid(
  { size, data }: Canvas,
  chance: (below: number) => number,
  { count, brightest }: { count: number; brightest: number },
): void {
  const tiles = Uint8Array.from({ length: count * count * 3 }, () => chance(brightest))
  const places = thousandths(size).map((place) => Math.floor((place * count) / 1000))
  for (let y = 0, at = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1, at += 4) {
      const tile = ((places[y] ?? 0) * count + (places[x] ?? 0)) * 3
      for (let channel = 0; channel < 3; channel += 1) data[at + channel] = tiles[tile + channel] ?? 0
    }
  }
}

/** A sky of large soft patches, so that two pictures differ in the large as well. */
function clouds(canvas: Canvas, chance: (below: number) => number): void {
  paint(canvas, grey(120 + chance(80)), () => true)
  for (let cloud = 0; cloud < 18; cloud += 1) {
    const [cx, cy, w, h] = [chance(1000), chance(1000), 60 + chance(200), 40 + chance(140)]
    const colour = grey(60 + chance(190))
    paint(canvas, colour, (x, y) => Math.abs(x - cx) * h + Math.abs(y - cy) * w < w * h)
  }
}

function any(chance: (below: number) => number): Rgb {
  return [chance(256), chance(256), chance(256)]
}

function grey(value: number): Rgb {
  return [value, value, value]
}

/** The letters of SYNTHETIC on 5 × 7 points, from the top, five bits a row. */
const WORD: readonly (readonly number[])[] = [
  [15, 16, 16, 14, 1, 1, 30],
  [17, 17, 10, 4, 4, 4, 4],
  [17, 25, 21, 19, 17, 17, 17],
  [31, 4, 4, 4, 4, 4, 4],
  [17, 17, 17, 31, 17, 17, 17],
  [31, 16, 16, 30, 16, 16, 31],
  [31, 4, 4, 4, 4, 4, 4],
  [14, 4, 4, 4, 4, 4, 14],
  [14, 17, 16, 16, 16, 17, 14],
]
const LETTER_POINTS = 6
const WORD_POINTS = WORD.length * LETTER_POINTS

/** Writes the word in white on black along the foot, half as wide as the picture. */
function writeSynthetic(canvas: Canvas): void {
  const point = Math.max(1, Math.floor(canvas.size / 2 / WORD_POINTS))
  const top = canvas.size - 11 * point
  for (let y = top; y < canvas.size; y += 1) {
    for (let x = 0; x < (WORD_POINTS + 3) * point; x += 1) {
      const column = Math.floor(x / point) - 2
      const row = WORD[Math.floor(column / LETTER_POINTS)]?.[Math.floor((y - top) / point) - 2] ?? 0
      const lit = column >= 0 && ((row >> (4 - (column % LETTER_POINTS))) & 1) === 1
      canvas.data.fill(lit ? 255 : 0, (y * canvas.size + x) * 4, (y * canvas.size + x) * 4 + 3)
    }
  }
}
