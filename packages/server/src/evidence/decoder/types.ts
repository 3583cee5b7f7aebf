import type { Ground, Pdq, Reading } from '@lamplighter/matching'

/** Why a part of a file could not be measured. None of these is ever "no match" (matching.md §3). */
export type Why = 'late' | 'broken' | 'damaged' | 'too_large' | 'no_decoder' | 'unsupported'

/** What is odd about a file; a fact for rules and reviewers, never a reason to skip measuring it. */
export const FLAGS = ['type_mismatch', 'trailing_bytes', 'second_format', 'read_with_errors'] as const
export type Flag = (typeof FLAGS)[number]

export interface Unknown {
  readonly part: 'bytes' | 'pixels' | 'frames'
  readonly why: Why
}

/** A reading, and of which picture of an animation, page or frame it is, counted from 0; of a frame also when it is shown. */
export type SeenReading = Reading & { readonly frame?: number; readonly ms?: number }

/** What the decoder program saw in one file. Everything in it is checked by the parent before anybody reads it. */
export interface Seen {
  /** A media type, by our own look at the bytes. */
  readonly type: string
  readonly width?: number
  readonly height?: number
  readonly frames?: number
  readonly orientation?: number
  readonly readings: readonly SeenReading[]
  readonly unknown: readonly Unknown[]
  readonly flags: readonly Flag[]
}

/** Facts of one measured file (`MediaFacts` of matching.md §3, without its id). */
export interface Measurement {
  readonly size: number
  /** Lower-case hex, made by the parent: digests are there even when the decoder is not. */
  readonly sha256: string
  readonly sha1: string
  readonly md5: string
  readonly type: { readonly seen: string; readonly claimed?: string }
  readonly width?: number
  readonly height?: number
  readonly frames?: number
  readonly durationMs?: number
  /** EXIF orientation, 1 to 8. */
  readonly orientation?: number
  readonly readings: readonly SeenReading[]
  /** Readings beyond the cap; always 0 here, where all are kept. */
  readonly dropped: number
  readonly unknown: readonly Unknown[]
  readonly flags: readonly Flag[]
  readonly by: 'here'
  readonly kernel: string
}

export type Step = 'lowpass' | 'reduced' | 'full'

/** A part of the picture as shown, in shares of its sides, 0 to 1. */
export interface Region {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface RenderOptions {
  readonly step: Step
  /** Drawn into step `full`: the staff number (console.md §6). Letters, digits, blanks and `-./:`; at most 40. */
  readonly label?: string
  /** Step `full` only; grey otherwise. */
  readonly colour?: boolean
  /** Step `reduced` only: this part is not blurred. */
  readonly region?: Region
  /** What stands behind transparent pixels; white if not said. `dropped` shows what the transparency hides. */
  readonly ground?: Ground
}

export type Rendered =
  | { readonly state: 'rendered'; readonly jpeg: Uint8Array; readonly width: number; readonly height: number }
  | { readonly state: 'unknown'; readonly why: Why }

export type { Ground, Pdq, Reading }
