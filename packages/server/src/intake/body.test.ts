import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BATCH, linesOf, readBatch } from './body.ts'

const read = (body: Uint8Array, encoding?: string) =>
  readBatch(
    new Request('http://x.example', {
      method: 'POST',
      body: body as Uint8Array<ArrayBuffer>,
      headers: encoding === undefined ? {} : { 'content-encoding': encoding },
    }),
  )
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe('the body of a batch', () => {
  test('comes as it is, or packed', async () => {
    const body = Buffer.from('hello\n'.repeat(50))
    for (const [packed, encoding] of [[body], [gzipSync(body), 'GZIP'], [zstdCompressSync(body), 'zstd']] as const) {
      expect(text(await read(packed, encoding))).toBe(text(body))
    }
  })

  test('may unpack to fifty times its size and no further', async () => {
    await expect(read(gzipSync(Buffer.alloc(60_000)), 'gzip')).rejects.toMatchObject({ code: 'too_large' })
    await expect(read(zstdCompressSync(Buffer.alloc(60_000)), 'zstd')).rejects.toMatchObject({ code: 'too_large' })
    await expect(read(gzipSync(Buffer.alloc(64 * 2 ** 20)), 'gzip')).rejects.toMatchObject({ code: 'too_large' })
    await expect(read(Buffer.alloc(BATCH.bytes + 1))).rejects.toMatchObject({ code: 'too_large' })
  })

  test('that is cut or no packing at all is malformed', async () => {
    const packed = gzipSync(Buffer.from('hello'.repeat(99)))
    await expect(read(packed.subarray(0, -9), 'gzip')).rejects.toMatchObject({ code: 'malformed' })
    await expect(read(Buffer.from('hello'), 'zstd')).rejects.toMatchObject({ code: 'malformed' })
    await expect(read(packed, 'br')).rejects.toMatchObject({ code: 'unsupported_type' })
  })
})

describe('lines', () => {
  test('are counted from 1, also where some are empty; the last may be open', () => {
    const lines = linesOf(Buffer.from('\uFEFFa\r\n\n \t\nb\nc'))
    expect(lines.map(({ number, bytes, open }) => [number, text(bytes), open])).toEqual([
      [1, 'a', false],
      [4, 'b', false],
      [5, 'c', true],
    ])
    expect(linesOf(new Uint8Array())).toEqual([])
  })

  test('hold everything that was sent, in order', () => {
    const line = fc.stringMatching(/^[a-z"{}]{1,5}$/)
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.boolean(), (sent, end, closed) => {
        const body = sent.join(end) + (closed && sent.length > 0 ? end : '')
        expect(linesOf(Buffer.from(body)).map(({ bytes }) => text(bytes))).toEqual(sent)
      }),
    )
  })
})
