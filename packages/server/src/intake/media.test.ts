import { afterAll, beforeAll, expect, test } from 'vitest'
import { type House, openHouse, uploadOf } from '../testing/house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

test('a file that is called a picture and begins like none is unknown, and held', async () => {
  const jpegAfterOneByte = new Uint8Array([0, 0xff, 0xd8, 0xff, 0xe0, ...new Array<number>(400).fill(0)])
  await house.putPicture('shifted', jpegAfterOneByte)
  const screened = await house.screen(uploadOf('shifted'))
  expect(screened.body).toMatchObject({ verdict: 'hold', unknown: [{ signal: 'media.pixels' }] })
})
