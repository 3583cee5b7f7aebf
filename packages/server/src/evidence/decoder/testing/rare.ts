import type { Pixels } from '@lamplighter/matching'
import sharp from 'sharp'

/** Files in forms that only libvips writes here. */

function of({ width, height, channels, data }: Pixels) {
  return sharp(data, { raw: { width, height, channels } })
}

/** Ends in one of the forms of matching.md §15, case 11. */
export const as = {
  gif: (picture: Pixels) => of(picture).gif({ colours: 256, dither: 0 }).toBuffer(),
  tiff: (picture: Pixels) => of(picture).tiff({ compression: 'lzw' }).toBuffer(),
  cmyk: (picture: Pixels) => of(picture).removeAlpha().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
  palette: (picture: Pixels) => of(picture).png({ palette: true, dither: 0 }).toBuffer(),
  sixteen: (picture: Pixels) => of(picture).toColourspace('rgb16').png().toBuffer(),
  sixteenTiff: (picture: Pixels) => of(picture).toColourspace('rgb16').tiff({ compression: 'deflate' }).toBuffer(),
  lab: (picture: Pixels) => of(picture).removeAlpha().toColourspace('lab').tiff({ compression: 'lzw' }).toBuffer(),
  grey: (picture: Pixels) => of(picture).removeAlpha().greyscale().tiff().toBuffer(),
  avif: (picture: Pixels) => of(picture).avif({ quality: 90, effort: 0 }).toBuffer(),
} satisfies Readonly<Record<string, (picture: Pixels) => Promise<Buffer>>>

/** Several pictures of one size in one file. */
export async function together(pictures: readonly Pixels[], form: 'gif' | 'webp' | 'tiff'): Promise<Buffer> {
  const frames = await Promise.all(pictures.map((picture) => of(picture).png().toBuffer()))
  const all = sharp(frames, { join: { animated: true } })
  if (form === 'gif') return all.gif({ dither: 0 }).toBuffer()
  return form === 'webp' ? all.webp({ lossless: true }).toBuffer() : all.tiff({ compression: 'lzw' }).toBuffer()
}

/** An AVIF whose main picture, the first that properties are tied to, has one property more (ISO/IEC 23008-12 §6.5.10, §6.5.12). */
export function withProperty(file: Buffer, name: 'irot' | 'imir', value: number): Buffer {
  const places = boxesIn(file, file.indexOf('ipco') + 4, endOf(file, 'ipco')).length
  const property = Buffer.from([0, 0, 0, 9, ...Buffer.from(name), value])
  const ties = file.indexOf('ipma') + 4
  const tied = ties + 11 + file.readUInt8(ties + 10)
  const added = Buffer.from([0x80 | (places + 1)])
  const grown = Buffer.concat([
    file.subarray(0, endOf(file, 'ipco')),
    property,
    file.subarray(endOf(file, 'ipco'), tied),
    added,
    file.subarray(tied),
  ])
  const more = property.length + added.length
  const at = grown.indexOf('ipma') + 4
  grown.writeUInt8(grown.readUInt8(at + 10) + 1, at + 10)
  for (const [box, by] of [
    ['ipco', property.length],
    ['ipma', added.length],
    ['iprp', more],
    ['meta', more],
  ] as const) {
    const front = grown.indexOf(box) - 4
    grown.writeUInt32BE(grown.readUInt32BE(front) + by, front)
  }
  // Where the pictures lie is told from the beginning of the file.
  const pixels = file.indexOf('mdat')
  for (let place = grown.indexOf('iloc') + 4; place + 4 <= endOf(grown, 'iloc'); place += 1) {
    const told = grown.readUInt32BE(place)
    if (told > pixels && told < file.length) {
      grown.writeUInt32BE(told + more, place)
      place += 3
    }
  }
  return grown
}

const endOf = (file: Buffer, box: string): number => file.indexOf(box) - 4 + file.readUInt32BE(file.indexOf(box) - 4)

function boxesIn(file: Buffer, from: number, to: number): readonly number[] {
  const boxes: number[] = []
  for (let at = from; at < to; at += file.readUInt32BE(at)) boxes.push(at)
  return boxes
}
