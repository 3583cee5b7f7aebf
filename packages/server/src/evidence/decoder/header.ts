import { LIMITS } from './limits.ts'
import type { Why } from './types.ts'

/** What a picture's own structure says, read without decoding a pixel. */
export interface Header {
  readonly width: number
  readonly height: number
  readonly orientation: number
  /** Place after the last byte that belongs to the picture. */
  readonly end: number
  /** More than one: an animation. */
  readonly frames: number
  /** Bytes that are neither pixels nor needed to decode them. */
  readonly metadataBytes: number
  /** The structure is whole: nothing cut off, no wrong checksum. */
  readonly whole: boolean
  /** Grey without alpha: hashed as it is, not through the luma of three equal channels. */
  readonly grey: boolean
  /** Only the native build decodes this form. */
  readonly needs?: 'native'
  /** Pages of a document, each with a size of its own. */
  readonly pages?: readonly Page[]
  /** Times that all pixels are painted. */
  readonly scans: number
}

export interface Page {
  readonly width: number
  readonly height: number
  readonly orientation: number
}

/** The header contradicts itself or ends before it says how large the picture is. */
export class HeaderError extends Error {
  override readonly name = 'HeaderError'
}

/** Whether a picture may be decoded at all; the reason if not (security.md §7). */
export function refusal(header: Header): Why | undefined {
  const { width, height } = header
  if (width < 1 || height < 1) return 'damaged'
  if (isTooLarge(header)) return 'too_large'
  if (header.frames > LIMITS.frames || header.metadataBytes > LIMITS.metadataBytes) return 'too_large'
  return header.scans > LIMITS.jpegScans ? 'too_large' : undefined
}

export function isTooLarge({ width, height }: { readonly width: number; readonly height: number }): boolean {
  return width > LIMITS.side || height > LIMITS.side || width * height > LIMITS.pixels
}
