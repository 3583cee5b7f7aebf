import { type Instance, instanceOf, type WasmModule } from '../wasm.ts'
import { isSampled, N512, type Pixels } from './pixels.ts'
import { type Pdq, type Profile, pdqOfWords } from './value.ts'

/**
 * `exact` gives the hash and quality of the reference, bit for bit; `fast` sums in another order. Where that could turn a bit of a
 * picture of quality 50 and more, it asks `exact`; its quality may differ by one (matching.md §6.2).
 */
export type KernelName = 'fast' | 'exact'

/** Says which arithmetic made a hash; kept with every measurement. */
export const KERNELS: Readonly<Record<KernelName, string>> = { fast: 'pdq-fast/1', exact: 'pdq-exact/1' }

const CALLS = [
  'begin',
  'wanted',
  'firstWanted',
  'sourceRow',
  'sample',
  'taken',
  'hash',
  'turned',
  'sure',
  'hashesAt',
] as const
const HASH_BYTES = 32
/** Below this quality a match means little (§6.3): such a picture is not worth a second look. */
const SEEN = 50

/** How the columns of a picture are read; `both` only by the fast kernel, from what is not sampled. */
const ORDER = { plain: 0, back: 1, both: 2 } as const

interface Pass {
  readonly profile: Profile
  readonly exact: boolean
  readonly columns: keyof typeof ORDER
  /** From the last row to the first. */
  readonly rowsBack: boolean
}

const PLAIN = { columns: 'plain', rowsBack: false } as const

/** A hash as it is, and with rows and columns swapped. */
type BothWays = readonly [plain: Pdq, swapped: Pdq]

/** The kernels, with a memory of their own. One picture at a time. */
export class PdqKernel {
  readonly #wasm: Instance<(typeof CALLS)[number]>

  /** @param module `wasm/pdq.wasm` of this package, compiled */
  constructor(module: WasmModule) {
    this.#wasm = instanceOf(module, CALLS)
  }

  /**
   * Quality, and the hashes of the picture and its next variants, made of the picture's own by signs as the reference makes them (§6.4): 1 for the
   * picture alone, 8 for all.
   *
   * @param pixels at least 5 a side, or sampled; their bytes as many as they should be
   * @throws RangeError a side above 32,768, or more rows than memory holds
   */
  hash(
    pixels: Pixels,
    { kernel, profile, count }: { readonly kernel: KernelName; readonly profile: Profile; readonly count: 1 | 8 },
  ): { quality: number; pdqs: Pdq[] } {
    const made = (exact: boolean): { quality: number; pdqs: Pdq[] } => {
      this.#read(pixels, { ...PLAIN, profile, exact })
      const quality = this.#wasm.call.hash(count)
      return { quality, pdqs: this.#hashes(count) }
    }
    if (kernel === 'exact') return made(true)
    const fast = made(false)
    return this.#hangs(fast.quality) ? made(true) : fast
  }

  /**
   * Quality, and the hashes that the picture has when it is turned and mirrored, in the order of `VARIANTS`: each of its pixels, read from there. Takes, and
   * throws, as `hash`.
   */
  turned(
    pixels: Pixels,
    { kernel, profile }: { readonly kernel: KernelName; readonly profile: Profile },
  ): { quality: number; pdqs: Pdq[] } {
    const exact = kernel === 'exact'
    const { call } = this.#wasm
    const isOnePass = !exact && !isSampled(pixels, profile)
    const pass = (how: Pick<Pass, 'columns' | 'rowsBack'>) => this.#read(pixels, { profile, exact, ...how })
    const pairs = (rowsBack: boolean): readonly [BothWays, BothWays] => {
      if (isOnePass) return [this.#bothWays(false), this.#bothWays(true)]
      const plain = this.#bothWays(false)
      pass({ columns: 'back', rowsBack })
      return [plain, this.#bothWays(false)]
    }
    const columns = isOnePass ? 'both' : 'plain'
    pass({ columns, rowsBack: false })
    const quality = call.hash(1)
    const hangs = !exact && this.#hangs(quality)
    const [[original, mainDiagonal], [mirroredY, turned90]] = pairs(false)
    pass({ columns, rowsBack: true })
    const [[mirroredX, turned270], [turned180, otherDiagonal]] = pairs(true)
    const own = hangs ? this.hash(pixels, { kernel: 'exact', profile, count: 1 }) : { quality, pdqs: [original] }
    const others = [turned90, turned180, turned270, mirroredX, mirroredY, mainDiagonal, otherDiagonal]
    return { quality: own.quality, pdqs: [...own.pdqs, ...others] }
  }

  /** Whether bits hang on the order of adding, in a picture that is worth a second look. */
  #hangs(quality: number): boolean {
    return this.#wasm.call.sure() === 0 && quality >= SEEN - 1
  }

  #read(pixels: Pixels, { profile, exact, columns, rowsBack }: Pass): void {
    const { call, memory } = this.#wasm
    const { width, height, channels } = pixels
    const sampled = isSampled(pixels, profile)
    const strip = call.begin(Number(exact), Number(sampled), width, height, channels, ORDER[columns]) >>> 0
    if (strip === 0) throw new RangeError(`a picture of ${width} × ${height} is too large: at most 32,768 a side`)
    // Memory grows in `begin` only, so one view serves the whole picture.
    const inside = new Uint8Array(memory.buffer)
    for (let rows = call.wanted(); rows > 0; rows = call.wanted()) {
      const first = call.firstWanted()
      if (sampled) this.#sample(pixels, inside, { first, rows, rowsBack })
      else if (rowsBack) putBackwards(pixels, inside.subarray(strip), { first, rows })
      else inside.set(rowsOf(pixels, first, rows), strip)
      call.taken()
    }
  }

  #sample(
    pixels: Pixels,
    inside: Uint8Array,
    { first, rows, rowsBack }: { readonly first: number; readonly rows: number; readonly rowsBack: boolean },
  ): void {
    const { call } = this.#wasm
    const { height } = pixels
    for (let k = 0; k < rows; k += 1) {
      const row = Math.floor(((first + k) * height) / N512)
      inside.set(rowsOf(pixels, rowsBack ? height - 1 - row : row, 1), call.sourceRow())
      call.sample(k)
    }
  }

  #bothWays(isBack: boolean): BothWays {
    this.#wasm.call.turned(Number(isBack))
    const [plain, swapped] = this.#hashes(2)
    if (plain === undefined || swapped === undefined) throw new RangeError('expected two hashes of the kernel')
    return [plain, swapped]
  }

  #hashes(count: number): Pdq[] {
    const { call, memory } = this.#wasm
    const view = new DataView(memory.buffer, call.hashesAt(), count * HASH_BYTES)
    return Array.from({ length: count }, (_, variant) =>
      pdqOfWords(Uint32Array.from({ length: 8 }, (_word, i) => view.getUint32(variant * HASH_BYTES + 4 * i, true))),
    )
  }
}

function rowsOf({ width, channels, data }: Pixels, first: number, rows: number): Uint8Array | Uint8ClampedArray {
  return data.subarray(first * width * channels, (first + rows) * width * channels)
}

/** Rows counted from the bottom of the picture. */
function putBackwards(
  pixels: Pixels,
  into: Uint8Array,
  { first, rows }: { readonly first: number; readonly rows: number },
): void {
  const rowBytes = pixels.width * pixels.channels
  for (let k = 0; k < rows; k += 1) into.set(rowsOf(pixels, pixels.height - 1 - first - k, 1), k * rowBytes)
}
