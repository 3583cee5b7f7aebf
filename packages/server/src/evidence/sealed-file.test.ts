import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect, openFile, PIECE_BYTES, SealedFileError, sealFile } from './sealed-file.ts'

const key = new Uint8Array(randomBytes(32))
const SEALED_PIECE = PIECE_BYTES + 16
const HEAD = 4

async function* chunked(bytes: Uint8Array, sizes: readonly number[] = [bytes.length || 1]): AsyncGenerator<Uint8Array> {
  for (let from = 0, turn = 0; from < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    yield bytes.subarray(from, from + size)
    from += size
  }
}
const sealed = (bytes: Uint8Array, sizes?: readonly number[], id = 'media-1') =>
  collect(sealFile(key, id, chunked(bytes, sizes)), 2 ** 22)
const opened = (bytes: Uint8Array, sizes?: readonly number[], id = 'media-1') =>
  collect(openFile(key, id, chunked(bytes, sizes)), 2 ** 22)
const sizes = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 4 })

describe('a sealed file', () => {
  test('opens to the same bytes, in whatever pieces it comes and goes', async () => {
    const lengths = fc.constantFrom(
      0,
      1,
      15,
      PIECE_BYTES - 1,
      PIECE_BYTES,
      PIECE_BYTES + 1,
      2 * PIECE_BYTES,
      3 * PIECE_BYTES + 7,
    )
    await fc.assert(
      fc.asyncProperty(lengths, sizes, sizes, async (length, into, out) => {
        const bytes = new Uint8Array(randomBytes(length))
        const file = await sealed(bytes, into)
        expect(Buffer.compare(file, await sealed(bytes))).toBe(0)
        expect(Buffer.compare(await opened(file, out), bytes)).toBe(0)
      }),
      { numRuns: 30 },
    )
  })

  test('with any byte changed is damaged', async () => {
    const small = await sealed(new Uint8Array(randomBytes(20)))
    for (let place = 0; place < small.length; place += 1) {
      const changed = Uint8Array.from(small)
      changed[place] = (changed[place] ?? 0) ^ 1
      await expect(opened(changed)).rejects.toThrow(SealedFileError)
    }
  })

  test('cut anywhere is damaged, also between two pieces', async () => {
    const small = await sealed(new Uint8Array(randomBytes(20)))
    for (let length = 0; length < small.length; length += 1)
      await expect(opened(small.subarray(0, length))).rejects.toThrow(SealedFileError)
    const large = await sealed(new Uint8Array(randomBytes(3 * PIECE_BYTES)))
    for (const count of [1, 2])
      await expect(opened(large.subarray(0, HEAD + count * SEALED_PIECE))).rejects.toThrow(SealedFileError)
  })

  test('with pieces swapped, repeated, added or taken from another file is damaged', async () => {
    const file = Buffer.from(await sealed(new Uint8Array(randomBytes(3 * PIECE_BYTES))))
    const other = Buffer.from(await sealed(new Uint8Array(randomBytes(3 * PIECE_BYTES)), undefined, 'media-2'))
    const head = file.subarray(0, HEAD)
    const piece = (of: Buffer, number: number) =>
      of.subarray(HEAD + number * SEALED_PIECE, HEAD + (number + 1) * SEALED_PIECE)
    const forged = {
      swapped: [head, piece(file, 1), piece(file, 0), piece(file, 2)],
      repeated: [head, piece(file, 0), piece(file, 0), piece(file, 1), piece(file, 2)],
      longer: [file, piece(file, 2)],
      foreign: [head, piece(file, 0), piece(other, 1), piece(file, 2)],
    }
    for (const [name, parts] of Object.entries(forged)) {
      const end = await opened(Buffer.concat(parts)).then(
        () => name,
        (error) => error,
      )
      expect(end).toBeInstanceOf(SealedFileError)
    }
    await expect(opened(file, undefined, 'media-2')).rejects.toThrow(SealedFileError)
  })

  test('is collected up to a limit', async () => {
    await expect(collect(chunked(new Uint8Array(11)), 10)).rejects.toThrow(RangeError)
  })
})
