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

const CALLS = ['begin', 'wanted', 'firstWanted', 'sourceRow', 'sample', 'taken', 'hash', 'sure', 'hashesAt'] as const
const HASH_BYTES = 32
/** Below this quality a match means little (§6.3): such a picture is not worth a second look. */
const SEEN = 50

interface How {
  readonly profile: Profile
  readonly count: 1 | 8
}

/** The kernels, with a memory of their own. One picture at a time. */
export class PdqKernel {
  readonly #wasm: Instance<(typeof CALLS)[number]>

  /** @param module `wasm/pdq.wasm` of this package, compiled */
  constructor(module: WasmModule) {
    this.#wasm = instanceOf(module, CALLS)
  }

  /**
   * Quality, and the hashes of the picture and its next variants: 1 for the picture alone, 8 for all.
   *
   * @param pixels at least 5 a side, or sampled; their bytes as many as they should be
   * @throws RangeError a side above 32,768, or more rows than memory holds
   */
  hash(pixels: Pixels, { kernel, ...how }: How & { kernel: KernelName }): { quality: number; pdqs: Pdq[] } {
    if (kernel === 'exact') return this.#made(pixels, how, true)
    const fast = this.#made(pixels, how, false)
    const hangs = this.#wasm.call.sure() === 0 && fast.quality >= SEEN - 1
    return hangs ? this.#made(pixels, how, true) : fast
  }

  #made(pixels: Pixels, { profile, count }: How, exact: boolean): { quality: number; pdqs: Pdq[] } {
    const { call, memory } = this.#wasm
    const { width, height, channels } = pixels
    const sampled = isSampled(pixels, profile)
    const strip = call.begin(Number(exact), Number(sampled), width, height, channels) >>> 0
    if (strip === 0) throw new RangeError(`a picture of ${width} × ${height} is too large: at most 32,768 a side`)
    // Memory grows in `begin` only, so one view serves the whole picture.
    const inside = new Uint8Array(memory.buffer)
    for (let rows = call.wanted(); rows > 0; rows = call.wanted()) {
      const first = call.firstWanted()
      if (sampled) this.#sample(pixels, inside, first, rows)
      else inside.set(rowsOf(pixels, first, rows), strip)
      call.taken()
    }
    const quality = call.hash(count)
    return { quality, pdqs: this.#hashes(count) }
  }

  #sample(pixels: Pixels, inside: Uint8Array, first: number, rows: number): void {
    const { call } = this.#wasm
    for (let k = 0; k < rows; k += 1) {
      const row = Math.floor(((first + k) * pixels.height) / N512)
      inside.set(rowsOf(pixels, row, 1), call.sourceRow())
      call.sample(k)
    }
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
