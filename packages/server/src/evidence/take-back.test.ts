import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { CSAM, type House, openHouse, picture, uploadOf } from '../testing/house.ts'
import { takeBackMedia } from './store.ts'
import { mediaKey } from './vault.ts'

describe.each(engines)('a file that was handed in, on $name', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ engine })
    await house.putPicture('warm', harmless, { prefer: 'wait=60' })
  })
  afterAll(() => house.close())

  const harmless = picture(['boat', 50], 64)
  const get = (id: string) => house.platform('GET', `/v1/media/${id}`, { headers: { prefer: 'wait=60' } })
  const remove = async (id: string) => (await house.platform('DELETE', `/v1/media/${id}`)).status
  const rowOf = async (id: string) => (await house.rows('media')).find((row) => row.media_id === id)
  async function isThere({ blob, key_id }: Record<string, unknown>): Promise<boolean> {
    const { keyring, storage } = house.context
    const bytes = await storage.blobs.get(String(blob)).then(
      () => true,
      () => false,
    )
    const key = keyring.live('exhibit').some(({ id }) => id === key_id)
    expect(bytes).toBe(key)
    return key
  }

  test('says what was measured, and nothing that lists say', async () => {
    await house.putPicture('known', harmless)
    const { status, body } = await get('known')
    expect(status).toBe(200)
    expect(body).toEqual({
      id: 'known',
      size: harmless.length,
      state: 'measured',
      audience: 'public',
      sha256: createHash('sha256').update(harmless).digest('hex'),
      md5: createHash('md5').update(harmless).digest('hex'),
      sha1: createHash('sha1').update(harmless).digest('hex'),
      type: 'image/png',
      width: 64,
      height: 64,
      frames: 1,
      readings: [
        { pdq: expect.stringMatching(/^[0-9a-f]{64}$/), quality: expect.any(Number), profile: 'full', of: 'stored' },
      ],
      unknown: [],
      flags: [],
      kernel: 'pdq-fast/1',
    })
  })

  test('that is half there is partly known', async () => {
    await house.putPicture('text', Buffer.from('%PDF-1.7'))
    expect((await get('text')).body).toMatchObject({
      state: 'partly',
      unknown: [{ part: 'pixels', why: 'unsupported' }],
    })
  })

  test('is another platform’s for nobody', async () => {
    const other = await house.context.people.newKey({
      name: 'other',
      connection: 'elsewhere',
      scopes: ['screen'],
      days: 1,
      doer: { name: 'operator', staff: null, touch: 'operator', request: 'test' },
    })
    const headers = { authorization: `Bearer ${other.key}` }
    expect((await house.visit('GET', '/v1/media/known', { headers })).status).toBe(404)
    expect((await house.visit('DELETE', '/v1/media/known', { headers })).status).toBe(204)
    expect((await get('known')).status).toBe(200)
  })

  test('taken back is gone, with its key; again, and where there was none, the answer is the same', async () => {
    const row = (await rowOf('known')) ?? expect.fail('no row')
    expect(await isThere(row)).toBe(true)
    expect([await remove('known'), await remove('known'), await remove('never')]).toEqual([204, 204, 204])
    expect(await isThere(row)).toBe(false)
    expect((await get('known')).status).toBe(404)
    expect(await house.rows('media_arriving')).toEqual([])
    const { body } = await house.screen(uploadOf('known'))
    expect(body.unknown.map(({ why }: { why: string }) => why)).toEqual(['not_sent'])
    // Its id is free.
    expect((await house.putPicture('known', picture(['boat', 51], 64))).status).toBe(201)
  })

  test('stays while a case keeps it', async () => {
    await house.putPicture('flagged', picture(CSAM), { prefer: 'wait=60' })
    expect((await house.screen(uploadOf('flagged'))).body.verdict).toBe('block')
    const { status, body } = await house.platform('DELETE', '/v1/media/flagged')
    expect([status, body.code]).toEqual([409, 'held'])
    expect(await isThere((await rowOf('flagged')) ?? expect.fail('no row'))).toBe(true)
  })

  test.each(['taken back', 'dropped'])(
    'matching 6: %s by a process that is killed before it destroyed the key goes at the next start',
    async (how) => {
      const id = `cut-${how.replace(' ', '-')}`
      await house.putPicture(id, picture(['boat', 52], 64), { prefer: 'wait=60' })
      const row = (await rowOf(id)) ?? expect.fail('no row')
      const { storage, keyring, vault } = house.context
      if (how === 'taken back')
        await storage.store.tx(takeBackMedia, mediaKey(String(row.media_key).split('|')[0] ?? '', id))
      else {
        house.clock.now += 25 * 3_600_000
        const { destroy } = keyring
        keyring.destroy = () => Promise.reject(new Error('killed'))
        await expect(vault.sweep()).rejects.toThrow('killed')
        keyring.destroy = destroy
      }
      expect(await rowOf(id)).toBeUndefined()
      expect(await isThere(row)).toBe(true)
      await vault.tidy()
      expect(await isThere(row)).toBe(false)
      expect(await house.rows('media_arriving')).toEqual([])
    },
  )
})
