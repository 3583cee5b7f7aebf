import type { Pixels } from '@lamplighter/matching'

/** The picture with its longer side brought down to `side`, each new pixel the mean of those it stands for. */
export function scaledDown(pixels: Pixels, side: number): Pixels {
  const { width, height, channels, data } = pixels
  const factor = Math.max(width, height) / side
  if (factor <= 1) return pixels
  const toWidth = Math.max(1, Math.round(width / factor))
  const toHeight = Math.max(1, Math.round(height / factor))
  const out = new Uint8Array(toWidth * toHeight * channels)
  const sums = new Float64Array(channels)
  for (let y = 0, to = 0; y < toHeight; y += 1) {
    const [top, bottom] = span(y, toHeight, height)
    for (let x = 0; x < toWidth; x += 1, to += channels) {
      const [left, right] = span(x, toWidth, width)
      sums.fill(0)
      for (let row = top; row < bottom; row += 1) {
        for (let at = (row * width + left) * channels; at < (row * width + right) * channels; at += channels) {
          for (let c = 0; c < channels; c += 1) sums[c] = (sums[c] ?? 0) + (data[at + c] ?? 0)
        }
      }
      const count = (bottom - top) * (right - left)
      for (let c = 0; c < channels; c += 1) out[to + c] = Math.round((sums[c] ?? 0) / count)
    }
  }
  return { width: toWidth, height: toHeight, channels, data: out }
}

/** Which source lines output line `i` of `count` stands for. */
function span(i: number, count: number, source: number): readonly [number, number] {
  const from = Math.floor((i * source) / count)
  return [from, Math.max(from + 1, Math.floor(((i + 1) * source) / count))]
}

/** One grey channel; alpha must have been put on a ground before. */
export function grey(pixels: Pixels): Pixels {
  const { width, height, channels, data } = pixels
  if (channels === 1) return pixels
  const out = new Uint8Array(width * height)
  for (let to = 0, at = 0; to < out.length; to += 1, at += channels) {
    out[to] = Math.round(0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0))
  }
  return { width, height, channels: 1, data: out }
}

/** Three box means one after the other come near a Gaussian; one grey channel. */
export function blurred(pixels: Pixels, radius: number): Pixels {
  const { width, height } = pixels
  let data = Uint8Array.from(pixels.data)
  for (let pass = 0; pass < 3; pass += 1) {
    data = meanAlong(data, { lines: height, length: width, next: 1, line: width }, radius)
    data = meanAlong(data, { lines: width, length: height, next: width, line: 1 }, radius)
  }
  return { width, height, channels: 1, data }
}

interface Lines {
  readonly lines: number
  readonly length: number
  readonly next: number
  readonly line: number
}

function meanAlong(data: Uint8Array, { lines, length, next, line }: Lines, radius: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(data.length)
  for (let l = 0; l < lines; l += 1) {
    for (let i = 0; i < length; i += 1) {
      const from = Math.max(0, i - radius)
      const to = Math.min(length - 1, i + radius)
      let sum = 0
      for (let k = from; k <= to; k += 1) sum += data[l * line + k * next] ?? 0
      out[l * line + i * next] = Math.round(sum / (to - from + 1))
    }
  }
  return out
}
