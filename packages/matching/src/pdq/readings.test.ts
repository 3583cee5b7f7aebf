import { expect, test } from 'vitest'
import { kernel } from '../../test/kernel.ts'
import { turnedUpright } from './orientation.ts'
import type { Pixels } from './pixels.ts'
import { onGround, readingsOf } from './readings.ts'

function picture(width: number, height: number, alpha: (x: number, y: number) => number = () => 255): Pixels {
  const data = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 4
      const bright = 40 + Math.round(90 * (1 + Math.sin(x / 19) * Math.cos(y / 13 + x / 40)))
      data.set([bright, 255 - bright, bright, alpha(x, y)], at)
    }
  }
  return { width, height, channels: 4, data }
}

const how = (pixels: Pixels, orientation = 1) =>
  readingsOf(kernel, pixels, { orientation }).map(({ of, ground, profile }) =>
    [of, ground, profile].filter(Boolean).join(' '),
  )

test('a small opaque picture has one reading', () => {
  expect(how(picture(200, 150))).toEqual(['stored full'])
})

test('a picture over 512 pixels is read by both profiles that list makers use', () => {
  expect(how(picture(700, 300))).toEqual(['stored full', 'stored n512'])
})

test('a picture with an orientation tag is read as stored and as shown', () => {
  expect(how(picture(200, 150), 6)).toEqual(['stored full', 'shown full'])
})

test('a tag that no viewer knows is no orientation', () => {
  for (const tag of [0, 1, 9, 1.5, Number.NaN]) expect(how(picture(200, 150), tag)).toEqual(['stored full'])
})

test('what lies under transparency is read, and what shows on white and on black', () => {
  const hidden = picture(200, 150, (x, y) => (x * y > 9_000 ? 0 : 255))
  expect(how(hidden)).toEqual(['stored dropped full', 'stored white full', 'stored black full'])
  const [dropped] = readingsOf(kernel, hidden, { orientation: 1 })
  expect(dropped?.pdq).toBe(readingsOf(kernel, picture(200, 150), { orientation: 1 })[0]?.pdq)
})

test('readings are at most twelve, and equal hashes count once', () => {
  const half = picture(700, 300, (x, y) => (x + y) % 255)
  expect(readingsOf(kernel, half, { orientation: 6 }).length).toBe(12)
  const clear = picture(200, 150, (x, y) => (x === 0 && y === 0 ? 254 : 255))
  const hashes = readingsOf(kernel, clear, { orientation: 1 }).map(({ pdq }) => pdq)
  expect(new Set(hashes).size).toBe(hashes.length)
  expect(hashes.length).toBeLessThan(3)
})

test('half transparent grey on white and on black', () => {
  const one = { width: 1, height: 1, channels: 4, data: new Uint8Array([100, 100, 100, 128]) } as const
  expect([...onGround(one, 'white').data]).toEqual([177, 177, 177])
  expect([...onGround(one, 'black').data]).toEqual([50, 50, 50])
})

test.each([
  [1, ['ab', 'cd', 'ef']],
  [2, ['ba', 'dc', 'fe']],
  [3, ['fe', 'dc', 'ba']],
  [4, ['ef', 'cd', 'ab']],
  [5, ['ace', 'bdf']],
  [6, ['eca', 'fdb']],
  [7, ['fdb', 'eca']],
  [8, ['bdf', 'ace']],
])('EXIF orientation %i shows the stored rows ab, cd, ef as viewers do', (tag, rows) => {
  const stored = { width: 2, height: 3, channels: 1, data: new TextEncoder().encode('abcdef') } as const
  const shown = turnedUpright(stored, tag)
  const text = new TextDecoder().decode(Uint8Array.from(shown.data))
  expect(Array.from({ length: shown.height }, (_, y) => text.slice(y * shown.width, (y + 1) * shown.width))).toEqual(
    rows,
  )
})
