import { afterAll, beforeAll, expect, test } from 'vitest'
import { CSAM, freshId, type House, LISTED, messageOf, openHouse, picture, uploadOf } from './testing/house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ demo: true })
})
afterAll(() => house.close())

/** Metrics by name and labels; those of one process are those of all houses in it, so differences are what counts. */
async function read(): Promise<ReadonlyMap<string, number>> {
  const lines = (await house.platform('GET', '/metrics')).text.split('\n').filter((line) => !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))] as const
    }),
  )
}
const since = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>, name: string): number =>
  (after.get(`lamplighter_${name}`) ?? 0) - (before.get(`lamplighter_${name}`) ?? 0)

test('matching 11.4: measuring, looking up and what is unknown are counted, by closed sets of labels', async () => {
  const before = await read()
  const [id, torn] = [freshId(), freshId()]
  const bytes = picture(CSAM)
  await house.putPicture(id, bytes)
  await house.putPicture(torn, bytes.subarray(0, 60))
  await house.screen(uploadOf(id))
  const after = await read()
  const moved = (name: string) => since(before, after, name)
  expect([
    moved('media_bytes_total'),
    moved('media_measured_total{type="image/png",result="known"}'),
    moved('media_measured_total{type="image/png",result="unknown"}'),
    moved('decode_seconds_count{build="wasm",format="image/png"}'),
  ]).toEqual([bytes.length + 60, 1, 1, 2])
  expect(['broken', 'damaged'].map((why) => moved(`media_unknown_total{why="${why}"}`)).toSorted()).toEqual([0, 1])
  // Two lists of pictures share the index, and nothing has been merged into tables yet.
  expect(moved('index_lookup_seconds_count{path="fresh"}')).toBeGreaterThan(0)
  expect(moved('list_hits_total{list="csam_media"}')).toBe(1)
  expect(after.get('lamplighter_list_entries{list="csam_media",matchable="yes"}')).toBe(1)
  expect(after.get('lamplighter_list_entries{list="csam_media",matchable="no"}')).toBe(0)
  expect(after.get('lamplighter_list_hot_entries{list="csam_media"}')).toBe(0)
})

test('a hot entry is counted, and no label says which it is', async () => {
  for (let person = 0; person < 21; person += 1) {
    const actor = { id: `person-${person}`, age_band: 'adult', kind: 'person' }
    await house.screen(messageOf(`pay ${LISTED.blackmail_terms}`, { actor }))
  }
  const after = await read()
  expect(after.get('lamplighter_list_hot_entries{list="blackmail_terms"}')).toBe(1)
  const labels = [...after.keys()].flatMap((name) => [...name.matchAll(/="([^"]*)"/g)].map(([, value]) => value))
  expect(
    labels.filter((value) => /person-|[0-9a-f]{16}|\//.test(value ?? '') && !/^(image|video)\/|^\//.test(value ?? '')),
  ).toEqual([])
})

test('nothing of it was a fault of ours', () => expect(house.failures).toEqual([]))
