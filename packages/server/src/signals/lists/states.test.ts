import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { type House, openHouse } from '../../testing/house.ts'
import { operatorDoer } from '../../testing/server.ts'
import { hashes } from '../pictures/testing/hashes.ts'
import type { ListChange } from './changes.ts'
import type { Asker, ListStep } from './versions.ts'

const HOUR_MS = 3_600_000
const operator: Asker = { kind: 'operator' }

describe.each(engines)('versions of a list on $name', (engine) => {
  let house: House
  let made = 0
  beforeAll(async () => {
    house = await openHouse({ engine, bare: true })
  })
  afterAll(() => house.close())

  const facts = (id: string, more: object = {}) => ({
    ...{
      id,
      kind: 'domain' as const,
      harm: 'malware',
      sealed: false,
      context: false,
      source: 'test',
      staleAfterMs: null,
    },
    ...more,
  })
  const freshList = (): string => `list_${++made}`
  const names = (count: number, from = 0): string[] =>
    Array.from({ length: count }, (_, n) => `host${from + n}.example`)
  const put = (id: string, values: readonly string[], more: { live?: boolean; facts?: object } = {}) =>
    house.context.library.import({
      facts: facts(id, more.facts),
      text: values.join('\n'),
      contentType: 'text/plain',
      by: 'operator',
      live: more.live ?? true,
    })
  const puts = (values: readonly string[]): ListChange[] =>
    values.map((value) => ({ op: 'put', kind: 'domain', sourceId: `s-${value}`, entry: { value } }))
  const drops = (values: readonly string[]): ListChange[] =>
    values.map((value) => ({ op: 'drop', sourceId: `s-${value}` }))
  const change = (list: string, changes: readonly ListChange[], more: object = {}) =>
    house.context.library.change({
      ...{ list, by: 'operator', full: false, changes: [changes], rows: changes.length, bad: 0 },
      ...more,
    })
  const step = (list: string, version: number, wish: ListStep, more: { by?: Asker; withoutTrial?: boolean } = {}) =>
    house.context.library.step({
      ...{ list, version, step: wish, reason: 'because', by: more.by ?? operator, doer: operatorDoer },
      ...(more.withoutTrial === true && { withoutTrial: true }),
    })
  const ask = (list: string, value: string) =>
    house.context.library.book.bind([], house.clock.now, new Set()).get(list)?.find('in', value)
  const versions = async (list: string) =>
    (await house.rows('list_versions'))
      .filter((row) => row.list === list)
      .toSorted((a, b) => Number(a.version) - Number(b.version))
      .map(({ version, state }) => `${version} ${state}`)
  /** A list of a hundred hosts that an exchange feeds, live. */
  const fed = async (): Promise<string> => {
    const list = freshList()
    await house.context.library.create(facts(list))
    const first = await change(list, puts(names(100)))
    expect(first).toMatchObject({ version: 1, state: 'trial', why: [{ code: 'first' }] })
    await step(list, 1, 'live', { withoutTrial: true })
    return list
  }

  test('a list without a live version says neither hit nor "no hit": rules that ask it are unknown', async () => {
    const list = freshList()
    await house.context.library.create(facts(list))
    expect(ask(list, 'host1.example')).toBeUndefined()
    await put(list, names(3), { live: false })
    expect([await versions(list), ask(list, 'host1.example'), ask(list, 'x.example')]).toEqual([
      ['1 staged'],
      undefined,
      undefined,
    ])
    await step(list, 1, 'live', { withoutTrial: true })
    expect([ask(list, 'host1.example'), ask(list, 'x.example')]).toEqual([{ entry: '2' }, null])
    await step(list, 1, 'retire')
    expect([await versions(list), ask(list, 'host1.example')]).toEqual([['1 retired'], undefined])
    await house.reopen()
    expect(ask(list, 'host1.example')).toBeUndefined()
  })

  test('a change inside the rails is live at once; one that changes nothing makes no version', async () => {
    const list = await fed()
    expect(await change(list, [...puts(names(5, 100)), ...drops(names(5))])).toMatchObject({
      ...{ version: 2, state: 'live', entries: 100, added: 5, removed: 5, why: [] },
    })
    expect([ask(list, 'host104.example'), ask(list, 'host0.example')]).toEqual([{ entry: '105' }, null])
    expect(await change(list, puts(names(5, 100)))).toMatchObject({
      version: 2,
      state: 'live',
      added: 0,
      recorded: null,
    })
    expect(await versions(list)).toEqual(['1 retired', '2 live'])
  })

  test.each([
    ['growth', [...puts(names(6, 100))], {}, 0.06],
    ['shrink', drops(names(6)), {}, 0.06],
    ['bad_rows', puts(names(1, 100)), { rows: 1_000, bad: 2 }, 0.002],
  ] as const)(
    'matching 24: a pull out of its rail "%s" is staged with the number, and what runs goes on',
    async (code, changes, more, share) => {
      const list = await fed()
      const staged = await change(list, changes, more)
      expect(staged).toMatchObject({ version: 2, state: 'staged', why: [{ code, share }] })
      expect([await versions(list), ask(list, 'host1.example'), ask(list, 'host100.example')]).toEqual([
        ['1 live', '2 staged'],
        { entry: '2' },
        null,
      ])
      await step(list, 2, 'live')
      expect([await versions(list), ask(list, 'host1.example'), ask(list, 'host100.example')]).toEqual([
        ['1 retired', '2 live'],
        code === 'shrink' ? null : { entry: '2' },
        code === 'shrink' ? null : { entry: '101' },
      ])
    },
  )

  test('matching 24: what is removed is gone at once, also where the rest is staged', async () => {
    const list = await fed()
    expect(await change(list, [...puts(names(10, 100)), ...drops(['host7.example'])])).toMatchObject({
      ...{ version: 3, state: 'staged', removedBy: 2, why: [{ code: 'growth' }] },
    })
    expect([await versions(list), ask(list, 'host7.example'), ask(list, 'host100.example')]).toEqual([
      ['1 retired', '2 live', '3 staged'],
      null,
      null,
    ])
    // The next change is made on what waits, and takes from what runs at once.
    expect(await change(list, [...puts(names(1, 200)), ...drops(['host8.example', 'host101.example'])])).toMatchObject({
      ...{ state: 'staged', removedBy: 4, entries: 99 + 10 + 1 - 2 },
    })
    expect([ask(list, 'host8.example'), ask(list, 'host9.example'), ask(list, 'host100.example')]).toEqual([
      null,
      { entry: '10' },
      null,
    ])
    const waits = (await versions(list)).at(-1)
    expect(waits).toBe('6 staged')
    await step(list, 6, 'live')
    expect(
      ['host7', 'host8', 'host101', 'host100', 'host200', 'host9'].map((host) => ask(list, `${host}.example`) !== null),
    ).toEqual([false, false, false, true, true, true])
    await house.reopen()
    expect(ask(list, 'host200.example')).toMatchObject({ entry: '111' })
  })

  test('matching 23: past its age a list still hits and says no "no hit"; half a pull does not make it younger, a whole one does', async () => {
    const list = freshList()
    await house.context.library.create(facts(list, { staleAfterMs: HOUR_MS }))
    await change(list, puts(names(100)))
    await step(list, 1, 'live', { withoutTrial: true })
    const both = () => [ask(list, 'host1.example'), ask(list, 'x.example')]
    expect(both()).toEqual([{ entry: '2' }, null])
    house.clock.now += HOUR_MS + 1
    expect(both()).toEqual([{ entry: '2' }, undefined])
    const half = (async function* () {
      yield puts(names(1))
      throw new Error('cut off')
    })()
    await expect(change(list, [], { changes: half })).rejects.toThrow('cut off')
    expect(both()).toEqual([{ entry: '2' }, undefined])
    await change(list, puts(names(20, 100)))
    expect(both()).toEqual([{ entry: '2' }, undefined])
    await step(list, 2, 'drop')
    await change(list, puts(names(1)))
    expect(both()).toEqual([{ entry: '2' }, null])
  })

  test('a mass removal waits for a person, but where the terms say that withdrawn entries go', async () => {
    const list = await fed()
    await change(list, drops(names(50)))
    expect(ask(list, 'host3.example')).toMatchObject({ entry: '4' })
    const purges = freshList()
    const terms = {
      ...{ name: 't', share: false, export: false, device: false, harms: ['malware'], feedback: 'none' as const },
      purge_within_h: 1,
    }
    await house.context.library.create(facts(purges, { terms }))
    await change(purges, puts(names(100)))
    await step(purges, 1, 'live', { withoutTrial: true })
    expect(await change(purges, drops(names(50)))).toMatchObject({ removedBy: 2, why: [{ code: 'shrink' }] })
    expect([ask(purges, 'host3.example'), ask(purges, 'host60.example')]).toEqual([null, { entry: '61' }])
  })

  test('what waits is dropped whole, and the next change does not know it', async () => {
    const list = await fed()
    await change(list, puts(names(10, 100)))
    await step(list, 2, 'drop')
    expect(await versions(list)).toEqual(['1 live', '2 dropped'])
    expect(await change(list, puts(names(1, 300)))).toMatchObject({ version: 3, state: 'live', entries: 101 })
    expect([ask(list, 'host100.example'), ask(list, 'host300.example') !== null]).toEqual([null, true])
  })

  test('going back is a change of state: the version before answers as it did, and later ones are gone', async () => {
    const list = await fed()
    await change(list, [...puts(names(3, 100)), ...drops(names(2))])
    await step(list, 1, 'live')
    expect(await versions(list)).toEqual(['1 live', '2 retired'])
    expect(['host0', 'host50', 'host100'].map((host) => ask(list, `${host}.example`) !== null)).toEqual([
      true,
      true,
      false,
    ])
    expect(await change(list, puts(names(1, 100)))).toMatchObject({ version: 3, entries: 101 })
    await expect(step(list, 2, 'live')).rejects.toMatchObject({
      code: 'needs_unmet',
      extra: { errors: [{ code: 'erased' }] },
    })
    await house.reopen()
    expect(ask(list, 'host100.example')).not.toBeNull()
  })

  test('a new source, a wider match and an opened list are tried first', async () => {
    const list = await fed()
    expect(await change(list, puts(names(1, 100)), { source: 'another' })).toMatchObject({
      ...{ state: 'trial', why: [{ code: 'changed', what: ['source'] }] },
    })
    await expect(step(list, 2, 'live')).rejects.toMatchObject({ extra: { errors: [{ code: 'trial_short' }] } })
    house.clock.now += 24 * HOUR_MS
    await step(list, 2, 'live')
    expect((await house.rows('lists')).find(({ id }) => id === list)).toMatchObject({ source: 'another' })
    const pictures = freshList()
    const pdqs = hashes(3, 1)
    await put(pictures, pdqs, { facts: { kind: 'pdq', harm: 'csea', within: 10, sealed: true } })
    const wider = await put(pictures, pdqs, { live: false, facts: { kind: 'pdq', harm: 'csea', within: 20 } })
    expect(wider.why).toContainEqual({ code: 'changed', what: ['sealed', 'within'] })
  })

  test('a trial is counted and does nothing; it goes on through small changes', async () => {
    const list = freshList()
    await house.context.library.create(facts(list))
    await change(list, puts(names(100)))
    const { library } = house.context
    const event = (...values: string[]) => {
      const bind = (book = library.book) => book.bind([], house.clock.now, new Set())
      const lists = library.trials.watch(bind(), bind)
      return values.map((value) => lists.get(list)?.find('in', value))
    }
    expect(event('host1.example', 'host2.example', 'x.example')).toEqual([undefined, undefined, undefined])
    expect(event('x.example')).toEqual([undefined])
    await library.countTrials()
    const trial = async () =>
      (await house.rows('list_versions')).find((row) => row.list === list && row.state === 'trial')
    expect(await trial()).toMatchObject({ version: 1, looked_up: 2, hits: 1 })
    house.clock.now += HOUR_MS
    expect(await change(list, puts(names(1, 100)))).toMatchObject({ version: 2, state: 'trial' })
    event('host100.example')
    await library.countTrials()
    expect(await trial()).toMatchObject({ version: 2, looked_up: 3, hits: 2, trial_at: house.clock.now - HOUR_MS })
    // Grown by half while nobody looked, it is another one.
    expect(await change(list, puts(names(50, 200)))).toMatchObject({ state: 'staged' })
  })

  test('a whole file that was cut off and comes again gives the same version', async () => {
    const list = freshList()
    await put(list, names(100))
    const all = names(103).map((value) => ({ op: 'put', kind: 'domain', entry: { value } }) as const)
    const torn = (async function* () {
      yield all.slice(0, 40)
      throw new Error('cut off')
    })()
    const whole = { list, by: 'operator', full: true, rows: 103, bad: 0 }
    await expect(house.context.library.change({ ...whole, changes: torn })).rejects.toThrow('cut off')
    expect([await versions(list), ask(list, 'host1.example')]).toEqual([['1 live'], { entry: '2' }])
    const done = await house.context.library.change({ ...whole, changes: [all] })
    const other = freshList()
    await put(other, names(103))
    const digestOf = async (id: string) =>
      (await house.rows('list_versions')).find((row) => row.list === id && row.state === 'live')?.digest
    expect([done.entries, await digestOf(list)]).toEqual([103, await digestOf(other)])
  })
})
