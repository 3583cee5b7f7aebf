import { distanceBits, type Pdq, readingsOf } from '@lamplighter/matching'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DecoderError, type Measurement, pdqKernel, plainJpegSize, startDecoder } from './index.ts'
import { exif, hills, jpeg, png, webp, withExif, withSegment } from './testing/files.ts'

const decoder = startDecoder({ children: 1 })
afterAll(() => decoder.stop())

const picture = hills(240, 180)
const hashOf = (pixels = picture): Pdq =>
  readingsOf(pdqKernel(), pixels, { orientation: 1 })[0]?.pdq ?? expect.fail('expected a hash')
const nearest = (measured: Measurement, to: Pdq) =>
  Math.min(...measured.readings.map(({ pdq }) => distanceBits(pdq, to)))

let asJpeg: Buffer
beforeAll(async () => {
  asJpeg = Buffer.from(await jpeg(picture))
})

test('where a codec gives up in a decoder that a large picture went through, a fresh one looks again', async () => {
  const own = startDecoder({ children: 1 })
  try {
    const large = png({ width: 6_000, height: 5_000, channels: 4, data: new Uint8Array(6_000 * 5_000 * 4).fill(255) })
    const cut = Buffer.from(await webp(picture)).fill(0, 40)
    expect((await own.measure(cut)).unknown).toEqual([{ part: 'pixels', why: 'damaged' }])
    expect((await own.measure(large)).unknown).toEqual([])
    const [before] = own.pids()
    expect((await own.measure(Buffer.concat([cut, Buffer.alloc(1)]))).unknown).toEqual([
      { part: 'pixels', why: 'damaged' },
    ])
    expect(own.pids()).not.toEqual([before])
  } finally {
    own.stop()
  }
})

describe('measuring', () => {
  test('a PNG has the hash of its pixels, and both digests', async () => {
    const measured = await decoder.measure(png(picture), 'image/png')
    expect(measured).toMatchObject({
      type: { seen: 'image/png', claimed: 'image/png' },
      width: 240,
      height: 180,
      frames: 1,
      unknown: [],
      flags: [],
      by: 'here',
      kernel: 'pdq-fast/1',
    })
    expect(measured.readings.map(({ pdq }) => pdq)).toEqual([hashOf()])
    expect(measured.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(measured.md5).toMatch(/^[0-9a-f]{32}$/)
  })

  test('a WebP without loss reads like the PNG, a JPEG nearly', async () => {
    expect(nearest(await decoder.measure(await webp(picture)), hashOf())).toBe(0)
    expect(nearest(await decoder.measure(asJpeg), hashOf())).toBeLessThanOrEqual(8)
  })

  test('a claim that differs is a flag, not an error', async () => {
    const measured = await decoder.measure(asJpeg, 'image/png')
    expect(measured.flags).toEqual(['type_mismatch'])
    expect(measured.readings.length).toBe(1)
    expect((await decoder.measure(asJpeg, 'Image/JPG; q=1')).flags).toEqual([])
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('matching 9: EXIF orientation %i is read as stored and as shown', async (tag) => {
    const { readings, orientation } = await decoder.measure(withExif(asJpeg, exif(tag)))
    expect(orientation).toBe(tag)
    expect(readings.map(({ of }) => of)).toEqual(tag === 1 ? ['stored'] : ['stored', 'shown'])
    expect(distanceBits(readings[0]?.pdq ?? hashOf(), hashOf())).toBeLessThanOrEqual(8)
  })

  test('matching 11: a picture hidden under full transparency is found', async () => {
    const hidden = { ...picture, data: picture.data.map((value, at) => (at % 4 === 3 ? 0 : value)) }
    const measured = await decoder.measure(png(hidden))
    expect(measured.readings.find(({ ground }) => ground === 'dropped')?.pdq).toBe(hashOf())
  })

  test.each([
    ['image/gif', 'GIF89a\x01\0\x01\0', 'pixels', 'damaged'],
    ['image/tiff', 'II*\0', 'pixels', 'damaged'],
    ['image/avif', '\0\0\0\x1cftypavif', 'pixels', 'damaged'],
    ['image/bmp', 'BM', 'pixels', 'damaged'],
    ['image/heic', '\0\0\0\x1cftypheic', 'pixels', 'no_decoder'],
    ['application/pdf', '%PDF-1.7', 'pixels', 'unsupported'],
    ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'pixels', 'unsupported'],
    ['text/html', '<!doctype html><p>', 'pixels', 'unsupported'],
    ['application/octet-stream', '\x03\x01 something else', 'pixels', 'unsupported'],
    ['text/plain', 'something else', 'pixels', 'unsupported'],
    ['application/octet-stream', '', 'pixels', 'unsupported'],
  ])('matching 13, security S-33: %s gets digests and the reason why no more', async (type, start, part, why) => {
    const measured = await decoder.measure(Buffer.from(start, 'latin1'), type)
    expect(measured.type.seen).toBe(type)
    expect(measured.unknown).toEqual([{ part, why }])
    expect(measured.readings).toEqual([])
    expect((await decoder.render(Buffer.from(start, 'latin1'), { step: 'full' })).state).toBe('unknown')
  })

  test('matching 13: a picture of 4 × 4 has no perceptual reading, one of 64 × 64 has', async () => {
    expect(await decoder.measure(png(hills(4, 4)))).toMatchObject({ readings: [], unknown: [] })
    expect((await decoder.measure(png(hills(64, 64)))).readings.length).toBe(1)
  })
})

describe('limits are read from the header', () => {
  test.each([
    [30_000, 30_000],
    [30_001, 10],
    [60_000, 60_000],
    [0xffffffff, 0xffffffff],
  ])('security S-32: a PNG that claims %i × %i is too large, and nothing is decoded', async (width, height) => {
    const measured = await decoder.measure(png(hills(8, 8), { claims: { width, height } }))
    expect(measured.unknown).toEqual([{ part: 'pixels', why: 'too_large' }])
  })

  test('a PNG whose header claims other pixels than it has is damaged', async () => {
    const measured = await decoder.measure(png(hills(64, 64), { claims: { width: 64, height: 90 } }))
    expect(measured.unknown).toEqual([{ part: 'pixels', why: 'damaged' }])
    const none = await decoder.measure(png(hills(8, 8), { claims: { width: 0, height: 8 } }))
    expect(none.unknown).toEqual([{ part: 'pixels', why: 'damaged' }])
  })

  test('a chunk that claims 2 GB in a small file is damage', async () => {
    const lying = png(picture)
    lying.writeUInt32BE(0x7fffffff, 33)
    expect((await decoder.measure(lying)).unknown).toEqual([{ part: 'pixels', why: 'damaged' }])
  })

  test('metadata over 1 MiB and more than 100 scans are too large', async () => {
    const text = png(picture, { before: [['tEXt', Buffer.alloc(1_100_000, 65)]] })
    expect((await decoder.measure(text)).unknown).toEqual([{ part: 'pixels', why: 'too_large' }])
    const scan = asJpeg.subarray(asJpeg.indexOf(Buffer.from([0xff, 0xda])), -2)
    const scans = Buffer.concat([asJpeg.subarray(0, -2), ...Array(120).fill(scan), asJpeg.subarray(-2)])
    expect((await decoder.measure(scans)).unknown).toEqual([{ part: 'pixels', why: 'too_large' }])
  })

  test('a file over 50 MiB is not even sent to the decoder', async () => {
    const large = await decoder.measure(new Uint8Array(50 * 1024 * 1024 + 1))
    expect(large.unknown).toEqual([{ part: 'pixels', why: 'too_large' }])
    expect(large.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  test('an animated PNG: the first picture counts, the rest is unknown', async () => {
    const control = Buffer.from([0, 0, 0, 9, 0, 0, 0, 0])
    const measured = await decoder.measure(png(picture, { before: [['acTL', control]] }))
    expect(measured.readings.map(({ pdq }) => pdq)).toEqual([hashOf()])
    expect(measured.unknown).toEqual([{ part: 'frames', why: 'unsupported' }])
  })
})

describe('renditions', () => {
  const secret = 'PAYLOAD-'.repeat(40)

  test.each(['lowpass', 'reduced', 'full'] as const)(
    'console 9, security S-31: step %s holds nothing of the EXIF block and nothing of a trailing payload',
    async (step) => {
      const loaded = Buffer.concat([withExif(asJpeg, exif(1, `<script>${secret}`)), Buffer.from(`PK\x03\x04${secret}`)])
      const measured = await decoder.measure(loaded)
      expect(measured.flags).toEqual(['trailing_bytes', 'second_format'])
      const made = await decoder.render(loaded, { step, colour: true })
      if (made.state !== 'rendered') throw new Error(made.why)
      expect(Buffer.from(made.jpeg).includes('PAYLOAD')).toBe(false)
      expect(Buffer.from(made.jpeg).includes('Exif')).toBe(false)
      expect(plainJpegSize(made.jpeg)).toEqual({ width: made.width, height: made.height })
      // The same pixels without the payload give the same bytes: nothing else went in.
      const clean = await decoder.render(asJpeg, { step, colour: true })
      expect(clean.state === 'rendered' && Buffer.compare(clean.jpeg, made.jpeg)).toBe(0)
    },
  )

  test('each step is as large as it may be, and stands upright', async () => {
    const sideways = withExif(Buffer.from(await jpeg(hills(2_400, 600))), exif(6))
    const sizes = []
    for (const step of ['lowpass', 'reduced', 'full'] as const) {
      const made = await decoder.render(sideways, { step })
      if (made.state === 'rendered') sizes.push([made.width, made.height])
    }
    expect(sizes).toEqual([
      [16, 64],
      [80, 320],
      [512, 2_048],
    ])
  })

  test('the staff number is drawn into step full, the clear region is sharp, colour is asked for', async () => {
    const at = async (options: Parameters<typeof decoder.render>[1]) => {
      const made = await decoder.render(png(hills(300, 300, 5)), options)
      return made.state === 'rendered' ? Buffer.from(made.jpeg) : expect.fail(made.why)
    }
    const full = await at({ step: 'full' })
    expect((await at({ step: 'full', label: 'S-17' })).equals(full)).toBe(false)
    expect((await at({ step: 'full', colour: true })).equals(full)).toBe(false)
    const blurred = await at({ step: 'reduced' })
    expect((await at({ step: 'reduced', region: { x: 0, y: 0, width: 0.5, height: 0.5 } })).equals(blurred)).toBe(false)
    expect((await at({ step: 'reduced', label: 'S-17', colour: true })).equals(blurred)).toBe(true)
  })

  test('a label or region that cannot be drawn is refused', async () => {
    await expect(decoder.render(asJpeg, { step: 'full', label: '<b>' })).rejects.toThrow('expected a label')
    const region = { x: 0, y: 0, width: 2, height: 1 }
    await expect(decoder.render(asJpeg, { step: 'reduced', region })).rejects.toThrow('expected a region')
  })

  test('a picture smaller than its label is given room for it', async () => {
    const made = await decoder.render(png(hills(16, 16)), { step: 'full', label: 'STAFF 0042' })
    expect(made).toMatchObject({ state: 'rendered', width: 64, height: 16 })
  })
})

describe('security S-31: a picture that is something else too says so', () => {
  test.each([
    [
      'a ZIP behind it',
      () => Buffer.concat([asJpeg, Buffer.from('PK\x03\x04and so on')]),
      ['trailing_bytes', 'second_format'],
    ],
    ['HTML behind it', () => Buffer.concat([png(picture), Buffer.from('<HTML>')]), ['trailing_bytes', 'second_format']],
    ['a PDF in a comment', () => withSegment(asJpeg, 0xfe, Buffer.from('%PDF-1.4')), ['second_format']],
    [
      'a script in a text chunk',
      () => png(picture, { before: [['tEXt', Buffer.from('a\0<script>')]] }),
      ['second_format'],
    ],
    ['zeros behind it', () => Buffer.concat([asJpeg, Buffer.alloc(9)]), ['trailing_bytes']],
  ])('%s', async (_, make, flags) => {
    const measured = await decoder.measure(make())
    expect(measured.flags).toEqual(flags)
    expect(nearest(measured, hashOf())).toBeLessThanOrEqual(8)
  })
})

describe('when the decoder dies, is slow or has too much to do', () => {
  test('security S-34, matching 2: killed in the middle of a job, it is replaced and the answer is right', async () => {
    const large = png(hills(1_500, 1_500))
    const plain = await decoder.measure(large)
    const again = Buffer.concat([large, Buffer.from([1])])
    const measuring = decoder.measure(again)
    const [pid] = await until(() => decoder.pids())
    await new Promise((resolve) => setTimeout(resolve, 30))
    process.kill(pid ?? 0, 'SIGKILL')
    const measured = await measuring
    expect(measured.readings).toEqual(plain.readings)
    expect(decoder.pids()).not.toContain(pid)
  })

  test('a budget that is over gives *unknown* late; the next call joins the measurement', async () => {
    const large = png(hills(1_600, 1_600, 2))
    const hurried = await decoder.measure(large, undefined, 1)
    expect(hurried.unknown).toEqual([{ part: 'pixels', why: 'late' }])
    expect(hurried.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect((await decoder.measure(large)).readings.length).toBe(2)
  })

  test('a full queue is said, never skipped', async () => {
    const small = startDecoder({ children: 1, queueJobs: 2 })
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map((seed) => small.measure(png(hills(40, 40, seed)))))
    small.stop()
    const codes = outcomes.map((o) =>
      o.status === 'rejected' && o.reason instanceof DecoderError ? o.reason.code : 'ok',
    )
    expect(codes).toContain('overloaded')
    expect(codes).toContain('ok')
    await expect(small.measure(png(picture))).rejects.toMatchObject({ code: 'stopped' })
  })

  test('a decoder is replaced after the jobs it may do', async () => {
    const short = startDecoder({ children: 1, jobsPerChild: 2 })
    const pids = new Set<number>()
    for (const seed of [1, 2, 3, 4]) {
      await short.measure(png(hills(40, 40, seed)))
      for (const pid of short.pids()) pids.add(pid)
    }
    short.stop()
    expect(pids.size).toBe(2)
  })
})

async function until(pids: () => readonly number[]): Promise<readonly number[]> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (pids().length > 0) return pids()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return []
}
