import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  compileWasm,
  distanceBits,
  type HashedVariants,
  hashPicture,
  hashWithVariants,
  type KernelName,
  type Pdq,
  PdqKernel,
  type Pixels,
  type Profile,
  turnedUpright,
  VARIANTS,
} from '@lamplighter/matching'
import { describe, expect, test } from 'vitest'
import { pdqKernel } from './kernel.ts'
import { headerOf, isPicture } from './picture.ts'
import { sniff } from './sniff.ts'
import { wasm } from './wasm.ts'

interface Wanted {
  readonly pdq: Pdq
  readonly quality?: number
}
interface Expected {
  readonly images: readonly {
    readonly file: string
    readonly n512: Wanted
    readonly full?: Wanted
    readonly max_distance?: number
    readonly dihedral_n512?: Readonly<Record<string, Pdq>>
  }[]
  readonly modes: readonly { readonly file: string; readonly pdq_n512: Pdq; readonly max_distance: number }[]
}
type Image = Expected['images'][number]

const folder = join(process.env.LAMPLIGHTER_CONFORMANCE ?? '../shared/data', 'matching')
const present = existsSync(folder)
if (!present && process.env.CI === 'true') throw new Error(`conformance data is missing: ${folder}`)
if (!present) console.warn(`SKIPPED matching C-1 to C-4 for each kernel: no conformance data in ${folder}`)

const DEEP = process.env.LAMPLIGHTER_DEEP === '1'
const CROPS = DEEP ? 20_000 : 1_500
const KERNELS: readonly KernelName[] = ['exact', 'fast']
const PROFILES: readonly Profile[] = ['n512', 'full']
const ROOT = 'images/bridge/aaa-orig.jpg'

const decoded = new Map<string, Pixels>()

async function pixelsOf(file: string): Promise<Pixels> {
  const known = decoded.get(file)
  if (known !== undefined) return known
  const bytes = readFileSync(join(folder, file))
  const type = sniff(bytes)
  if (!isPicture(type)) throw new Error(`expected a still picture, found ${type}`)
  const { pixels, clean } = await wasm.still({ type, bytes, header: headerOf(type, bytes) })
  expect(clean, file).toBe(true)
  decoded.set(file, pixels)
  return pixels
}

function sound(hashed: HashedVariants): Exclude<HashedVariants, { none: unknown }> {
  return 'none' in hashed ? expect.fail('expected a hash') : hashed
}

/** What is wrong with the hashes of one picture. */
function faults(kernel: PdqKernel, name: KernelName, image: Image, pixels: Pixels): string[] {
  return PROFILES.flatMap((profile) => {
    const wanted = image[profile]
    if (wanted === undefined) return []
    const found = sound(hashWithVariants(kernel, pixels, { profile, kernel: name }))
    const bits = distanceBits(found.pdq, wanted.pdq)
    const far = bits > (image.max_distance ?? 0) ? [`${image.file} ${profile}: ${bits} bits differ`] : []
    const off = wanted.quality !== undefined && found.quality !== wanted.quality
    return off ? [...far, `${image.file} ${profile}: quality ${found.quality}, not ${wanted.quality}`] : far
  })
}

describe.skipIf(!present)('the kernels on the reference pictures', () => {
  const expected: Expected = present
    ? JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
    : { images: [], modes: [] }

  test.each(KERNELS)('matching 8, C-1, C-2: %s gives the hash and quality of the reference', async (name) => {
    expect(expected.images.length).toBeGreaterThan(20)
    for (const image of expected.images) {
      expect(faults(pdqKernel(), name, image, await pixelsOf(image.file))).toEqual([])
    }
  })

  test.each(KERNELS)('matching 8, C-3: %s reads other pixel formats like the RGB picture', async (name) => {
    const readable = expected.modes.filter(({ file }) => !file.includes('CMYK'))
    expect(readable.length).toBeGreaterThan(3)
    for (const { file, pdq_n512, max_distance } of readable) {
      const found = sound(hashWithVariants(pdqKernel(), await pixelsOf(file), { profile: 'n512', kernel: name }))
      expect(distanceBits(found.pdq, pdq_n512), file).toBeLessThanOrEqual(max_distance)
    }
  })

  test.each(KERNELS)('matching 8, C-4: the variants by %s are those of the reference', async (name) => {
    const image = expected.images.find(({ dihedral_n512 }) => dihedral_n512 !== undefined)
    const found = sound(hashWithVariants(pdqKernel(), await pixelsOf(ROOT), { profile: 'n512', kernel: name }))
    expect(found.variants).toEqual(Object.values(image?.dihedral_n512 ?? {}))
  })

  test.each(KERNELS)('matching 8, C-4: the seven turned files are near their variant by %s', async (name) => {
    const { variants } = sound(hashWithVariants(pdqKernel(), await pixelsOf(ROOT), { profile: 'n512', kernel: name }))
    const turned = expected.images.filter(({ file }) => file.startsWith('images/dihedral/'))
    expect(turned.length).toBe(7)
    const near = await Promise.all(
      turned.map(async ({ file }) => {
        const { pdq } = sound(hashWithVariants(pdqKernel(), await pixelsOf(file), { profile: 'n512', kernel: name }))
        return VARIANTS.filter((_, at) => distanceBits(pdq, variants[at] ?? pdq) <= 31)
      }),
    )
    // Each is near to one variant, and every variant but the picture itself has its file.
    expect(near.flat().toSorted()).toEqual(VARIANTS.slice(1).toSorted())
  })

  test.each([
    ['a cosine', float32(0.121894695), float32(0.1235), KERNELS],
    ['the share of green', float32(0.587), float32(0.58), ['exact']],
    ['the share of green', float64(0.587), float64(0.58), ['fast']],
  ] as const)('matching 8: with %s changed, a kernel fails', async (_, from, to, names) => {
    const bytes = readFileSync(new URL(import.meta.resolve('@lamplighter/matching/wasm/pdq.wasm')))
    const at = bytes.indexOf(from)
    expect(at).toBeGreaterThan(0)
    bytes.set(to, at)
    const broken = new PdqKernel(compileWasm(bytes))
    for (const name of names) {
      const found: string[] = []
      for (const image of expected.images) found.push(...faults(broken, name, image, await pixelsOf(image.file)))
      expect(found.length, name).toBeGreaterThan(0)
    }
  })

  test(`matching 8: ${CROPS} crops of odd size: fast against exact`, { timeout: 1_800_000 }, async () => {
    const files = expected.images.map(({ file }) => file)
    let compared = 0
    let differ = 0
    let most = 0
    let worst = 0
    for (let n = 0; n < CROPS; n += 1) {
      const crop = cropOf(await pixelsOf(files[n % files.length] ?? ROOT), n)
      const [fast, exact] = KERNELS.toReversed().map((name) => hashPicture(pdqKernel(), crop, { kernel: name }))
      if (fast === undefined || exact === undefined || 'none' in fast || 'none' in exact) continue
      if (exact.quality < 50) continue
      compared += 1
      const bits = distanceBits(fast.pdq, exact.pdq)
      if (bits > 0) differ += 1
      most = Math.max(most, bits)
      worst = Math.max(worst, Math.abs(fast.quality - exact.quality))
    }
    console.info(`${differ} of ${compared} crops differ, by ${most} bits at most, quality by ${worst}`)
    expect(compared).toBeGreaterThan(CROPS / 2)
    expect(differ).toBeLessThanOrEqual(compared / 1_000)
    expect(most).toBeLessThanOrEqual(2)
    expect(worst).toBeLessThanOrEqual(1)
  })
})

/** A part of odd width and height, at a place that the number decides; now and then turned. */
function cropOf(pixels: Pixels, n: number): Pixels {
  const of = (most: number, prime: number) => Math.floor(((n * prime) % 99_991) * (most / 99_991))
  const width = Math.min(pixels.width, 5 + of(Math.min(pixels.width, 1_200) - 5, 7_919)) | 1
  const height = Math.min(pixels.height, 5 + of(Math.min(pixels.height, 1_200) - 5, 104_729)) | 1
  const [w, h] = [Math.min(width, pixels.width), Math.min(height, pixels.height)]
  const left = of(pixels.width - w + 1, 15_485_863)
  const top = of(pixels.height - h + 1, 32_452_843)
  const { channels, data } = pixels
  const part = new Uint8Array(w * h * channels)
  for (let y = 0; y < h; y += 1) {
    const from = ((top + y) * pixels.width + left) * channels
    part.set(data.subarray(from, from + w * channels), y * w * channels)
  }
  return turnedUpright({ width: w, height: h, channels, data: part }, n % 50 === 0 ? 6 : 1)
}

function float32(value: number): Uint8Array {
  return new Uint8Array(new Float32Array([value]).buffer)
}

function float64(value: number): Uint8Array {
  return new Uint8Array(new Float64Array([value]).buffer)
}
