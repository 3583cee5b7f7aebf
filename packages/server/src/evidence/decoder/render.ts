import { type Ground, onGround, type Pixels, turnedUpright } from '@lamplighter/matching/pdq'
import { type Build, type Picture, Undecodable } from './build.ts'
import { encodeJpeg } from './codecs.ts'
import { labelled } from './font.ts'
import { framesToRead } from './frame-readings.ts'
import { refusal } from './header.ts'
import { STEP_SIDE } from './limits.ts'
import { headerOf, isPicture } from './picture.ts'
import { blurred, grey, scaledDown } from './scale.ts'
import { SHEET_FRAMES, sheetColumns, sheetOf } from './sheet.ts'
import { sniff } from './sniff.ts'
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
export async function render(bytes: Uint8Array, options: RenderOptions, build: Build): Promise<Rendition> {
  const shown = await shownPixels(bytes, options, build)
  const picture = stepOf(shown, options)
  return { jpeg: await encodeJpeg(picture), width: picture.width, height: picture.height }
}

async function shownPixels(bytes: Uint8Array, options: RenderOptions, build: Build): Promise<Pixels> {
  const type = sniff(bytes)
  if (!isPicture(type)) throw new Undecodable('no_decoder', `no rendition of ${type}`)
  const header = readHeader(() => headerOf(type, bytes))
  const why = refusal(header)
  if (why !== undefined) throw new Undecodable(why, `${type} of ${header.width} × ${header.height}`)
  const picture = { type, bytes, header }
  const side = STEP_SIDE[options.step]
  if (header.frames > 1 && build.frames !== undefined) return sheetWith(picture, build.frames, { ...options, side })
  return shownAt((await build.still(picture)).pixels, { ...options, side, orientation: header.orientation })
}

/** Nine pictures of an animation or a document tell more than its first one. */
async function sheetWith(
  picture: Picture,
  framesOf: NonNullable<Build['frames']>,
  how: { readonly side: number; readonly ground?: Ground },
): Promise<Pixels> {
  const { header } = picture
  const wanted = framesToRead(header.frames, SHEET_FRAMES)
  const side = Math.floor(how.side / sheetColumns(wanted.length))
  const cells: Pixels[] = []
  for await (const one of framesOf(picture, wanted)) {
    if ('why' in one) continue
    const { orientation } = header.pages?.[one.frame] ?? header
    cells.push(shownAt(one.pixels, { ...how, side, orientation }))
  }
  if (cells.length === 0) throw new Undecodable('damaged', 'none of the pictures can be read')
  return sheetOf(cells, sheetColumns(wanted.length))
}

function shownAt(
  pixels: Pixels,
  { side, ground, orientation }: { readonly side: number; readonly ground?: Ground; readonly orientation: number },
): Pixels {
  return turnedUpright(scaledDown(onGround(pixels, ground ?? 'white'), side), orientation)
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
