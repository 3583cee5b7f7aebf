import type { Pixels } from './pixels.ts'

/** Whether an EXIF orientation shows the picture otherwise than it is stored. */
export function isTurned(orientation: number): boolean {
  return Number.isInteger(orientation) && orientation >= 2 && orientation <= 8
}

/** The pixels as a viewer shows them (EXIF 2.32 §4.6.4, tag 0x0112); for 1 and for nonsense the picture itself. */
export function turnedUpright(pixels: Pixels, orientation: number): Pixels {
  if (!isTurned(orientation)) return pixels
  const { channels, data } = pixels
  const swaps = orientation >= 5
  const width = swaps ? pixels.height : pixels.width
  const height = swaps ? pixels.width : pixels.height
  const turned = new Uint8Array(data.length)
  let to = 0
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = storedAt(pixels, orientation, x, y) * channels
      for (let c = 0; c < channels; c += 1) turned[to + c] = data[from + c] ?? 0
      to += channels
    }
  }
  return { width, height, channels, data: turned }
}

/** Which stored pixel is shown at (x, y). */
function storedAt({ width, height }: Pixels, orientation: number, x: number, y: number): number {
  const right = width - 1
  const bottom = height - 1
  switch (orientation) {
    case 2:
      return y * width + (right - x)
    case 3:
      return (bottom - y) * width + (right - x)
    case 4:
      return (bottom - y) * width + x
    case 5:
      return x * width + y
    case 6:
      return (bottom - x) * width + y
    case 7:
      return (bottom - x) * width + (right - y)
    default:
      return x * width + (right - y)
  }
}
