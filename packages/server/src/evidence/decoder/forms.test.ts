import { distanceBits, type Pdq, type Pixels, readingsOf } from '@lamplighter/matching'
import { afterAll, describe, expect, test } from 'vitest'
import { type Measurement, pdqKernel, startDecoder } from './index.ts'
import { type BitmapHow, bmp } from './testing/bitmaps.ts'
import { hills, png, webp } from './testing/files.ts'
import { as, together, withProperty } from './testing/rare.ts'

const decoder = startDecoder({ children: 1 })
afterAll(() => decoder.stop())

const listed = hills(240, 180)
const others = (count: number): Pixels[] => Array.from({ length: count }, (_, n) => hills(240, 180, 20 + n))
const hashOf = (pixels: Pixels): Pdq =>
  readingsOf(pdqKernel(), pixels, { orientation: 1 })[0]?.pdq ?? expect.fail('expected a hash')
const LISTED = hashOf(listed)
const WITHIN = 31
const bitsFrom = ({ readings }: Measurement, to: Pdq = LISTED): number =>
  Math.min(...readings.map(({ pdq }) => distanceBits(pdq, to)))
/** The picture at one place among pictures that are not listed. */
const among = (count: number, place: number): Pixels[] => others(count).with(place, listed)

/** The picture is there only once something stands behind it. */
function onlyOn(ground: 'white' | 'black'): Pixels {
  const data = listed.data.map((_, at) => {
    const bright = listed.data[at - (at % 4)] ?? 0
    if (at % 4 < 3) return ground === 'white' ? 0 : 255
    return ground === 'white' ? 255 - bright : bright
  })
  return { ...listed, data }
}

const hidden = { ...listed, data: listed.data.map((value, at) => (at % 4 === 3 ? 0 : value)) }

describe('matching 11: a listed picture is found', () => {
  test.each<[string, () => Buffer | Promise<Buffer>, number]>([
    ['hidden under full transparency, PNG', () => png(hidden), 0],
    ['on white, PNG', () => png(onlyOn('white')), 6],
    ['on black, PNG', () => png(onlyOn('black')), 6],
    ['on white, WebP', () => webp(onlyOn('white')), 6],
    ['on white, AVIF', () => as.avif(onlyOn('white')), 8],
    ['as AVIF', () => as.avif(listed), 8],
    ['as GIF', () => as.gif(listed), 8],
    ['as frame 7 of a GIF', () => together(among(12, 6), 'gif'), 8],
    ['as the last frame of a GIF', () => together(among(5, 4), 'gif'), 8],
    ['as frame 7 of an animated WebP', () => together(among(12, 6), 'webp'), 0],
    ['as TIFF', () => as.tiff(listed), 0],
    ['as page 2 of a TIFF', () => together(among(3, 1), 'tiff'), 0],
    ['as CMYK', () => as.cmyk(listed), 10],
    ['as palette', () => as.palette(listed), 8],
    ['as 16-bit PNG', () => as.sixteen(listed), 0],
    ['as 16-bit TIFF', () => as.sixteenTiff(listed), 0],
    ['as LAB', () => as.lab(listed), 2],
    ['as grey TIFF', () => as.grey(listed), 12],
  ])('%s', async (_, make, within) => {
    const measured = await decoder.measure(await make())
    expect(measured.unknown).toEqual([])
    expect(bitsFrom(measured)).toBeLessThanOrEqual(within)
  })

  test('and another picture in any of these forms is not', async () => {
    for (const make of Object.values(as)) {
      expect(bitsFrom(await decoder.measure(await make(hills(240, 180, 7))))).toBeGreaterThan(WITHIN)
    }
  })
})

describe('bitmaps', () => {
  const plain: readonly [string, BitmapHow, number][] = [
    ['24 bits', { bits: 24 }, 0],
    ['24 bits, from the top down', { bits: 24, downwards: true }, 0],
    ['32 bits', { bits: 32 }, 0],
    ['32 bits with alpha', { bits: 32, alpha: true }, 0],
    ['16 bits', { bits: 16 }, 2],
    ['24 bits, the old header', { bits: 24, core: true }, 0],
  ]
  test.each(plain)('%s: the hash of the pixels', async (_, how, within) => {
    const measured = await decoder.measure(bmp(hills(241, 180), how), 'image/bmp')
    expect(measured).toMatchObject({ width: 241, height: 180, unknown: [], flags: [] })
    expect(bitsFrom(measured, hashOf(hills(241, 180)))).toBeLessThanOrEqual(within)
  })

  // Palettes hold greys here, so the red channel alone is what they show.
  const red = hills(241, 180)
  const grey: Pixels = { ...red, channels: 1, data: red.data.filter((_, at) => at % 4 === 0) }
  test.each<[string, BitmapHow]>([
    ['8 bits', { bits: 8 }],
    ['8 bits, the old header', { bits: 8, core: true }],
    ['8 bits in runs', { bits: 8, packed: true }],
  ])('%s: the hash of the palette’s colours', async (_, how) => {
    expect(bitsFrom(await decoder.measure(bmp(red, how)), hashOf(grey))).toBe(0)
  })

  test('1 bit: black and white', async () => {
    const hard: Pixels = { ...grey, data: grey.data.map((value) => (value > 127 ? 255 : 0)) }
    expect(bitsFrom(await decoder.measure(bmp(red, { bits: 1 })), hashOf(hard))).toBe(0)
  })

  test('alpha counts only where the file says that it is alpha', async () => {
    expect((await decoder.measure(bmp(hidden, { bits: 32 }))).readings.map(({ ground }) => ground)).toEqual([undefined])
    const clear = await decoder.measure(bmp(hidden, { bits: 32, alpha: true }))
    expect(clear.readings.find(({ ground }) => ground === 'dropped')?.pdq).toBe(LISTED)
  })

  test.each<BitmapHow>([{ bits: 24 }, { bits: 8, packed: true }])('cut off, it is damaged: %j', async (how) => {
    const whole = bmp(listed, how)
    const measured = await decoder.measure(whole.subarray(0, Math.floor(whole.length * 0.9)))
    expect(measured.unknown).toEqual([{ part: 'pixels', why: 'damaged' }])
    expect(measured.flags).toEqual(['read_with_errors'])
  })

  test('bytes behind it are said, and sizes that cannot be are damage', async () => {
    const tail = Buffer.concat([bmp(listed, { bits: 24 }), Buffer.from('<script>')])
    expect((await decoder.measure(tail)).flags).toEqual(['trailing_bytes', 'second_format'])
    const large = bmp(listed, { bits: 24 })
    large.writeInt32LE(60_000, 18)
    expect((await decoder.measure(large)).unknown).toEqual([{ part: 'pixels', why: 'too_large' }])
    const none = bmp(listed, { bits: 24 })
    none.writeInt32LE(0, 18)
    expect((await decoder.measure(none)).unknown).toEqual([{ part: 'pixels', why: 'damaged' }])
  })
})

describe('animations and pages', () => {
  test('first, last and evenly spaced ones are read, 60 at most, each on white and on black', async () => {
    const pictures = Array.from({ length: 100 }, (_, n) => onClear(hills(40, 30, n)))
    const measured = await decoder.measure(await together(pictures, 'webp'))
    expect(measured).toMatchObject({ frames: 100, unknown: [] })
    const frames = [...new Set(measured.readings.map(({ frame = -1 }) => frame))]
    expect([frames.length, frames[0], frames.at(-1)]).toEqual([60, 0, 99])
    expect(new Set(measured.readings.map(({ ground, profile }) => `${ground} ${profile}`))).toEqual(
      new Set(['white full', 'black full']),
    )
  })

  /** A quarter is clear. A clear half would change no bit: a hash has no frequencies of whole rows or columns. */
  function onClear(picture: Pixels): Pixels {
    const { width } = picture
    const isClear = (at: number) => at % 4 === 3 && ((at >> 2) % width) * 2 > width && at < picture.data.length / 2
    return { ...picture, data: picture.data.map((value, at) => (isClear(at) ? 0 : value)) }
  }

  test('composed as a viewer does: a frame that changes one corner is the whole picture', async () => {
    const corner = Uint8Array.from(listed.data)
    for (let y = 0; y < 30; y += 1) corner.fill(255, y * 960, y * 960 + 160)
    const file = await together([listed, { ...listed, data: corner }], 'webp')
    const { readings } = await decoder.measure(file)
    const [first, second] = readings.map(({ pdq }) => pdq)
    expect(distanceBits(first ?? LISTED, LISTED)).toBe(0)
    expect(distanceBits(second ?? LISTED, hashOf({ ...listed, data: corner }))).toBe(0)
  })

  test('pages may have sizes and orientations of their own', async () => {
    const file = await together(among(2, 1), 'tiff')
    const measured = await decoder.measure(withSecondTurned(file, 6))
    expect(measured.unknown).toEqual([])
    const second = measured.readings.filter(({ frame }) => frame === 1)
    expect(second.map(({ of }) => of)).toEqual(['stored', 'shown'])
  })

  test('a cut-off GIF shows what there is of it, and is marked', async () => {
    const file = await together(among(6, 2), 'gif')
    const measured = await decoder.measure(file.subarray(0, Math.floor(file.length * 0.7)))
    expect(bitsFrom(measured)).toBeLessThanOrEqual(8)
    expect(measured.unknown).toContainEqual({ part: 'pixels', why: 'damaged' })
    expect(measured.flags).toContain('read_with_errors')
  })

  test('security S-32: a GIF of a million frames is too large, and no frame is decoded', async () => {
    const file = await as.gif(hills(8, 8))
    const screen = 13 + 3 * 2 ** ((file.readUInt8(10) & 7) + 1)
    const blocks = file.subarray(screen, -1)
    const frame = Buffer.concat([blocks.subarray(blocks.lastIndexOf(0x2c, blocks.length - 10))])
    const many = Buffer.concat([file.subarray(0, screen), ...Array<Buffer>(1_000_000).fill(frame), Buffer.from([0x3b])])
    const measured = await decoder.measure(many.subarray(0, 50 * 2 ** 20))
    expect(measured.frames).toBeGreaterThan(1000)
    expect(measured.unknown).toEqual([{ part: 'pixels', why: 'too_large' }])
  })

  test('a TIFF whose pages lead back to the first one ends, and is damaged', async () => {
    const file = await together(others(2), 'tiff')
    const first = file.readUInt32LE(4)
    const next = first + 2 + 12 * file.readUInt16LE(first)
    file.writeUInt32LE(first, next)
    expect((await decoder.measure(file)).unknown).toEqual([{ part: 'pixels', why: 'damaged' }])
  })

  test.each(['gif', 'tiff', 'webp'] as const)('the rendition of a %s is a sheet of nine', async (form) => {
    const file = await together(others(12), form)
    const made = await decoder.render(file, { step: 'full', label: 'R-7' })
    expect(made).toMatchObject({ state: 'rendered', width: 720, height: 540 })
    expect(await decoder.render(file, { step: 'reduced' })).toMatchObject({
      state: 'rendered',
      width: 318,
      height: 240,
    })
  })

  test('the rendition of a CMYK picture is the picture', async () => {
    expect(await decoder.render(await as.cmyk(listed), { step: 'reduced' })).toMatchObject({ width: 240, height: 180 })
  })
})

describe('matching 13: without the second decoder rarer forms are unknown', () => {
  const forms = ['gif', 'tiff', 'cmyk', 'lab'] as const
  test.each([
    ['off', startDecoder({ children: 1, native: 'off' })],
    ['absent', startDecoder({ children: 1, sharp: undefined })],
    ['fallen', startDecoder({ children: 1, sharp: '/nowhere/sharp' })],
  ] as const)('%s', async (state, without) => {
    expect(await without.native()).toBe(state)
    for (const form of forms) {
      const bytes = await as[form](listed)
      const measured = await without.measure(bytes)
      expect([form, measured.unknown]).toEqual([form, [{ part: 'pixels', why: 'no_decoder' }]])
      expect(measured).toMatchObject({
        width: 240,
        height: 180,
        readings: [],
        sha256: expect.stringMatching(/^.{64}$/),
      })
      expect(await without.render(bytes, { step: 'full' })).toEqual({ state: 'unknown', why: 'no_decoder' })
    }
    expect((await without.measure(png(listed))).unknown).toEqual([])
    without.stop()
  })

  test('with it, all stand', async () => expect(await decoder.native()).toBe('on'))
})

describe('AVIF', () => {
  test.each([
    ['turned left', 'irot', 1, 8],
    ['turned twice', 'irot', 2, 3],
    ['turned right', 'irot', 3, 6],
    ['upside down', 'imir', 0, 4],
    ['mirrored', 'imir', 1, 2],
  ] as const)('%s by its own property, it is read as stored and as shown', async (_, property, value, orientation) => {
    const upright = await as.avif(listed)
    expect((await decoder.measure(upright)).orientation).toBe(1)
    const measured = await decoder.measure(withProperty(upright, property, value))
    expect(measured.orientation).toBe(orientation)
    expect(measured.readings.map(({ of }) => of)).toEqual(['stored', 'shown'])
    expect(measured.unknown).toEqual([])
    expect(bitsFrom(measured)).toBeLessThanOrEqual(8)
  })

  test('a sequence: the first picture counts, the rest is unknown', async () => {
    const file = await as.avif(listed)
    const sequence = Buffer.concat([file.subarray(0, 8), Buffer.from('avis'), file.subarray(12), samples(9)])
    const measured = await decoder.measure(sequence)
    expect(measured).toMatchObject({ type: { seen: 'image/avif' }, frames: 9 })
    expect(measured.unknown).toContainEqual({
      part: measured.readings.length > 0 ? 'frames' : 'pixels',
      why: expect.anything(),
    })
  })

  test('cut off, it is damaged; with something behind it, that is said', async () => {
    const file = await as.avif(listed)
    expect((await decoder.measure(file.subarray(0, -200))).unknown).toEqual([{ part: 'pixels', why: 'damaged' }])
    const tail = await decoder.measure(Buffer.concat([file, Buffer.from('PK\x03\x04and so on')]))
    expect(tail.flags).toEqual(['trailing_bytes', 'second_format'])
    expect(bitsFrom(tail)).toBeLessThanOrEqual(8)
  })
})

/** A film of so many pictures, as far as its counts go. */
function samples(count: number): Buffer {
  const sizes = Buffer.alloc(12)
  sizes.writeUInt32BE(count, 8)
  return ['stsz', 'stbl', 'minf', 'mdia', 'trak', 'moov'].reduce((body, name) => {
    const front = Buffer.alloc(8)
    front.writeUInt32BE(body.length + 8, 0)
    front.write(name, 4, 'latin1')
    return Buffer.concat([front, body])
  }, sizes)
}

/** A TIFF whose second page is turned. */
function withSecondTurned(file: Buffer, orientation: number): Buffer {
  const first = file.readUInt32LE(4)
  const second = file.readUInt32LE(first + 2 + 12 * file.readUInt16LE(first))
  for (let entry = second + 2; entry < second + 2 + 12 * file.readUInt16LE(second); entry += 12) {
    if (file.readUInt16LE(entry) === 0x0112) {
      file.writeUInt16LE(orientation, entry + 8)
      return file
    }
  }
  throw new Error('expected an orientation in the file, found none')
}
