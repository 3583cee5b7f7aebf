import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CSAM, type House, openHouse, type Person, pdqOf } from '../../testing/house.ts'
import { parseListFile } from './parse.ts'

const OPEN = { name: 'x', share: false, export: true, device: false, feedback: 'none', harms: ['malware'] } as const
const MANY = 2_345

let house: House
let lead: Person
beforeAll(async () => {
  house = await openHouse({ demo: true })
  lead = await house.person('lead')
})
afterAll(() => house.close())

const put = (id: string, text: string, contentType: string, more: object = {}) =>
  house.context.library.import({
    facts: {
      ...{ id, kind: 'domain', harm: 'malware', sealed: false, context: false, source: 'a town', staleAfterMs: null },
      terms: { ...OPEN, ...more },
    },
    ...{ text, contentType, by: 'operator', live: true },
  })
const get = (id: string, more = '') => lead.call('GET', `/v1/lists/${id}/export${more}`)

describe('a list that may leave the house', () => {
  const odd = 'odd.example,s-1,A1,2026-01-31,2027-01-31,a;b,"one, ""two"""'
  const rows = Array.from({ length: MANY }, (_, n) => `host${n}.example,,,,,,`)
  beforeAll(async () => {
    await put('shops', ['value,source_id,class,added,expires,tags,note', odd, ...rows, ''].join('\n'), 'text/csv')
  })

  test.each([
    ['csv', 'text/csv'],
    ['jsonl', 'application/x-ndjson'],
  ])('comes as %s with all that is known of its entries, as it can be imported again', async (form, type) => {
    const file = await get('shops', `?form=${form}`)
    expect([file.status, file.headers.get('content-type')?.split(';')[0]]).toEqual([200, type])
    const parsed = parseListFile(file.text, type, 'domain')
    expect([parsed.badCount, parsed.entries.length]).toEqual([0, MANY + 1])
    expect(parsed.entries[0]).toEqual({
      ...{ value: 'odd.example', sourceId: 's-1', class: 'A1', tags: ['a', 'b'], note: 'one, "two"' },
      ...{ added: '2026-01-31T00:00:00.000Z', expires: '2027-01-31T00:00:00.000Z' },
    })
    const manifest = (await get('shops', `/manifest?form=${form}`)).body
    expect(manifest).toEqual({
      ...{ format: 'lamplighter-hashes/1', list: 'shops', kind: 'domain', version: 1, source: 'a town' },
      ...{ made: new Date(house.clock.now).toISOString(), rows: MANY + 1, terms: OPEN },
      sha256: createHash('sha256').update(file.bytes).digest('hex'),
    })
    await put(`copy_${form}`, file.text, type)
    const both = (await house.rows('lists')).filter(({ id }) => id === `copy_${form}` || id === 'shops')
    expect([both.length, new Set(both.map(({ digest }) => digest)).size]).toEqual([2, 1])
  })
})

test('matching 29, 30: a sealed list, and one whose terms forbid it, are refused at both doors', async () => {
  await put('kept_here', 'a.example\n', 'text/plain', { export: false })
  // Its last day was yesterday, and nothing has retired it yet.
  const yesterday = new Date(house.clock.now - 86_400_000).toISOString().slice(0, 10)
  await put('over', 'a.example\n', 'text/plain', { ends: yesterday })
  for (const [list, status, code] of [
    ['csam_media', 403, 'sealed'],
    ['kept_here', 409, 'terms'],
    ['over', 409, 'terms'],
    // Nobody has said what its terms are: then they allow nothing.
    ['bad_domains', 409, 'terms'],
  ] as const) {
    for (const door of ['', '/manifest']) {
      const answer = await get(list, door)
      expect([list, door, answer.status, answer.body.code]).toEqual([list, door, status, code])
      expect(answer.text).not.toContain(pdqOf(CSAM))
    }
  }
})
