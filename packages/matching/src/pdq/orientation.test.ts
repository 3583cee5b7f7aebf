import { expect, test } from 'vitest'
import { drawFrom } from '../../test/sets.ts'
import { turnedUpright } from './orientation.ts'
import type { Pixels } from './pixels.ts'
import { hasTransparency } from './readings.ts'

const draw = drawFrom(6)

/** EXIF 2.32 §4.6.4 word for word: at which (x, y) of the stored picture the pixel is that is shown at (x, y). */
const STORED: Readonly<Record<number, (x: number, y: number, right: number, bottom: number) => [number, number]>> = {
  2: (x, y, right) => [right - x, y],
  3: (x, y, right, bottom) => [right - x, bottom - y],
  4: (x, y, _, bottom) => [x, bottom - y],
  5: (x, y) => [y, x],
  6: (x, y, _, bottom) => [y, bottom - x],
  7: (x, y, right, bottom) => [right - y, bottom - x],
  8: (x, y, right) => [right - y, x],
}

/** A picture of chance that begins at any byte of its memory. */
function drawn(width: number, height: number, channels: Pixels['channels'], offset: number): Pixels {
  const data = new Uint8Array(new ArrayBuffer(width * height * channels + offset), offset)
  for (let at = 0; at < data.length; at += 1) data[at] = draw.below(256)
  return { width, height, channels, data }
}

test('every pixel stands where the note of the camera puts it, whatever the size, the channels and the place in memory', () => {
  const sizes = [1, 2, 3, 63, 64, 65, 130]
  for (const channels of [1, 3, 4] as const) {
    for (const orientation of [2, 3, 4, 5, 6, 7, 8]) {
      for (const width of sizes) {
        const height = sizes[draw.below(sizes.length)] ?? 1
        const stored = drawn(width, height, channels, draw.below(5))
        const shown = turnedUpright(stored, orientation)
        expect([shown.width, shown.height]).toEqual(orientation >= 5 ? [height, width] : [width, height])
        for (let y = 0; y < shown.height; y += 1) {
          for (let x = 0; x < shown.width; x += 1) {
            const [fromX, fromY] = STORED[orientation]?.(x, y, width - 1, height - 1) ?? [0, 0]
            for (let c = 0; c < channels; c += 1) {
              const right = stored.data[(fromY * width + fromX) * channels + c]
              if (shown.data[(y * shown.width + x) * channels + c] !== right)
                expect.fail(`${width} × ${height} × ${channels}, note ${orientation}, at ${x}, ${y}`)
            }
          }
        }
      }
    }
  }
})

test('one pixel that is not opaque is seen, wherever it is, and nothing else is taken for one', () => {
  for (let tries = 0; tries < 300; tries += 1) {
    const [width, height] = [1 + draw.below(120), 1 + draw.below(120)]
    const picture = drawn(width, height, 4, draw.below(5))
    for (let at = 3; at < picture.data.length; at += 4) picture.data[at] = 255
    expect(hasTransparency(picture)).toBe(false)
    picture.data[4 * draw.below(width * height) + 3] = draw.below(255)
    expect(hasTransparency(picture)).toBe(true)
  }
  expect(hasTransparency(drawn(9, 9, 3, 0))).toBe(false)
})
