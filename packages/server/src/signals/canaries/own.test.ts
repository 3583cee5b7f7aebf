import { hashWithVariants, type Pdq } from '@lamplighter/matching'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pdqKernel } from '../../evidence/decoder/index.ts'
import { engines } from '../../storage/testing/engines.ts'
import { CSAM, type House, openHouse, type Person, picture } from '../../testing/house.ts'
import { hashes, turned } from '../pictures/testing/hashes.ts'
import { drawSynthetic } from '../sample-pictures.ts'

type Drawn = readonly ['boat' | 'pattern', number]
const made = new Map<string, readonly Pdq[]>()
/** Hashes of a drawn picture as it lies, turned and mirrored. */
const variantsOf = ([kind, seed]: Drawn): readonly Pdq[] => {
  const known = made.get(kind)
  if (known !== undefined) return known
  const { width, height, data } = drawSynthetic(kind, seed, 512)
  const hashed = hashWithVariants(pdqKernel(), { width, height, channels: 4, data })
  const variants = 'none' in hashed ? expect.fail('it has a hash') : hashed.variants
  made.set(kind, variants)
  return variants
}
const at = (all: readonly Pdq[], place: number): Pdq => all[place] ?? expect.fail('there is one')
const logo: Drawn = ['boat', 41]
const avatar: Drawn = ['pattern', 42]

describe.each(engines)('matching 9.4: the platform’s own harmless pictures on $name', (engine) => {
  let house: House
  let lead: Person
  let safety: Person
  beforeAll(async () => {
    house = await openHouse({ engine, demo: true })
    lead = await house.person('lead')
    safety = await house.person('child-safety')
  })
  afterAll(() => house.close())

  const make = (id: string, values: readonly Pdq[], more: { readonly harm?: string; readonly sealed?: boolean } = {}) =>
    house.context.library.import({
      facts: {
        ...{ id, kind: 'pdq', harm: 'malware', sealed: false, context: false, source: 'test', staleAfterMs: null },
        ...more,
      },
      ...{ text: values.join('\n'), contentType: 'text/plain', by: 'operator', live: true },
    })
  const add = (by: Person, drawn: Drawn, name = 'logo') =>
    by.call('POST', `/v1/canaries?name=${name}`, { body: picture(drawn), headers: { 'content-type': 'image/png' } })
  const remove = (by: Person, id: string) => by.call('DELETE', `/v1/canaries/${id}`, { body: { reason: 'old' } })
  const aside = async (list: string) =>
    (await house.rows('entry_standing')).flatMap((row) =>
      row.list === list && row.state === 'aside' ? [[Number(row.n), row.reason]] : [],
    )
  const finds = (list: string, pdq: Pdq) =>
    house.context.library.book.bind([], house.clock.now, new Set()).get(list)?.find('near', pdq)?.entry ?? null

  test('an entry of a new version that hits one is aside with the pair, and its neighbours are matched', async () => {
    const added = await add(lead, logo)
    expect([added.status, added.body]).toMatchObject([201, { isNew: true, hits: [], unknown: [] }])
    const near = turned(at(variantsOf(logo), 0), 12)
    await make('shops', [near, ...hashes(5, 1)])
    expect(await aside('shops')).toEqual([[1, 'it hits the platform\'s own picture "logo" at 12 bits']])
    expect([finds('shops', near), finds('shops', at(hashes(5, 1), 2))]).toEqual([null, '4'])
    // The same file again is the one that is there.
    expect((await add(lead, logo)).body).toMatchObject({ id: added.body.id, isNew: false, recorded: null })
    await house.reopen()
    await make('later', [near])
    expect(await aside('later')).toHaveLength(1)
    expect((await remove(safety, added.body.id)).status).toBe(200)
    await make('after', [near])
    expect([await aside('after'), finds('after', near)]).toEqual([[], '1'])
    expect((await remove(safety, added.body.id)).body.code).toBe('conflict')
    const noted = (await house.rows('audit')).filter(({ act }) => act === 'lists.canary').map(({ reason }) => reason)
    expect(noted.toSorted()).toEqual(['added', 'old'])
  })

  test('turned and mirrored ones count where the list matches them, and not where it does not', async () => {
    const { id } = (await add(lead, logo)).body
    const [, second, third] = variantsOf(logo)
    const values = [second, third].map((pdq) => pdq ?? expect.fail('there is one'))
    await make('as_is', values)
    await make('eight', values, { harm: 'csea' })
    expect([await aside('as_is'), (await aside('eight')).map(([n]) => n)]).toEqual([[], [1, 2]])
    await remove(lead, id)
  })

  test('for sealed lists it counts once another person has agreed, one of the two for child safety', async () => {
    const { id } = (await add(lead, logo)).body
    const near = at(variantsOf(logo), 0)
    await make('sealed_before', [near, ...hashes(3, 2)], { sealed: true })
    expect(await aside('sealed_before')).toEqual([])
    const agree = (by: Person) => by.call('POST', `/v1/canaries/${id}/approvals`, { body: {} })
    const other = await house.person('lead')
    expect((await agree(lead)).body.code).toBe('second_person_required')
    expect((await agree(other)).body.code).toBe('forbidden')
    expect((await lead.call('GET', '/v1/canaries')).body.items).toMatchObject([{ id, second: null, own: true }])
    expect((await agree(safety)).status).toBe(200)
    expect((await safety.call('GET', '/v1/canaries')).body.items).toMatchObject([
      { id, name: 'logo', by: lead.label, second: safety.label, own: false },
    ])
    await make('sealed_after', [near, ...hashes(3, 2)], { sealed: true })
    expect((await aside('sealed_after')).map(([n]) => n)).toEqual([1])
    await remove(lead, id)
  })

  test('what it hits now is said at once; of a sealed list only that it does, and only to those who may know', async () => {
    const near = at(variantsOf(avatar), 0)
    await make('open', [...hashes(3, 3), near])
    await make('shut', [...hashes(3, 3), near], { sealed: true })
    const told = await add(lead, avatar)
    expect(told.body.hits).toEqual([{ list: 'open', entry: 4 }])
    const known = await add(safety, avatar)
    expect(known.body).toMatchObject({ id: told.body.id, isNew: false })
    expect(known.body.hits).toEqual([
      { list: 'open', entry: 4 },
      { list: 'shut', entry: null },
    ])
    // Nothing that runs has changed: a person decides, or the next version does.
    expect([finds('open', near), await aside('open')]).toEqual(['4', []])
    // What stands in the database is no value of a sealed list.
    expect(Buffer.from((await house.rows('canaries'))[0]?.hashes as Uint8Array).toString('latin1')).not.toContain(near)
    await remove(lead, told.body.id)
    expect((await house.rows('canaries')).every(({ hashes: kept }) => (kept as Uint8Array).length === 0)).toBe(true)
  })

  test('a version of which more than one in a thousand hit them is staged', async () => {
    const { id } = (await add(lead, avatar)).body
    await make('many', hashes(2_000, 4))
    const put = (values: readonly Pdq[]) =>
      house.context.library.change({
        ...{ list: 'many', by: 'operator', full: false, rows: values.length, bad: 0 },
        changes: [values.map((value) => ({ op: 'put', kind: 'pdq', entry: { value } }) as const)],
      })
    const changed = await put([...hashes(20, 5), at(variantsOf(avatar), 0)])
    expect(changed).toMatchObject({ state: 'staged', why: [{ code: 'canary', share: 1 / 21 }] })
    await remove(lead, id)
  })

  test('what is no picture, or has nothing in it, is refused, and reviewers may not add any', async () => {
    const send = (body: unknown) =>
      lead.call('POST', '/v1/canaries?name=x', { body, headers: { 'content-type': 'image/png' } })
    expect((await send('<svg>logo</svg>')).body.code).toBe('unsupported_type')
    expect((await send(picture(CSAM).slice(0, 2_000))).status).toBe(422)
    const reviewer = await house.person('reviewer')
    expect((await add(reviewer, logo)).status).toBe(403)
    expect((await house.rows('canaries')).filter((row) => row.ended_at === null)).toEqual([])
  })
})
