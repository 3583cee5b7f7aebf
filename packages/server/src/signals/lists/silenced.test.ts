import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CSAM, freshId, type House, openHouse, type Person, picture, TERROR, uploadOf } from '../../testing/house.ts'

let house: House
let lead: Person
let safety: Person
let exception: string
const listed = picture(CSAM)
const FILE = createHash('sha256').update(listed).digest('hex')

beforeAll(async () => {
  house = await openHouse({ demo: true })
  lead = await house.person('lead')
  safety = await house.person('child-safety')
  const body = { list: 'csam_media', entry: 1, sha256: FILE, reason: 'drawn by us' }
  const asked = await lead.call('POST', '/v1/exceptions', { body })
  await safety.call('POST', `/v1/entry-acts/${asked.body.waits}/approvals`, { body: {} })
  exception = (await lead.call('GET', '/v1/exceptions')).body.items[0].id
})
afterAll(() => house.close())

const sent = async (bytes: Uint8Array) => {
  const id = freshId()
  await house.putPicture(id, bytes)
  return (await house.screen(uploadOf(id))).body.verdict
}
const used = async () => {
  await house.context.entries.flush()
  return (await lead.call('GET', '/v1/exceptions')).body.items.map((one: { used: number }) => one.used)
}

test('matching 25: the excepted file passes, another file of the same entry is held as before', async () => {
  expect([await sent(listed), await used()]).toEqual(['allow', [1]])
  // The same picture in another size is another file.
  expect([await sent(picture(CSAM, 480)), await used()]).toEqual(['block', [1]])
})

test('an event counts once, in whichever phase it is judged', async () => {
  await house.follow()
  expect(await used()).toEqual([1])
  await sent(listed)
  await house.follow()
  expect(await used()).toEqual([2])
})

test('a case shows the hit that was silenced beside its file, and by which exception', async () => {
  const [other, mine] = [freshId(), freshId()]
  await house.putPicture(other, picture(TERROR))
  await house.putPicture(mine, listed)
  await house.screen(uploadOf(other, mine))
  const { evidence } = await lead.take(Number((await house.newestCase()).number))
  const shown = evidence.flatMap(({ media }: { media: { silenced: unknown[] } | null }) => media?.silenced ?? [])
  expect([evidence.length, shown]).toEqual([2, [{ list: 'csam_media', version: 'v1', entry: 1, exception }]])
  expect(evidence[1].media.silenced).toEqual(shown)
})

test('who runs Lamplighter is told of a list with more exceptions than one in a thousand entries', async () => {
  const { silent } = await house.context.stands()
  expect(silent.find(({ list }) => list === 'csam_media')).toEqual({
    ...{ list: 'csam_media', entries: 1, exceptions: 1, endSoon: 0 },
  })
})

test('nothing of it was a fault of ours', () => expect(house.failures).toEqual([]))
