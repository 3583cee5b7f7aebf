import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import { distanceBits, hashPicture, type Pdq } from '@lamplighter/matching'
import { describe, expect, test } from 'vitest'
import { pdqKernel } from '../evidence/decoder/index.ts'
import { drawSynthetic, type SampleKind } from './sample-pictures.ts'
import { encodePng } from './sample-png.ts'

const KINDS: readonly SampleKind[] = ['boat', 'tiles', 'pattern', 'hatched']
const SEEDS = Array.from({ length: 12 }, (_, seed) => seed + 1)

function hashOf(kind: SampleKind, seed: number, size = 256): { pdq: Pdq; quality: number } {
  const hashed = hashPicture(pdqKernel(), { ...drawSynthetic(kind, seed, size), channels: 4 })
  return 'pdq' in hashed ? hashed : expect.fail('expected a hash')
}

describe('made-up pictures', () => {
  const hashes = KINDS.flatMap((kind) => SEEDS.map((seed) => ({ name: `${kind} ${seed}`, ...hashOf(kind, seed) })))

  test('have enough in them to be matched by', () => {
    for (const { name, quality } of hashes) expect(quality, name).toBeGreaterThanOrEqual(50)
  })

  test('are far from each other: no drawing is taken for another', () => {
    for (const [at, one] of hashes.entries()) {
      for (const other of hashes.slice(at + 1)) {
        expect(distanceBits(one.pdq, other.pdq), `${one.name} and ${other.name}`).toBeGreaterThan(60)
      }
    }
  })

  test('are known again in another size', () => {
    for (const kind of KINDS) {
      expect(distanceBits(hashOf(kind, 1, 512).pdq, hashOf(kind, 1, 256).pdq), kind).toBeLessThanOrEqual(31)
    }
  })

  test('are the same bytes on every machine', () => {
    const digests = KINDS.map((kind) =>
      createHash('sha256')
        .update(encodePng(drawSynthetic(kind, 1, 128)))
        .digest('hex'),
    )
    expect(digests.map((digest) => digest.slice(0, 16))).toMatchInlineSnapshot(`
      [
        "537f7fafa77d2dae",
        "04a6282aee3341c7",
        "42aa60a0f988c5f2",
        "204ff1bd8eca3f4c",
      ]
    `)
  })

  test('a PNG of one holds exactly its pixels', () => {
    const picture = drawSynthetic('pattern', 3, 200)
    const png = Buffer.from(encodePng(picture))
    const start = png.indexOf('IDAT') + 4
    const rows = inflateSync(png.subarray(start, start + png.readUInt32BE(start - 8)))
    const pixels = rows.filter((_, at) => at % 601 !== 0)
    expect(
      Buffer.compare(
        pixels,
        picture.data.filter((_, at) => at % 4 !== 3),
      ),
    ).toBe(0)
  })

  test('have a size that can be drawn', () => {
    expect(() => drawSynthetic('boat', 1, 63)).toThrow('expected a side of 64 to 2,048 pixels, found 63')
  })
})
