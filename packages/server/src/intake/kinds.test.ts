import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bmp } from '../evidence/decoder/testing/bitmaps.ts'
import { CSAM, type House, openHouse, picture, uploadOf } from '../testing/house.ts'

// What kinds of files mean for a verdict, from the bytes handed in to what the rules say.

let house: House
beforeAll(async () => {
  house = await openHouse()
  await house.putPicture('warm', picture(['boat', 1]), { prefer: 'wait=30' })
})
afterAll(() => house.close())

const listed = picture(CSAM)
const harmless = picture(['boat', 12])
let count = 0
async function put(bytes: Uint8Array, type = 'image/png'): Promise<string> {
  count += 1
  const id = `kind-${count}`
  const answer = await house.putPicture(id, bytes, { 'content-type': type, prefer: 'wait=30' })
  expect([answer.status, answer.body.sha256.length]).toEqual([201, 64])
  return id
}
async function said(...files: readonly Uint8Array[]): Promise<{ verdict: string; whys: string[] }> {
  const ids = []
  for (const bytes of files) ids.push(await put(bytes))
  const { body } = await house.screen(uploadOf(...ids))
  return { verdict: body.verdict, whys: body.unknown.map(({ why }: { why: string }) => why) }
}
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
const plainBmp = async (bytes: Uint8Array): Promise<Buffer> => {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return bmp({ width: info.width, height: info.height, channels: 4, data }, { bits: 24 })
}

describe('matching 11: a listed picture is blocked, in whatever form it comes', () => {
  test.each<[string, (bytes: Uint8Array) => Promise<Uint8Array>]>([
    ['GIF', (bytes) => sharp(bytes).gif().toBuffer()],
    ['TIFF', (bytes) => sharp(bytes).tiff().toBuffer()],
    ['AVIF', (bytes) => sharp(bytes).avif({ effort: 0 }).toBuffer()],
    ['BMP', plainBmp],
    ['CMYK', (bytes) => sharp(bytes).toColourspace('cmyk').jpeg().toBuffer()],
    [
      'a frame of an animated WebP',
      (bytes) =>
        sharp([harmless, bytes], { join: { animated: true } })
          .webp()
          .toBuffer(),
    ],
  ])('%s', async (_, make) => {
    expect(await said(await make(listed))).toEqual({ verdict: 'block', whys: [] })
    expect((await said(await make(harmless))).verdict).toBe('allow')
  })
})

describe('matching 3: a file that cannot be decoded', () => {
  test('beside a listed one is a hit, beside an unlisted one unknown, in either order', async () => {
    for (const files of [
      [svg, listed],
      [listed, svg],
    ])
      expect((await said(...files)).verdict).toBe('block')
    for (const files of [
      [svg, harmless],
      [harmless, svg],
    ]) {
      expect(await said(...files)).toEqual({ verdict: 'hold', whys: ['unsupported'] })
    }
  })
})

describe('matching 9: a listed picture', () => {
  const orientations = [1, 2, 3, 4, 5, 6, 7, 8]
  test.each(orientations)(
    'with orientation %i is blocked, with its tag alone and with pixels turned against it',
    async (orientation) => {
      const tagged = sharp(listed).withMetadata({ orientation }).jpeg({ quality: 95 })
      expect((await said(await tagged.toBuffer())).verdict).toBe('block')
      const against = await sharp(await against1(orientation))
        .withMetadata({ orientation })
        .jpeg({ quality: 95 })
        .toBuffer()
      expect((await said(against)).verdict).toBe('block')
    },
  )

  /** The pixels that are upright again once the orientation is carried out. */
  async function against1(orientation: number): Promise<Buffer> {
    const undo: Readonly<Record<number, number>> = { 6: 8, 8: 6 }
    const tag = undo[orientation] ?? orientation
    const tagged = await sharp(listed).withMetadata({ orientation: tag }).jpeg({ quality: 95 }).toBuffer()
    return sharp(tagged).autoOrient().png().toBuffer()
  }
})

describe('matching 12: a listed JPEG that was cut', () => {
  test.each([10, 20, 40, 60, 80, 95, 99])('at %i %% is a hit or unknown, never no hit', async (share) => {
    const whole = await sharp(listed).jpeg({ quality: 90 }).toBuffer()
    const { verdict, whys } = await said(whole.subarray(0, Math.floor((whole.length * share) / 100)))
    expect(verdict === 'block' || (verdict === 'hold' && whys.length > 0)).toBe(true)
  })
})

describe('matching 13: what is not decoded', () => {
  const box = (brand: string) => Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0mif1${brand}`, 'latin1')
  test.each<[string, () => Uint8Array | Promise<Uint8Array>, string, string[]]>([
    ['SVG', () => svg, 'hold', ['unsupported']],
    ['PDF', () => Buffer.from('%PDF-1.7 and so on'), 'hold', ['unsupported']],
    ['HEIC', () => box('heic'), 'hold', ['no_decoder']],
    ['4 × 4 px', () => sharp(harmless).resize(4, 4).png().toBuffer(), 'allow', []],
    ['64 × 64 px', () => picture(['boat', 2], 64), 'allow', []],
    ['30,001 px a side', () => wide(30_001), 'hold', ['too_large']],
    ['a decompression bomb', () => wide(0x7fffffff), 'hold', ['too_large']],
  ])('%s', async (_, make, verdict, whys) => {
    expect(await said(await make())).toEqual({ verdict, whys })
  })

  test.each<[string, Uint8Array, string, string]>([
    ['a PDF called what it is', Buffer.from('%PDF-1.7 and so on'), 'application/pdf', 'hold'],
    ['a PDF called a text', Buffer.from('%PDF-1.7 and so on'), 'text/plain', 'hold'],
    ['an archive', Buffer.from('PK\x03\x04 and so on'), 'application/zip', 'hold'],
    ['a JPEG behind one byte, called a text', Buffer.from('.\xff\xd8\xff\xe0', 'latin1'), 'text/plain', 'hold'],
    ['a text', Buffer.from('see you at the harbour'), 'text/plain', 'allow'],
    ['a sound', Buffer.from('ID3\x03\0'), 'audio/mpeg', 'allow'],
    ['a text called a picture', Buffer.from('see you at the harbour'), 'image/png', 'hold'],
  ])('%s', async (_, bytes, type, verdict) => {
    const { body } = await house.screen(uploadOf({ id: await put(bytes, type), type }))
    expect([body.verdict, body.unknown.length]).toEqual([verdict, verdict === 'hold' ? 1 : 0])
  })

  /** A PNG that says it is so wide. */
  function wide(width: number): Uint8Array {
    const png = Buffer.from(harmless)
    png.writeUInt32BE(width, 16)
    return png
  }
})

describe('matching 14: a picture that shows almost nothing', () => {
  test('a listed one with 5 % of its contrast is unknown, featureless', async () => {
    const faint = await sharp(listed).removeAlpha().linear(0.05, 120).png().toBuffer()
    const { verdict } = await said(faint)
    expect(verdict).not.toBe('allow')
    const row = await house.newestCase()
    const opened = await (await house.person('child-safety', 'reviewer')).take(Number(row.number))
    const state = opened.signals.find(({ name }: { name: string }) => name === 'csam_media')
    expect([state.state, state.why]).toEqual(['unknown', 'featureless'])
  })

  test('flat grey is no hit', async () => {
    const flat = await sharp({ create: { width: 200, height: 200, channels: 3, background: '#777' } })
      .png()
      .toBuffer()
    expect((await said(flat)).verdict).toBe('allow')
  })
})
