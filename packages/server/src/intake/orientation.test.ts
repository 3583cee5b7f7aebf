import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CSAM, type House, openHouse, type Person, pdqOf, picture, uploadOf } from '../testing/house.ts'

// matching 9 on two lists of the same picture: one that is asked as the picture lies, one that is also asked turned and mirrored.

const listed = picture(CSAM)
let asIs: House
let eight: House
let safety: Map<House, Person>
beforeAll(async () => {
  ;[asIs, eight] = await Promise.all([houseWith('as_is'), houseWith('eight')])
  const people = [asIs, eight].map(async (house) => [house, await house.person('child-safety', 'reviewer')] as const)
  safety = new Map(await Promise.all(people))
})
afterAll(() => Promise.all([asIs?.close(), eight?.close()]))

async function houseWith(variants: 'as_is' | 'eight'): Promise<House> {
  const house = await openHouse({ bare: true })
  const lists = [
    { id: 'csam_media', kind: 'pdq', harm: 'csea', text: pdqOf(CSAM), variants },
    { id: 'terror_media', kind: 'pdq', harm: 'terrorism', text: pdqOf(['pattern', 7]) },
    { id: 'csam_digests', kind: 'digest', harm: 'csea', text: '0'.repeat(64) },
  ] as const
  for (const { text, ...list } of lists) {
    await house.context.library.import({
      facts: { ...list, sealed: true, context: false, source: 'test', staleAfterMs: null },
      text,
      contentType: 'text/plain',
      by: 'operator',
      live: true,
    })
  }
  await house.putPicture('warm', picture(['boat', 1]), { prefer: 'wait=60' })
  return house
}

let count = 0
async function verdictOf(house: House, bytes: Uint8Array): Promise<string> {
  count += 1
  const id = `laid-${count}`
  await house.putPicture(id, bytes, { 'content-type': 'image/jpeg', prefer: 'wait=60' })
  return (await house.screen(uploadOf(id))).body.verdict
}
async function wayOfHit(house: House): Promise<unknown> {
  const opened = await safety.get(house)?.take(Number((await house.newestCase()).number))
  return opened?.evidence[0].media.hits[0].way
}

/** The picture with this note, and, where it is said, with its pixels laid so that the note lays them upright again. */
async function noted(orientation: number, against: boolean): Promise<Buffer> {
  const undo: Readonly<Record<number, number>> = { 6: 8, 8: 6 }
  const laid = against ? await turnedBy(undo[orientation] ?? orientation) : listed
  return sharp(laid).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer()
}
async function turnedBy(orientation: number): Promise<Buffer> {
  const tagged = await sharp(listed).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer()
  return sharp(tagged).autoOrient().jpeg({ quality: 95 }).toBuffer()
}

describe('matching 9: asked as it lies, a listed picture', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('with note %i alone is found as stored', async (orientation) => {
    expect(await verdictOf(asIs, await noted(orientation, false))).toBe('block')
    expect(await wayOfHit(asIs)).toMatchObject({ variant: 'original', of: 'stored' })
  })

  test.each([2, 3, 4, 5, 6, 7, 8])('with its pixels laid against note %i is found as shown', async (orientation) => {
    expect(await verdictOf(asIs, await noted(orientation, true))).toBe('block')
    expect(await wayOfHit(asIs)).toMatchObject({ variant: 'original', of: 'shown' })
  })

  test.each([2, 3, 4, 5, 6, 7, 8])('laid as by note %i, without the note, is not found', async (orientation) => {
    expect(await verdictOf(asIs, await turnedBy(orientation))).toBe('allow')
  })
})

describe('matching 9: asked in all eight ways, a listed picture', () => {
  test.each([2, 3, 4, 5, 6, 7, 8])(
    'laid as by note %i, without the note, is found, and said to be turned',
    async (orientation) => {
      expect(await verdictOf(eight, await turnedBy(orientation))).toBe('block')
      expect(await wayOfHit(eight)).toMatchObject({ variant: expect.not.stringMatching('original'), of: 'stored' })
    },
  )
})
