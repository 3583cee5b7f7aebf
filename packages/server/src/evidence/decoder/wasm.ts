import { decodeBmp } from './bmp.ts'
import { type Build, GaveUp, greyOf, type Picture, type Still, Undecodable } from './build.ts'
import { type Decoded, decodePng, decodeWith } from './codecs.ts'
import { LIMITS } from './limits.ts'
import { ownJpeg } from './own-jpeg.ts'
import { mendedPng, pixelChunksOnly } from './png-rebuild.ts'

/** The build that needs no add-on: plain JPEG and bitmaps by readers of our own, WebAssembly codecs for the rest. */
export const wasm: Build = {
  async still(picture): Promise<Still> {
    const { type, header } = picture
    if (header.needs === 'native') throw new Undecodable('no_decoder', `${type} is not decoded without add-ons`)
    const { pixels, warnings } = await decoded(picture)
    if (pixels.width !== header.width || pixels.height !== header.height) {
      throw new Undecodable('damaged', 'the picture has another size than its header says')
    }
    return {
      pixels: header.grey && pixels.channels !== 1 ? greyOf(pixels) : pixels,
      clean: header.whole && warnings === 0,
    }
  },
}

async function decoded({ type, bytes, header: { width, height } }: Picture): Promise<Decoded> {
  try {
    switch (type) {
      case 'image/png':
        return await decodePngOrMend(bytes)
      case 'image/bmp':
        return decodeBmp(bytes)
      case 'image/jpeg':
        return await decodeJpegFile(bytes, width * height)
      case 'image/avif':
        return await decodeWith('avif', bytes, width * height)
      default:
        return await decodeWith('webp', bytes, width * height)
    }
  } catch {
    // Codecs throw numbers, objects and traps of their own; to us they all say that this file cannot be read.
    const why = width * height > LIMITS.surePixels ? 'too_large' : 'damaged'
    throw new GaveUp(why, `the ${type} codec gave up`)
  }
}

/** What the codec would complain of is refused by our own decoder, so that the answer is the codec's. */
async function decodeJpegFile(bytes: Uint8Array, size: number): Promise<Decoded> {
  const pixels = ownJpeg(bytes)
  return pixels === undefined ? decodeWith('jpeg', bytes, size) : { pixels, warnings: 0 }
}

async function decodePngOrMend(bytes: Uint8Array): Promise<Decoded> {
  try {
    return await decodePng(pixelChunksOnly(bytes))
  } catch (error) {
    const mended = mendedPng(bytes)
    if (mended === undefined) throw error
    return { ...(await decodePng(mended)), warnings: 1 }
  }
}
