import type { Pixels } from '@lamplighter/matching'

/** Letters are 5 × 7 points, one blank column between them; two hex digits a row, from the top. */
const GLYPHS: Readonly<Record<string, string>> = {
  A: '0e11111f111111',
  B: '1e11111e11111e',
  C: '0e11101010110e',
  D: '1e11111111111e',
  E: '1f10101e10101f',
  F: '1f10101e101010',
  G: '0e11101711110f',
  H: '1111111f111111',
  I: '0e04040404040e',
  J: '0702020202120c',
  K: '11121418141211',
  L: '1010101010101f',
  M: '111b1515111111',
  N: '11191513111111',
  O: '0e11111111110e',
  P: '1e11111e101010',
  Q: '0e11111115120d',
  R: '1e11111e141211',
  S: '0f10100e01011e',
  T: '1f040404040404',
  U: '1111111111110e',
  V: '11111111110a04',
  W: '11111115151b11',
  X: '11110a040a1111',
  Y: '11110a04040404',
  Z: '1f01020408101f',
  0: '0e11131519110e',
  1: '040c040404040e',
  2: '0e11010204081f',
  3: '1f02040201110e',
  4: '02060a121f0202',
  5: '1f101e0101110e',
  6: '0608101e11110e',
  7: '1f010204080808',
  8: '0e11110e11110e',
  9: '0e11110f01020c',
  '-': '0000001f000000',
  '.': '00000000000c0c',
  '/': '01010204081010',
  ':': '000c0c000c0c00',
  ' ': '00000000000000',
}

const ADVANCE = 6
const HEIGHT = 7
const MARGIN = 2

/** What a label may consist of. */
export const LABEL = /^[A-Za-z0-9 ./:-]{1,40}$/

/**
 * The picture with a label at its foot and its head, white on black, so that cutting one edge off does not lose it. A
 * picture too small for the label is given a black border on the right and below.
 */
export function labelled(pixels: Pixels, label: string): Pixels {
  const scale = Math.max(1, Math.round(Math.max(pixels.width, pixels.height) / 640))
  const width = (label.length * ADVANCE + 2 * MARGIN) * scale
  const height = (HEIGHT + 2 * MARGIN) * scale
  const canvas = atLeast(pixels, width, height)
  drawLabel(canvas, label, { left: 0, top: canvas.height - height, scale })
  if (canvas.height >= 4 * height) drawLabel(canvas, label, { left: canvas.width - width, top: 0, scale })
  return canvas
}

function atLeast(pixels: Pixels, width: number, height: number): Pixels & { readonly data: Uint8Array } {
  const { channels, data } = pixels
  const canvas = {
    width: Math.max(width, pixels.width),
    height: Math.max(height, pixels.height),
    channels,
    data: new Uint8Array(Math.max(width, pixels.width) * Math.max(height, pixels.height) * channels),
  }
  for (let y = 0; y < pixels.height; y += 1) {
    const row = data.subarray(y * pixels.width * channels, (y + 1) * pixels.width * channels)
    canvas.data.set(row, y * canvas.width * channels)
  }
  return canvas
}

function drawLabel(
  canvas: Pixels & { readonly data: Uint8Array },
  label: string,
  at: { left: number; top: number; scale: number },
): void {
  const width = label.length * ADVANCE + 2 * MARGIN
  for (let y = 0; y < (HEIGHT + 2 * MARGIN) * at.scale; y += 1) {
    for (let x = 0; x < width * at.scale; x += 1) {
      const lit = isLit(label, Math.floor(x / at.scale) - MARGIN, Math.floor(y / at.scale) - MARGIN)
      const start = ((at.top + y) * canvas.width + at.left + x) * canvas.channels
      canvas.data.fill(lit ? 255 : 0, start, start + canvas.channels)
    }
  }
}

function isLit(label: string, x: number, y: number): boolean {
  if (x < 0 || y < 0 || y >= HEIGHT || x % ADVANCE === ADVANCE - 1) return false
  const glyph = GLYPHS[label[Math.floor(x / ADVANCE)]?.toUpperCase() ?? ' '] ?? ''
  const row = Number.parseInt(glyph.slice(2 * y, 2 * y + 2) || '0', 16)
  return ((row >>> (4 - (x % ADVANCE))) & 1) === 1
}
