import type { Pixels } from '@lamplighter/matching'
import type { Header } from './header.ts'
import type { PictureType } from './picture.ts'
import type { Why } from './types.ts'

/** The pixels are not to be had; `why` is what the caller is told. */
export class Undecodable extends Error {
  override readonly name = 'Undecodable'
  readonly why: Why
  constructor(why: Why, message: string) {
    super(message)
    this.why = why
  }
}

/** A codec gave up on a file whose header is right. In a process that has worked before, it may as well have run out of memory. */
export class GaveUp extends Undecodable {}

export interface Still {
  readonly pixels: Pixels
  /** Nothing cut off and nothing complained: a "no hit" of these pixels may be believed. */
  readonly clean: boolean
}

/** One picture of several as a viewer shows it, counted from 0, or why it cannot be read. */
export type Frame = { readonly frame: number } & (Still | { readonly why: Why })

export interface Picture {
  readonly type: PictureType
  readonly bytes: Uint8Array
  /** Found within the limits before any of this is asked. */
  readonly header: Header
}

/** One of the two decoders (matching.md §5.1): it makes pixels, all else is the same for both. */
export interface Build {
  /**
   * The picture, or the first of several. Damaged ones give what viewers would show of them, marked as not clean (§5.2).
   *
   * @throws Undecodable with the reason; `no_decoder`: this build does not decode the form
   */
  still(picture: Picture): Promise<Still>
  /**
   * Some of the pictures of an animation or the pages of a document, composed as a viewer does, in the order of `wanted`. Ends early where
   * time is over. Absent where the build composes nothing.
   */
  frames?(picture: Picture, wanted: readonly number[]): AsyncGenerator<Frame>
}

/** Grey as it stands in the file: summed up from three equal colours it would differ in the last place. */
export function greyOf({ width, height, channels, data }: Pixels): Pixels {
  const grey = new Uint8Array(width * height)
  for (let at = 0; at < grey.length; at += 1) grey[at] = data[channels * at] ?? 0
  return { width, height, channels: 1, data: grey }
}
