import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { distanceBits, type Pdq } from '@lamplighter/matching'
import { afterAll, describe, expect, test } from 'vitest'
import { type Measurement, startDecoder } from './index.ts'

interface Expected {
  readonly images: readonly {
    readonly file: string
    readonly n512: { readonly pdq: Pdq; readonly quality?: number }
    readonly full?: { readonly pdq: Pdq; readonly quality?: number }
    readonly max_distance?: number
    readonly dihedral_n512?: Readonly<Record<string, Pdq>>
  }[]
  readonly modes: readonly { readonly file: string; readonly pdq_n512: Pdq; readonly max_distance: number }[]
}

const folder = join(process.env.LAMPLIGHTER_CONFORMANCE ?? '../shared/data', 'matching')
const present = existsSync(folder)
if (!present && process.env.CI === 'true') throw new Error(`conformance data is missing: ${folder}`)
if (!present) console.warn(`SKIPPED matching C-1, C-3, C-4: no conformance data in ${folder}`)

describe.skipIf(!present).each(['wasm', 'native'] as const)('reference pictures, %s preferred', (prefer) => {
  const expected: Expected = present
    ? JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
    : { images: [], modes: [] }
  const asked: string[] = []
  const decoder = startDecoder({
    ...{ children: 1, prefer },
    events: { onDecoded: (build, type) => void asked.push(`${build} ${type}`) },
  })
  afterAll(() => decoder.stop())

  const measured = (file: string) => decoder.measure(readFileSync(join(folder, file)))
  /** A picture under 512 pixels has one reading, which is both profiles'. */
  const readingOf = ({ readings, unknown }: Measurement, profile: 'full' | 'n512') => {
    expect(unknown).toEqual([])
    return readings.find((reading) => reading.profile === profile) ?? readings[0] ?? expect.fail('expected a reading')
  }

  test.each(expected.images)('matching 8, C-1: $file has the reference hashes and quality', async (image) => {
    const measurement = await measured(image.file)
    for (const profile of ['n512', 'full'] as const) {
      const wanted = image[profile]
      if (wanted === undefined) continue
      const { pdq, quality } = readingOf(measurement, profile)
      expect(distanceBits(pdq, wanted.pdq)).toBeLessThanOrEqual(image.max_distance ?? 0)
      if (wanted.quality !== undefined) expect(quality).toBe(wanted.quality)
    }
  })

  const turned = expected.images.filter(({ file }) => file.startsWith('images/dihedral/'))
  test.each(turned)(
    'matching 9, C-4: $file is found by one of its variants as what it was before',
    async ({ file }) => {
      const { n512 } = expected.images.find((image) => image.dihedral_n512 !== undefined) ?? expect.fail('no root')
      const { variants } = readingOf(await measured(file), 'n512')
      expect(Math.min(...variants.map((variant) => distanceBits(variant, n512.pdq)))).toBe(0)
    },
  )

  test.each(expected.modes)('matching 8, 11, C-3: $file reads like the RGB picture', async (mode) => {
    const { pdq } = readingOf(await measured(mode.file), 'n512')
    expect(distanceBits(pdq, mode.pdq_n512)).toBeLessThanOrEqual(mode.max_distance)
  })

  test('a JPEG is decoded by the build that is preferred, and by no other', async () => {
    const { file } = expected.images.find((one) => one.file.endsWith('.jpg')) ?? expect.fail('expected a JPEG')
    asked.length = 0
    await measured(file)
    expect(asked).toEqual([prefer === 'native' ? 'libvips image/jpeg' : 'wasm image/jpeg'])
  })
})
