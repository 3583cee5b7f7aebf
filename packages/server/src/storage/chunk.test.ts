import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assertWritable, type Chunk, chunksForm, decodeChunk, encodeChunk, type NewRecord } from './chunk.ts'

const record: fc.Arbitrary<NewRecord> = fc
  .record({
    key: fc.string({ unit: 'grapheme' }),
    at: fc.integer({ min: 0, max: 2 ** 52 }),
    body: fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }),
    done: fc.boolean(),
  })
  .map(({ done, ...rest }) => (done ? { ...rest, gate: 'done' } : rest))

test('whatever records go in, the same come out, numbered on from the first offset', () => {
  fc.assert(
    fc.property(fc.array(record), fc.integer({ min: 1, max: 2 ** 40 }), (records, first) => {
      const whole = ({ body }: NewRecord) => new Uint8Array(Buffer.concat(body))
      const expected = records.map((one, n) => ({ ...one, body: whole(one), offset: first + n }))
      expect(decodeChunk(encodeChunk(records), first)).toEqual(expected)
    }),
  )
})

test('a chunk that is cut short is refused, not read as fewer records', () => {
  const bytes = encodeChunk([{ key: 'account:1', at: 1, body: [new Uint8Array(20)] }])
  for (let length = 1; length < bytes.length; length++)
    expect(() => decodeChunk(bytes.subarray(0, length), 1)).toThrow(RangeError)
})

test('a key longer than its length field is refused before it is written', () => {
  expect(() => assertWritable([{ key: 'ä'.repeat(40_000), at: 1, body: [] }])).toThrow(RangeError)
})

const chunk: fc.Arbitrary<Chunk> = fc.record({
  part: fc.nat(1_023),
  n: fc.integer({ min: 1, max: 2_000 }),
  oldestAt: fc.integer({ min: 0, max: 2 ** 52 }),
  body: fc.uint8Array({ maxLength: 300 }),
})

test('chunks travel as they are, and bytes that were cut between their ends are refused', () => {
  fc.assert(
    fc.property(fc.array(chunk), fc.nat(), (chunks, cut) => {
      const bytes = chunksForm.toBytes(chunks)
      expect(chunksForm.fromBytes(bytes)).toEqual(chunks)
      const last = chunks.at(-1)
      if (last === undefined) return
      const short = bytes.subarray(0, bytes.length - 1 - (cut % (19 + last.body.length)))
      expect(() => chunksForm.fromBytes(short)).toThrow(RangeError)
    }),
  )
})
