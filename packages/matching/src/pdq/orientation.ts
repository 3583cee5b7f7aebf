import type { Pixels } from './pixels.ts'

/** Whether an EXIF orientation shows the picture otherwise than it is stored. */
export function isTurned(orientation: number): boolean {
  return Number.isInteger(orientation) && orientation >= 2 && orientation <= 8
}

/** The pixels as a viewer shows them (EXIF 2.32 §4.6.4, tag 0x0112); for 1 and for nonsense the picture itself. */
export function turnedUpright(pixels: Pixels, orientation: number): Pixels {
  if (!isTurned(orientation)) return pixels
  const swaps = orientation >= 5
  const width = swaps ? pixels.height : pixels.width
  const height = swaps ? pixels.width : pixels.height
  const data = new Uint8Array(pixels.data.length)
  const walk = walkOf(pixels, orientation)
  const isWhole = pixels.channels === 4 && pixels.data.byteOffset % 4 === 0
  // A line of one picture is a column of the other: in squares both stay in the cache.
  for (let top = 0; top < height; top += SIDE) {
    const bottom = Math.min(top + SIDE, height)
    for (let left = 0; left < width; left += SIDE) {
      const square = { left, top, bottom, right: Math.min(left + SIDE, width), width }
      if (isWhole) copyWords(wordsIn(pixels.data), wordsIn(data), walk, square)
      else copyBytes(pixels, data, walk, square)
    }
  }
  return { width, height, channels: pixels.channels, data }
}

const SIDE = 64

/** Where the stored pixel of the first shown one lies, and how far on that of the next one to the right, and of the one below. */
interface Walk {
  readonly first: number
  readonly right: number
  readonly down: number
}

interface Square {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly width: number
}

function walkOf({ width, height }: Pixels, orientation: number): Walk {
  const lastLine = width * (height - 1)
  switch (orientation) {
    case 2:
      return { first: width - 1, right: -1, down: width }
    case 3:
      return { first: lastLine + width - 1, right: -1, down: -width }
    case 4:
      return { first: lastLine, right: 1, down: -width }
    case 5:
      return { first: 0, right: width, down: 1 }
    case 6:
      return { first: lastLine, right: -width, down: 1 }
    case 7:
      return { first: lastLine + width - 1, right: -width, down: -1 }
    default:
      return { first: width - 1, right: width, down: -1 }
  }
}

const wordsIn = ({ buffer, byteOffset, length }: Pixels['data']): Uint32Array =>
  new Uint32Array(buffer, byteOffset, length >>> 2)

function copyWords(stored: Uint32Array, shown: Uint32Array, { first, right, down }: Walk, square: Square): void {
  for (let y = square.top; y < square.bottom; y += 1) {
    let from = first + y * down + square.left * right
    const line = y * square.width
    for (let to = line + square.left; to < line + square.right; to += 1, from += right) shown[to] = stored[from] ?? 0
  }
}

function copyBytes({ channels, data }: Pixels, shown: Uint8Array, { first, right, down }: Walk, square: Square): void {
  const step = right * channels
  for (let y = square.top; y < square.bottom; y += 1) {
    let from = (first + y * down + square.left * right) * channels
    let to = (y * square.width + square.left) * channels
    for (let x = square.left; x < square.right; x += 1, from += step, to += channels) {
      shown[to] = data[from] ?? 0
      if (channels === 1) continue
      shown[to + 1] = data[from + 1] ?? 0
      shown[to + 2] = data[from + 2] ?? 0
      if (channels === 4) shown[to + 3] = data[from + 3] ?? 0
    }
  }
}
