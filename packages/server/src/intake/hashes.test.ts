import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CSAM, type House, openHouse, type Person, pdqOf, uploadOf } from '../testing/house.ts'

let house: House
let safety: Person
beforeAll(async () => {
  house = await openHouse()
  safety = await house.person('child-safety')
})
afterAll(() => house.close())

const listed = pdqOf(CSAM)
const SHA256 = 'ab'.repeat(32)
let count = 0
const sent = async (file: object) => {
  count += 1
  const event = { ...uploadOf(`hashed-${count}`), media: [{ id: `hashed-${count}`, type: 'image/png', ...file }] }
  return house.screen(event)
}

describe('matching 15: hashes that a platform made itself', () => {
  test('in upper case are lowered', async () => {
    const hash = listed.toUpperCase()
    const made = { pdq: [{ hash, quality: 100, profile: 'full' }], made_by: 'sdk 1.2 pdq-exact/1' }
    const answer = await sent({ sha256: SHA256.toUpperCase(), ...made })
    expect([answer.status, answer.body.verdict]).toEqual([200, 'block'])
    const opened = await safety.take(Number((await house.newestCase()).number))
    expect(JSON.stringify(opened)).toContain('sdk 1.2 pdq-exact/1')
  })

  test.each<[string, object, string]>([
    ['63 digits', { pdq: [{ hash: listed.slice(1), quality: 100 }] }, '/media/0/pdq/0/hash'],
    ['with 0x', { pdq: [{ hash: `0x${listed.slice(2)}`, quality: 100 }] }, '/media/0/pdq/0/hash'],
    ['all zero', { pdq: [{ hash: '0'.repeat(64), quality: 100 }] }, '/media/0/pdq/0/hash'],
    ['all one', { pdq: [{ hash: 'f'.repeat(64), quality: 100 }] }, '/media/0/pdq/0/hash'],
    ['quality 101', { pdq: [{ hash: listed, quality: 101 }] }, '/media/0/pdq/0/quality'],
    ['without a quality', { pdq: [{ hash: listed }] }, '/media/0/pdq/0/quality'],
    ['the second of two', { pdq: [{ hash: listed, quality: 9 }, { quality: 9 }] }, '/media/0/pdq/1/hash'],
    ['a digest of 63 digits', { sha256: SHA256.slice(1) }, '/media/0/sha256'],
    ['MD5 of 33 digits', { md5: 'a'.repeat(33) }, '/media/0/md5'],
    ['SHA-1 of 64 digits', { sha1: SHA256 }, '/media/0/sha1'],
  ])('%s: 422 bad_hash with its place', async (_, file, pointer) => {
    const answer = await sent(file)
    expect([answer.status, answer.body.code, answer.body.pointer]).toEqual([422, 'bad_hash', pointer])
    const batch = await house.platform('POST', '/v1/events', {
      body: [{ ...uploadOf('x'), media: [{ id: 'x', ...file }] }],
    })
    expect([batch.status, batch.body.code]).toEqual([422, 'bad_hash'])
  })

  test('a fault of another kind beside it keeps the common code', async () => {
    const answer = await sent({ sha256: 'x', size: -1 })
    expect([answer.body.code, answer.body.errors.map(({ code }: { code: string }) => code).sort()]).toEqual([
      'invalid',
      ['bad_hash', 'invalid'],
    ])
  })

  test('without a PDQ, lists of pictures cannot tell, and digests count', async () => {
    const { body } = await sent({ sha256: SHA256 })
    expect([body.verdict, body.unknown]).toEqual(['hold', [{ signal: 'media.pixels', why: 'not_sent' }]])
  })

  test('more than 200 hashes of one file are refused', async () => {
    const pdq = Array.from({ length: 201 }, () => ({ hash: listed, quality: 100 }))
    expect((await sent({ pdq })).body.pointer).toBe('/media/0/pdq')
  })
})
