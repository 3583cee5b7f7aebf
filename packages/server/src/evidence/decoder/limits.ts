/** Limits of security.md §7 for one picture, checked from its header before anything is allocated. */
export const LIMITS = {
  bytes: 50 * 1024 * 1024,
  pixels: 100_000_000,
  side: 30_000,
  /** Up to here a picture is sure to fit into the decoder's memory; beyond, a codec that gives up may have run out of it. */
  surePixels: 35_000_000,
  frames: 1_000,
  metadataBytes: 1024 * 1024,
  /** A progressive JPEG paints all its pixels again with each scan; common ones have about ten. */
  jpegScans: 100,
} as const

/** Limits of one video (security.md §7, ruling 33). */
export const VIDEO = { bytes: 2 * 1024 ** 3, cpuSeconds: 60, wallMs: 90_000, frames: 600, durationS: 4 * 3600 } as const

/** Longest side of each rendition in pixels (matching.md §4.5). */
export const STEP_SIDE = { lowpass: 64, reduced: 320, full: 2_048 } as const

/** Sizes of one answer. The parent drops a child that says more. */
export const ANSWER = { headBytes: 256 * 1024, bodyBytes: 16 * 1024 * 1024 } as const
