import { onGround, type Pixels, turnedUpright } from '@lamplighter/matching'
import { encodeJpeg } from './codecs.ts'
import { labelled } from './font.ts'
import { STEP_SIDE } from './limits.ts'
import { blurred, grey, scaledDown } from './scale.ts'
import { sniff } from './sniff.ts'
import { decodeStill, headerOf, isStill, Undecodable } from './still.ts'
import type { Region, RenderOptions } from './types.ts'

/** Blur of the first two steps, in pixels of the rendition. */
const LOWPASS_RADIUS = 1
const REDUCED_RADIUS = 4

export interface Rendition {
  readonly jpeg: Uint8Array
  readonly width: number
  readonly height: number
}

/**
 * A rendition for a reviewer (console.md §6), made from decoded pixels only: nothing else of the file can be in it.
 *
 * @throws Undecodable with the reason
 */
export async function render(bytes: Uint8Array, options: RenderOptions): Promise<Rendition> {
  const shown = await shownPixels(bytes, options)
  const picture = stepOf(shown, options)
  return { jpeg: await encodeJpeg(picture), width: picture.width, height: picture.height }
}

async function shownPixels(bytes: Uint8Array, { step, ground }: RenderOptions): Promise<Pixels> {
  const type = sniff(bytes)
  if (!isStill(type)) throw new Undecodable('no_decoder', `no rendition of ${type}`)
  const header = readHeader(() => headerOf(type, bytes))
  const { pixels } = await decodeStill(type, bytes, header)
  const small = scaledDown(onGround(pixels, ground ?? 'white'), STEP_SIDE[step])
  return turnedUpright(small, header.orientation)
}

function readHeader<T>(read: () => T): T {
  try {
    return read()
  } catch {
    throw new Undecodable('damaged', 'the header does not hold together')
  }
}

function stepOf(shown: Pixels, { step, label, colour, region }: RenderOptions): Pixels {
  if (step === 'lowpass') return blurred(grey(shown), LOWPASS_RADIUS)
  if (step === 'reduced') return cleared(blurred(grey(shown), REDUCED_RADIUS), grey(shown), region)
  const full = colour === true ? shown : grey(shown)
  return label === undefined ? full : labelled(full, label)
}

/** Puts the sharp pixels of one region back into the blurred picture. */
function cleared(hidden: Pixels, sharp: Pixels, region: Region | undefined): Pixels {
  if (region === undefined) return hidden
  const { width, height } = hidden
  const left = Math.floor(region.x * width)
  const right = Math.min(width, Math.ceil((region.x + region.width) * width))
  const top = Math.floor(region.y * height)
  const bottom = Math.min(height, Math.ceil((region.y + region.height) * height))
  const data = Uint8Array.from(hidden.data)
  for (let y = top; y < bottom; y += 1) {
    data.set(sharp.data.subarray(y * width + left, y * width + right), y * width + left)
  }
  return { ...hidden, data }
}
