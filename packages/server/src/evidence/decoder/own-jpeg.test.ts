import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pixels } from '@lamplighter/matching'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodeWith } from './codecs.ts'
import { ownJpeg } from './own-jpeg.ts'
import { type Coded, codedJpeg } from './testing/coded-jpeg.ts'
import { hills } from './testing/files.ts'
import { trappingKernel } from './testing/trapping.ts'

const DEEP = process.env.LAMPLIGHTER_DEEP === '1'
const RUNS = DEEP ? 5_000 : 150

/** What the codec gives: its pixels without alpha, and whether it complained. */
async function codecOf(bytes: Uint8Array): Promise<{ pixels: Pixels; warnings: number } | 'gave up'> {
  try {
    return await decodeWith('jpeg', bytes, 200 * 200)
  } catch {
    return 'gave up'
  }
}

/** Decoded by the kernel, and with the pixels of the codec, which has nothing to complain of; or left to the codec. */
async function isSame(bytes: Uint8Array): Promise<boolean> {
  const own = ownJpeg(bytes)
  if (own === undefined) return false
  const codec = await codecOf(bytes)
  if (codec === 'gave up') return expect.fail('the codec gave up on what the kernel decodes')
  expect(codec.warnings).toBe(0)
  expect([own.width, own.height]).toEqual([codec.pixels.width, codec.pixels.height])
  expect(differences(own, codec.pixels)).toBe(0)
  return true
}

function differences({ width, height, channels, data }: Pixels, codec: Pixels): number {
  let differ = 0
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    for (let c = 0; c < 3; c += 1) {
      if (data[pixel * channels + (channels === 1 ? 0 : c)] !== codec.data[4 * pixel + c]) differ += 1
    }
  }
  return differ
}

const folder = join(process.env.LAMPLIGHTER_CONFORMANCE ?? '../shared/data', 'matching/images')
const present = existsSync(folder)
if (!present && process.env.CI === 'true') throw new Error(`conformance data is missing: ${folder}`)
if (!present) console.warn(`SKIPPED matching 8 for the JPEG kernel: no conformance data in ${folder}`)

test.skipIf(!present)(
  'matching 8: the reference JPEG have the pixels of the codec',
  async () => {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.jpe?g$/.test(name))
    const left: string[] = []
    for (const name of names) if (!(await isSame(readFileSync(join(folder, name))))) left.push(name)
    expect(names.length - left.length).toBeGreaterThanOrEqual(21)
    expect(left).toContain('modes/CMYK.jpg')
  },
  120_000,
)

const side = fc.integer({ min: 1, max: 200 })

describe('a whole JPEG has the pixels of the codec', () => {
  test('written by libjpeg-turbo and MozJPEG, of any size, quality and sampling', async () => {
    const how = fc.record({
      quality: fc.integer({ min: 1, max: 100 }),
      chromaSubsampling: fc.constantFrom('4:2:0', '4:4:4'),
      optimizeCoding: fc.boolean(),
      progressive: fc.boolean(),
      optimizeScans: fc.boolean(),
      trellisQuantisation: fc.boolean(),
      quantizationTable: fc.nat(8),
    })
    const kind = fc.constantFrom('soft', 'harsh', 'grey')
    await fc.assert(
      fc.asyncProperty(side, side, fc.nat(1_000_000), kind, how, async (width, height, seed, kind, how) => {
        const picture = hills(width, height, seed)
        const data = kind === 'harsh' ? picture.data.map((byte) => (byte & 8 ? 255 : 0)) : picture.data
        const drawing = sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha()
        const bytes = await (kind === 'grey' ? drawing.toColourspace('b-w') : drawing).jpeg(how).toBuffer()
        // So narrow that the codec makes no chroma between samples.
        const isNarrow = width <= 4 && kind !== 'grey' && how.chromaSubsampling === '4:2:0'
        expect(await isSame(bytes)).toBe(!isNarrow)
      }),
      { numRuns: RUNS },
    )
  }, 600_000)

  test('of any coefficients, samplings, restarts and lengths of codes; or is left to the codec where they are in no picture', async () => {
    let same = 0
    await fc.assert(
      fc.asyncProperty(coded, async (how) => {
        if (await isSame(codedJpeg(how))) same += 1
      }),
      { numRuns: RUNS },
    )
    expect(same).toBeGreaterThan(RUNS / 3)
  }, 600_000)
})

describe('a JPEG that is not whole, or not plain', () => {
  test('changed and cut in any way is left to the codec, or has its pixels and no complaint of it', async () => {
    const edits = fc.array(
      fc.record({
        how: fc.constantFrom('flip', 'set', 'lose', 'put', 'cut'),
        share: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        value: fc.oneof(fc.constant(0xff), fc.nat(255)),
      }),
      { minLength: 1, maxLength: 3 },
    )
    let left = 0
    await fc.assert(
      fc.asyncProperty(side, side, fc.nat(100), edits, async (width, height, quality, edits) => {
        const { data } = hills(width, height, quality)
        const drawing = sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha()
        const whole = await drawing.jpeg({ quality: quality || 1, progressive: true }).toBuffer()
        if (!(await isSame(edits.reduce<Uint8Array>(edit, whole)))) left += 1
      }),
      { numRuns: RUNS },
    )
    await fc.assert(
      fc.asyncProperty(coded, edits, fc.boolean(), async (how, edits, isEnded) => {
        const edited = edits.reduce<Uint8Array>(
          edit,
          codedJpeg({ ...how, width: how.width % 50 || 1, height: how.height % 50 || 1 }),
        )
        if (!(await isSame(isEnded ? Buffer.concat([edited, Buffer.from([0xff, 0xd9])]) : edited))) left += 1
      }),
      { numRuns: 4 * RUNS },
    )
    expect(left).toBeGreaterThan(RUNS)
  }, 900_000)

  test('progressive, without its last scan or its first, is left to the codec', async () => {
    const { data, ...size } = hills(60, 50)
    const whole = await sharp(data, { raw: size }).removeAlpha().jpeg({ progressive: true }).toBuffer()
    expect(await isSame(whole)).toBe(true)
    const scans: number[] = []
    const mark = Buffer.from([0xff, 0xda])
    for (let at = whole.indexOf(mark); at > 0; at = whole.indexOf(mark, at + 2)) scans.push(at)
    expect(scans.length).toBeGreaterThan(5)
    const [first = 0, second = 0] = scans
    for (const last of scans.slice(1)) {
      const cut = Buffer.concat([whole.subarray(0, last), Buffer.from([0xff, 0xd9])])
      expect(ownJpeg(cut)).toBeUndefined()
    }
    expect(ownJpeg(Buffer.concat([whole.subarray(0, first), whole.subarray(second)]))).toBeUndefined()
  })

  const how = { width: 40, height: 40, steps: () => 3, block: () => [5, 1, 0, -2] }
  const whole = codedJpeg({ ...how, sampling: [2, 2], restarts: 2 })
  const behindScan = whole.length - 2
  test.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['its end of image missing', (bytes) => bytes.subarray(0, behindScan)],
    ['a byte too many behind its scan', (bytes) => spliced(bytes, behindScan, [0x55])],
    ['a comment behind its scan', (bytes) => spliced(bytes, behindScan, [0xff, 0xfe, 0, 2])],
    ['a restart that is another one', (bytes) => changed(bytes, [0xff, 0xd1], [0xff, 0xd2])],
    ['a restart too few', (bytes) => changed(bytes, [0xff, 0xd1], [])],
    ['twelve bits', (bytes) => changed(bytes, [0xff, 0xc0, 0, 17, 8], [0xff, 0xc0, 0, 17, 12])],
    ['arithmetic codes', (bytes) => changed(bytes, [0xff, 0xc0], [0xff, 0xc9])],
    ['no rows in its header', (bytes) => changed(bytes, [17, 8, 0, 40], [17, 8, 0, 0])],
    ['a step of zero', (bytes) => changed(bytes, [0xff, 0xdb, 0, 67, 0, 3], [0xff, 0xdb, 0, 67, 0, 0])],
    ['the ids of red, green and blue', (bytes) => named(bytes, 'RGB')],
    ['Adobe’s word that it is RGB', (bytes) => spliced(bytes, 2, adobe(0))],
    ['a JFIF of another version', (bytes) => spliced(bytes, 2, jfif(2))],
  ])('with %s is left to the codec', async (_, damage) => {
    expect(await isSame(whole)).toBe(true)
    expect(ownJpeg(damage(Buffer.from(whole)))).toBeUndefined()
  })

  test.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['Adobe’s word that it is YCbCr', (bytes) => spliced(bytes, 2, adobe(1))],
    ['JFIF and the ids of red, green and blue', (bytes) => named(spliced(bytes, 2, jfif(1)), 'RGB')],
    ['other ids', (bytes) => named(bytes, 'abc')],
    ['bytes behind its end', (bytes) => Buffer.concat([bytes, Buffer.from('more')])],
  ])('with %s has the colours of the codec', async (_, change) => {
    expect(await isSame(change(Buffer.from(whole)))).toBe(true)
  })
})

describe('a kernel that stops in the middle', () => {
  const whole = codedJpeg({ width: 40, height: 40, steps: () => 3, block: () => [5, 1, 0, -2], sampling: [2, 2] })

  test.each(['begin', 'definitionAt', 'define', 'beginScan', 'nextRows'] as const)(
    'in %s leaves the picture to the codec, and the next one has a kernel that is whole',
    async (at) => {
      let asked = 0
      const trapping = () => {
        asked += 1
        return trappingKernel(at)
      }
      expect(ownJpeg(whole, trapping)).toBeUndefined()
      expect(asked).toBe(1)
      expect(await isSame(whole)).toBe(true)
    },
  )
})

function edit(bytes: Uint8Array, { how, share, value }: { how: string; share: number; value: number }): Uint8Array {
  const at = Math.floor(bytes.length * share)
  const with1 = (byte: number) => Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at + 1)])
  switch (how) {
    case 'flip':
      return with1((bytes[at] ?? 0) ^ (1 << (value % 8)))
    case 'set':
      return with1(value)
    case 'lose':
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + (value % 3))])
    case 'put':
      return spliced(bytes, at, [value, value])
    default:
      return bytes.subarray(0, at)
  }
}

function spliced(bytes: Uint8Array, at: number, put: readonly number[]): Buffer {
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at)])
}

function changed(bytes: Buffer, from: readonly number[], to: readonly number[]): Buffer {
  const at = bytes.indexOf(Buffer.from(from))
  expect(at).toBeGreaterThan(0)
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(to), bytes.subarray(at + from.length)])
}

/** Its three components under other ids, in the frame and in the scan. */
function named(bytes: Buffer, names: string): Buffer {
  const [frame, scan] = [bytes.indexOf(Buffer.from([0xff, 0xc0])) + 10, bytes.indexOf(Buffer.from([0xff, 0xda])) + 5]
  for (const [index, id] of [...Buffer.from(names)].entries()) {
    bytes[frame + 3 * index] = id
    bytes[scan + 2 * index] = id
  }
  return bytes
}

function adobe(transform: number): readonly number[] {
  return [0xff, 0xee, 0, 14, ...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform]
}

function jfif(version: number): readonly number[] {
  return [0xff, 0xe0, 0, 16, ...Buffer.from('JFIF\0'), version, 1, 0, 0, 1, 0, 1, 0, 0]
}

/** Numbers that the seed decides. */
function chances(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return Math.floor(((state >>> 0) / 2 ** 32) * below)
  }
}

const coded = fc
  .record({
    width: side,
    height: side,
    sampling: fc.constantFrom(undefined, [1, 1] as const, [2, 1] as const, [2, 2] as const),
    restarts: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
    isSkewed: fc.boolean(),
    step: fc.integer({ min: 1, max: 60 }),
    most: fc.constantFrom(1, 3, 20, 100, 1023),
    filled: fc.integer({ min: 0, max: 30 }),
    seed: fc.nat(),
  })
  .map(({ sampling, restarts, step, most, filled, seed, ...how }): Coded => {
    const below = chances(seed)
    const value = (limit: number): number => below(2 * limit + 1) - limit
    return {
      ...how,
      ...(sampling === undefined ? {} : { sampling }),
      ...(restarts === undefined ? {} : { restarts }),
      steps: (place) => 1 + ((place * 7) % step),
      block: () => {
        const others = Array.from({ length: below(64) }, () => (below(64) < filled ? value(most) : 0))
        return [value(8), ...others.slice(0, others.findLastIndex((one) => one !== 0) + 1)]
      },
    }
  })
