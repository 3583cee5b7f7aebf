import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { type House, openHouse, picture } from '../testing/house.ts'
import { makePlaces } from './places.ts'
import { collect } from './sealed-file.ts'
import { beginMedia } from './store.ts'

describe.each(engines)('files on their way on $name', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ engine })
  })
  afterAll(() => house.close())

  const bytes = picture(['boat', 40], 64)
  const isLive = (id: string): boolean => house.context.keyring.live('exhibit').some((key) => key.id === id)
  /** A file as a killed upload leaves it: its key and bytes, with the note or without. */
  async function left(blob: string, noted: boolean): Promise<string> {
    const { keyring, storage } = house.context
    const keyId = await keyring.make('exhibit', blob)
    if (noted) await storage.store.tx(beginMedia, [{ blob, keyId }])
    await storage.blobs.put(
      blob,
      (async function* () {
        yield bytes
      })(),
    )
    return keyId
  }

  test('matching 6: what came whole is no longer on its way', async () => {
    expect((await house.putPicture('whole', bytes)).status).toBe(201)
    expect((await house.putPicture('whole', bytes)).status).toBe(200)
    expect((await house.putPicture('whole', picture(['boat', 41], 64))).status).toBe(409)
    expect(await house.rows('media_arriving')).toEqual([])
  })

  test('matching 6: what a killed upload left goes at the next start, with its key; a sweep takes it after three hours', async () => {
    const { vault, storage } = house.context
    const started = await left('media-started', true)
    await vault.tidy()
    expect(isLive(started)).toBe(false)
    await expect(storage.blobs.get('media-started')).rejects.toThrow()
    const swept = await left('media-swept', true)
    house.clock.now += 2.9 * 3_600_000
    await vault.sweep()
    expect(isLive(swept)).toBe(true)
    house.clock.now += 0.2 * 3_600_000
    await vault.sweep()
    expect(isLive(swept)).toBe(false)
    expect(await house.rows('media_arriving')).toEqual([])
  })

  test('matching 6: where few files come, each has its place made for it, and none waits', async () => {
    const { keyring, storage } = house.context
    const take = makePlaces({ storage, keyring, now: () => house.clock.now })
    const blobs = [await take(), await take(), await take()].map(({ blob }) => blob)
    const noted = (await house.rows('media_arriving')).map(({ blob }) => blob)
    expect(noted.toSorted()).toEqual(blobs.toSorted())
    await house.context.vault.tidy()
  })

  test('matching 6: while many come, places are made ahead; none is given twice or after ten minutes, and the next start ends what is left', async () => {
    const { keyring, storage, vault } = house.context
    const before = keyring.live('exhibit').length
    const take = makePlaces({ storage, keyring, now: () => house.clock.now })
    const first = await Promise.all(Array.from({ length: 20 }, () => take()))
    expect(await house.rows('media_arriving')).toHaveLength(40)
    const given = [...first, await take(), await take()]
    expect(new Set(given.map(({ blob }) => blob)).size).toBe(22)
    expect(given.every(({ keyId }) => isLive(keyId))).toBe(true)
    const noted = await house.rows('media_arriving')
    expect(noted).toHaveLength(40)
    house.clock.now += 600_001
    const fresh = await take()
    expect(noted.map(({ blob }) => blob)).not.toContain(fresh.blob)
    await vault.tidy()
    expect([await house.rows('media_arriving'), keyring.live('exhibit').length]).toEqual([[], before])
  })

  test('a file that this database knows nothing of is left alone: it may be the evidence of another copy of it', async () => {
    const { vault, storage } = house.context
    const foreign = await left('media-foreign', false)
    await vault.tidy()
    house.clock.now += 24 * 3_600_000
    await vault.sweep()
    expect(isLive(foreign)).toBe(true)
    expect(Buffer.from(bytes).equals(await collect(await storage.blobs.get('media-foreign'), bytes.length))).toBe(true)
  })
})
