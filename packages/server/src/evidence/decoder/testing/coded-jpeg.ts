/** Writes JPEG files of chosen coefficients, in the shapes that no encoder here writes: other samplings, restarts, rare codes. */

export interface Coded {
  readonly width: number
  readonly height: number
  /** Samples of luma to one of chroma; absent: grey. */
  readonly sampling?: readonly [across: number, down: number]
  /** Units from one restart to the next. */
  readonly restarts?: number
  /** The most common symbols have short codes, the others sixteen bits; otherwise all have the same. */
  readonly isSkewed?: boolean
  /** Steps of luma and chroma in the order of the zigzag. */
  readonly steps: (place: number) => number
  /** Coefficients in the order of the zigzag; the first one is the difference to the block before. Those beyond the end are zero. */
  readonly block: () => readonly number[]
  /** Segments that stand before all others. */
  readonly before?: Uint8Array
}

export function codedJpeg(how: Coded): Uint8Array {
  const { width, height, sampling } = how
  const [across, down] = sampling ?? [1, 1]
  const chroma = sampling === undefined ? 0 : 2
  const frame = [8, height >> 8, height & 255, width >> 8, width & 255, 1 + chroma, 1, (across << 4) | down, 0]
  const scan = [1 + chroma, 1, 0]
  for (let id = 2; id < 2 + chroma; id += 1) {
    frame.push(id, 0x11, 1)
    scan.push(id, 0)
  }
  const codes = how.isSkewed === true ? SKEWED : EVEN
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    how.before ?? new Uint8Array(),
    ...[0, 1].map((slot) => segment(0xdb, [slot, ...Array.from({ length: 64 }, (_, place) => how.steps(place))])),
    segment(0xc0, frame),
    segment(0xc4, [0x00, ...codes.first.definition, 0x10, ...codes.other.definition]),
    ...(how.restarts === undefined ? [] : [segment(0xdd, [how.restarts >> 8, how.restarts & 255])]),
    segment(0xda, [...scan, 0, 63, 0]),
    scanOf(how, across * down + chroma, Math.ceil(width / (8 * across)) * Math.ceil(height / (8 * down)), codes),
    Buffer.from([0xff, 0xd9]),
  ])
}

function segment(code: number, body: readonly number[]): Uint8Array {
  const length = body.length + 2
  return Uint8Array.from([0xff, code, length >> 8, length & 255, ...body])
}

function scanOf({ block, restarts }: Coded, blocks: number, units: number, { first, other }: typeof EVEN): Uint8Array {
  const bytes: number[] = []
  let byte = 0
  let filled = 0
  const put = (value: number, length: number): void => {
    for (let bit = length - 1; bit >= 0; bit -= 1) {
      byte = (byte << 1) | ((value >> bit) & 1)
      filled += 1
      if (filled === 8) {
        bytes.push(byte)
        if (byte === 0xff) bytes.push(0)
        byte = filled = 0
      }
    }
  }
  const flush = (): void => {
    if (filled > 0) put(0xff, 8 - filled)
  }
  for (let unit = 0; unit < units; unit += 1) {
    if (restarts !== undefined && unit > 0 && unit % restarts === 0) {
      flush()
      bytes.push(0xff, 0xd0 + ((unit / restarts - 1) & 7))
    }
    for (let n = 0; n < blocks; n += 1) putBlock(block(), { first, other, put })
  }
  flush()
  return Uint8Array.from(bytes)
}

function putBlock(
  [difference = 0, ...others]: readonly number[],
  { first, other, put }: typeof EVEN & { put: (value: number, length: number) => void },
): void {
  const putValue = (value: number): void => {
    const size = sizeOf(value)
    put(value < 0 ? value - 1 + (1 << size) : value, size)
  }
  put(...first.of(sizeOf(difference)))
  putValue(difference)
  let zeros = 0
  for (const value of others.slice(0, 63)) {
    if (value === 0) zeros += 1
    else {
      for (; zeros > 15; zeros -= 16) put(...other.of(0xf0))
      put(...other.of((zeros << 4) | sizeOf(value)))
      putValue(value)
      zeros = 0
    }
  }
  if (zeros > 0 || others.length < 63) put(...other.of(0))
}

function sizeOf(value: number): number {
  return 32 - Math.clz32(Math.abs(value))
}

interface Codes {
  readonly definition: readonly number[]
  of(symbol: number): readonly [code: number, length: number]
}

/** Codes of these lengths in their order. */
function codesOf(symbols: readonly number[], lengthOf: (index: number) => number): Codes {
  const counts = new Array<number>(16).fill(0)
  const known = new Map<number, readonly [number, number]>()
  let code = 0
  let before = 0
  for (const [index, symbol] of symbols.entries()) {
    const length = lengthOf(index)
    code <<= length - (before === 0 ? length : before)
    before = length
    known.set(symbol, [code, length])
    counts[length - 1] = (counts[length - 1] ?? 0) + 1
    code += 1
  }
  return { definition: [...counts, ...symbols], of: (symbol) => known.get(symbol) ?? [0, 0] }
}

const SIZES = Array.from({ length: 12 }, (_, size) => size)
const RUNS = [0x00, 0xf0]
for (let size = 1; size <= 10; size += 1) for (let run = 0; run < 16; run += 1) RUNS.push((run << 4) | size)

const EVEN = { first: codesOf(SIZES, () => 4), other: codesOf(RUNS, () => 8) }
const SKEWED = {
  first: codesOf(SIZES, (index) => (index < 3 ? index + 2 : 12)),
  other: codesOf(RUNS, (index) => (index < 9 ? index + 2 : 16)),
}
