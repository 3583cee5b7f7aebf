import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { type House, openHouse } from '../../testing/house.ts'
import { operatorDoer } from '../../testing/server.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

describe.each(engines)('what lists no longer hold, on $name', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ engine, bare: true })
  })
  afterAll(() => house.close())

  const terms = { name: 't', share: false, export: false, device: false, harms: ['malware'], feedback: 'none' } as const
  const put = (id: string, values: readonly string[], more: object = {}) =>
    house.context.library.import({
      facts: {
        ...{ id, kind: 'domain', harm: 'malware', sealed: false, context: false, source: 'test', staleAfterMs: null },
        ...more,
      },
      text: values.join('\n'),
      contentType: 'text/plain',
      by: 'operator',
      live: true,
    })
  const rows = async (list: string) =>
    (await house.rows('list_entries'))
      .filter((row) => row.list === list)
      .toSorted((a, b) => Number(a.n) - Number(b.n))
      .map(({ body, fingerprint }) => ((body as Uint8Array).length === 0 ? String(fingerprint) : 'held'))
  const ask = (list: string, value: string) =>
    house.context.library.book.bind([], house.clock.now, new Set()).get(list)?.find('in', value)
  const live = (list: string, version: number) =>
    house.context.library.step({
      ...{ list, version, step: 'live', reason: 'because', by: { kind: 'operator' }, doer: operatorDoer },
    })

  test('a removed value is kept for a day, so that one can go back, and then erased; its number stays', async () => {
    await put('shops', ['a.example', 'b.example'])
    await put('shops', ['b.example'])
    house.clock.now += 23 * HOUR_MS
    await house.context.library.tend()
    expect(await rows('shops')).toEqual(['held', 'held'])
    house.clock.now += HOUR_MS
    expect(await house.context.library.tend()).toContain('1 entries erased')
    expect([await rows('shops'), ask('shops', 'b.example')]).toEqual([['gone:1', 'held'], { entry: '2' }])
    await expect(live('shops', 1)).rejects.toMatchObject({ extra: { errors: [{ code: 'erased' }] } })
    await put('shops', ['a.example', 'b.example'])
    expect(ask('shops', 'a.example')).toEqual({ entry: '3' })
    house.clock.now += 366 * 24 * HOUR_MS
    await put('shops', ['a.example', 'b.example', 'c.example'])
    await house.context.library.tend()
    expect(await rows('shops')).toEqual(['held', 'held', 'held'])
  })

  test('matching 27: where the terms say that what is withdrawn goes, it is erased within minutes', async () => {
    await put('images', ['a.example', 'b.example'], { terms: { ...terms, purge_within_h: 1 } })
    await put('images', ['b.example'])
    house.clock.now += 10 * MINUTE_MS
    await house.context.library.tend()
    expect(await rows('images')).toEqual(['gone:1', 'held'])
  })

  test('matching 30: a list whose licence is over is retired, says nothing from then on, and is erased', async () => {
    const ends = new Date(house.clock.now).toISOString().slice(0, 10)
    await put('licensed', ['a.example'], { terms: { ...terms, ends } })
    house.clock.now = Date.parse(ends) + 24 * HOUR_MS - 1
    await house.context.library.tend()
    expect(ask('licensed', 'a.example')).toEqual({ entry: '1' })
    house.clock.now += 1
    expect(await house.context.library.tend()).toContain('1 ended')
    expect([ask('licensed', 'a.example'), await rows('licensed')]).toEqual([undefined, ['held']])
    house.clock.now += 24 * HOUR_MS
    await house.context.library.tend()
    expect(await rows('licensed')).toEqual(['gone:1'])
    await expect(live('licensed', 1)).rejects.toMatchObject({ extra: { errors: [{ code: 'erased' }] } })
  })
})
