/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number]

/** A square of RGBA pixels. */
export interface Canvas {
  readonly size: number
  readonly data: Uint8Array
}

export function canvasOf(size: number): Canvas {
  return { size, data: new Uint8Array(size * size * 4).fill(255) }
}

/** Paints every pixel that the shape covers; it is asked in thousandths of the side, so a drawing has no size. */
export function paint(
  { size, data }: Canvas,
  [red, green, blue]: Rgb,
  covers: (x: number, y: number) => boolean,
): void {
  const places = thousandths(size)
  for (let row = 0, at = 0; row < size; row += 1) {
    const y = places[row] ?? 0
    for (let column = 0; column < size; column += 1, at += 4) {
      if (!covers(places[column] ?? 0, y)) continue
      data[at] = red
      data[at + 1] = green
      data[at + 2] = blue
    }
  }
}

/** Where each pixel of a row or column stands, in thousandths of the side. */
export function thousandths(size: number): Uint16Array {
  return Uint16Array.from({ length: size }, (_, pixel) => Math.floor((pixel * 1000) / size))
}

/** Whole numbers from 0 to below `below`, decided by the seed alone (xorshift32 over an FNV-1a hash). */
export function seeded(seed: string): (below: number) => number {
  let state = 0x811c9dc5
  for (const letter of seed) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193)
  if (state === 0) state = 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}
