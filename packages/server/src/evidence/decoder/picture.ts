import { avifHeader } from './avif-header.ts'
import { bmpHeader } from './bmp.ts'
import { gifHeader } from './gif-header.ts'
import type { Header } from './header.ts'
import { jpegHeader } from './jpeg-header.ts'
import { pngHeader } from './png-header.ts'
import { tiffHeader } from './tiff-header.ts'
import { webpHeader } from './webp-header.ts'

/** The pictures whose structure is read here, with what reads it. */
const HEADERS = {
  'image/jpeg': jpegHeader,
  'image/png': pngHeader,
  'image/webp': webpHeader,
  'image/avif': avifHeader,
  'image/bmp': bmpHeader,
  'image/gif': gifHeader,
  'image/tiff': tiffHeader,
} satisfies Readonly<Record<string, (bytes: Uint8Array) => Header>>

export type PictureType = keyof typeof HEADERS

export function isPicture(type: string): type is PictureType {
  return Object.hasOwn(HEADERS, type)
}

/** @throws HeaderError, RangeError: the header does not hold together */
export function headerOf(type: PictureType, bytes: Uint8Array): Header {
  return HEADERS[type](bytes)
}
