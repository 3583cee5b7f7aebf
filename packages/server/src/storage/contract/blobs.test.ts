import { createHash } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { engines } from '../testing/engines.ts'
import { freshStore, type Opened } from '../testing/opened.ts'

async function* pieces(...parts: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* parts
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

async function idsOf(opened: Opened, after?: string): Promise<string[]> {
  const ids: string[] = []
  for await (const id of opened.storage.blobs.list(after)) ids.push(id)
  return ids
}

const BIG = Buffer.alloc(300_000, 'made-up bytes ')

describe.each(engines)('blobs beside $name', (engine) => {
  const opened = freshStore(engine)

  test('what was put is read back, whole or in part, also after a restart', async () => {
    const { blobs } = opened.storage
    expect(await blobs.put('x_1', pieces(BIG.subarray(0, 7), BIG.subarray(7)))).toEqual({
      bytes: 300_000,
      created: true,
    })
    await opened.reopen()
    const again = opened.storage.blobs
    expect(
      createHash('sha256')
        .update(await bytesOf(await again.get('x_1')))
        .digest(),
    ).toEqual(createHash('sha256').update(BIG).digest())
    expect(await bytesOf(await again.get('x_1', { from: 10, to: 19 }))).toEqual(BIG.subarray(10, 20))
    await expect(again.get('x_2')).rejects.toMatchObject({ code: 'blob_missing' })
  })

  test('K-10: the same bytes again change nothing; other bytes are a conflict and leave the first', async () => {
    const { blobs } = opened.storage
    await blobs.put('x_1', pieces(BIG))
    expect(await blobs.put('x_1', pieces(BIG))).toEqual({ bytes: 300_000, created: false })
    const same = Buffer.from(BIG)
    same[299_999] = 0
    await expect(blobs.put('x_1', pieces(same))).rejects.toMatchObject({ code: 'blob_conflict' })
    await expect(blobs.put('x_1', pieces(BIG.subarray(1)))).rejects.toMatchObject({ code: 'blob_conflict' })
    expect(await bytesOf(await blobs.get('x_1'))).toEqual(BIG)
  })

  test('K-10: of two writers of different bytes at once one wins, the other gets a conflict', async () => {
    const { blobs } = opened.storage
    for (let n = 0; n < 10; n++) {
      const results = await Promise.allSettled([
        blobs.put(`x_${n}`, pieces(BIG)),
        blobs.put(`x_${n}`, pieces(BIG.subarray(1))),
      ])
      const codes = results.map((result) => (result.status === 'rejected' ? result.reason.code : 'put')).sort()
      expect(codes).toEqual(['blob_conflict', 'put'])
    }
  })

  test('K-10: a put whose source breaks off, or that was killed while writing, leaves nothing', async () => {
    async function* broken(): AsyncIterable<Uint8Array> {
      yield BIG
      throw new Error('the upload broke off')
    }
    await expect(opened.storage.blobs.put('x_1', broken())).rejects.toThrow('broke off')
    const unfinished = join(opened.place.folder, 'blobs', 'unfinished')
    expect(readdirSync(unfinished)).toEqual([])
    // What a kill leaves: a file that never got its name.
    writeFileSync(join(unfinished, 'x_1.0123456789ab'), BIG)
    await opened.reopen()
    expect(await idsOf(opened)).toEqual([])
    expect(readdirSync(unfinished)).toEqual([])
    expect(await opened.storage.blobs.put('x_1', pieces(BIG))).toMatchObject({ created: true })
  })

  test('K-10: a locked blob is not deleted before its time; no put shortens the lock', async () => {
    const { blobs } = opened.storage
    const until = opened.now + 1_000
    await blobs.put('x_1', pieces(BIG), { lockUntil: until })
    await blobs.put('x_1', pieces(BIG), { lockUntil: until - 500 })
    expect(await blobs.delete('x_1')).toEqual({ lockedUntil: until })
    await blobs.put('x_1', pieces(BIG), { lockUntil: until + 500 })
    opened.now = until + 100
    expect(await blobs.delete('x_1')).toEqual({ lockedUntil: until + 500 })
    opened.now = until + 500
    expect(await blobs.delete('x_1')).toBe('deleted')
    expect(await blobs.delete('x_1')).toBe('absent')
  })

  test('the list gives ids in order, after a given one; an id that is no plain name is refused', async () => {
    const { blobs } = opened.storage
    for (const id of ['x_3', 'x_1', 'x_2']) await blobs.put(id, pieces(BIG.subarray(0, 3)))
    expect(await idsOf(opened)).toEqual(['x_1', 'x_2', 'x_3'])
    expect(await idsOf(opened, 'x_1')).toEqual(['x_2', 'x_3'])
    for (const id of ['../x', 'x/1', '.x_1', '', 'x.lock']) {
      await expect(blobs.put(id, pieces(BIG))).rejects.toThrow(/blob id/)
    }
  })
})
