import type { Pixels } from '@lamplighter/matching'
import { type Decoded, decodePng, decodeWith } from './codecs.ts'
import { type Header, refusal } from './header.ts'
import { jpegHeader } from './jpeg-header.ts'
import { LIMITS } from './limits.ts'
import { pngHeader } from './png-header.ts'
import { mendedPng, pixelChunksOnly } from './png-rebuild.ts'
import type { Why } from './types.ts'
import { webpHeader } from './webp-header.ts'

/** The pictures that this build decodes. */
export type StillType = 'image/jpeg' | 'image/png' | 'image/webp'

/** The pixels are not to be had; `why` is what the caller is told. */
export class Undecodable extends Error {
  override readonly name = 'Undecodable'
  readonly why: Why
  constructor(why: Why, message: string) {
    super(message)
    this.why = why
  }
}

export interface Still {
  readonly pixels: Pixels
  /** Nothing cut off and nothing complained: a "no hit" of these pixels may be believed. */
  readonly clean: boolean
}

export function isStill(type: string): type is StillType {
  return type === 'image/jpeg' || type === 'image/png' || type === 'image/webp'
}

/** @throws HeaderError, RangeError: the header does not hold together */
export function headerOf(type: StillType, bytes: Uint8Array): Header {
  if (type === 'image/jpeg') return jpegHeader(bytes)
  return type === 'image/png' ? pngHeader(bytes) : webpHeader(bytes)
}

/**
 * Decodes one picture, after its header was found within the limits. Damaged pictures give what viewers would show of
 * them, marked as not clean (matching.md §5.2).
 *
 * @throws Undecodable with the reason
 */
export async function decodeStill(type: StillType, bytes: Uint8Array, header: Header): Promise<Still> {
  const why = refusal(header)
  if (why !== undefined) throw new Undecodable(why, `${type} of ${header.width} × ${header.height}`)
  const { pixels, warnings } = await decodeAs(type, bytes, header)
  if (pixels.width !== header.width || pixels.height !== header.height) {
    throw new Undecodable('damaged', 'the picture has another size than its header says')
  }
  return { pixels: header.grey ? greyOf(pixels) : pixels, clean: header.whole && warnings === 0 }
}

async function decodeAs(type: StillType, bytes: Uint8Array, { width, height }: Header): Promise<Decoded> {
  try {
    if (type === 'image/png') return await decodePngOrMend(bytes)
    return await decodeWith(type === 'image/jpeg' ? 'jpeg' : 'webp', bytes)
  } catch {
    // Codecs throw numbers, objects and traps of their own; to us they all say that this file cannot be read.
    const why = width * height > LIMITS.surePixels ? 'too_large' : 'damaged'
    throw new Undecodable(why, `the ${type} codec gave up`)
  }
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

function greyOf({ width, height, data }: Pixels): Pixels {
  const grey = new Uint8Array(width * height)
  for (let at = 0; at < grey.length; at += 1) grey[at] = data[4 * at] ?? 0
  return { width, height, channels: 1, data: grey }
}
