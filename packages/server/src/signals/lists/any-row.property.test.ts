import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { type House, openHouse } from '../../testing/house.ts'
import { operatorDoer } from '../../testing/server.ts'
import { summedAnew } from '../stage-sums.ts'
import type { ListChange } from './changes.ts'
import { fingerprintOf } from './fingerprints.ts'
import { openedEntries } from './testing/opened.ts'

/** What is done to a list. `cut`: after so many transactions the process dies; it is started again. */
type Act =
  | {
      readonly do: 'put'
      readonly put: readonly number[]
      readonly drop: readonly number[]
      readonly cut: number | undefined
    }
  | { readonly do: 'whole'; readonly values: readonly number[]; readonly cut: number | undefined }
  | { readonly do: 'step'; readonly step: 'live' | 'drop' }
  | { readonly do: 'back' }

const value = fc.integer({ min: 0, max: 11 })
const some = fc.uniqueArray(value, { maxLength: 6 })
const cut = fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined })
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('put' as const), put: some, drop: some, cut }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ do: fc.constant('whole' as const), cut },
      values: fc.uniqueArray(value, { minLength: 1, maxLength: 10 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('step' as const), step: fc.constantFrom('live' as const, 'drop' as const) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'back' as const }) },
)

const host = (n: number): string => `host${n}.example`
const put = (n: number): ListChange => ({ op: 'put', kind: 'domain', sourceId: `s${n}`, entry: { value: host(n) } })
const drop = (n: number): ListChange => ({ op: 'drop', sourceId: `s${n}` })

class Died extends Error {}

describe.each(engines)('any row of changes on $name', (engine) => {
  let house: House
  let made = 0
  beforeAll(async () => {
    house = await openHouse({ engine, bare: true })
  })
  afterAll(() => house.close())

  const versionsOf = async (list: string) => (await house.rows('list_versions')).filter((row) => row.list === list)
  /** What a version holds, read from the rows alone. */
  const valuesIn = async (list: string, version: number): Promise<string[]> => {
    const rows = (await house.rows('list_entries')).filter((row) => row.list === list)
    const within = rows.filter(
      ({ since, gone }) => Number(since) <= version && (gone === null || Number(gone) > version),
    )
    expect(new Set(within.map((row) => fingerprintOf({ fingerprint: String(row.fingerprint) }))).size).toBe(
      within.length,
    )
    return (await openedEntries(house.context.keyring, within)).map(({ value }) => value).sort()
  }

  /** Lets the process die after so many of its transactions: none comes after. */
  const dyingAfter = async (most: number | undefined, what: () => Promise<unknown>): Promise<boolean> => {
    if (most === undefined) {
      await what()
      return false
    }
    const { store } = house.context.storage
    const tx = store.tx.bind(store)
    let left = most
    store.tx = (...given: Parameters<typeof tx>) => {
      const own = given[0].name.startsWith('signals.')
      if (own && left === 0) return Promise.reject(new Died())
      if (own) left -= 1
      return tx(...given) as never
    }
    try {
      await what()
      return false
    } catch (error) {
      if (!(error instanceof Died)) throw error
      return true
    } finally {
      Reflect.deleteProperty(store, 'tx')
      await house.context.library.load()
      await house.context.library.idle()
    }
  }

  /** Every version that can run says of itself what its rows are, and what runs and waits holds what it should. */
  const check = async (list: string, model: { live: Set<number>; beside: Set<number> | undefined }) => {
    const versions = await versionsOf(list)
    for (const row of versions.filter(({ state, purged_at }) => state !== 'dropped' && purged_at === null)) {
      const version = Number(row.version)
      const values = await valuesIn(list, version)
      expect([version, Number(row.entries), row.digest]).toEqual([
        version,
        values.length,
        (await summedAnew({ storage: house.context.storage }, list, version)).digest(),
      ])
      if (row.state === 'live') expect(values).toEqual([...model.live].map(host).sort())
      if (row.state === 'staged' || row.state === 'trial')
        expect(values).toEqual([...(model.beside ?? [])].map(host).sort())
    }
    const beside = versions.some(({ state }) => state === 'staged' || state === 'trial')
    expect(beside).toBe(model.beside !== undefined)
    const held = house.context.library.book.bind([], house.clock.now, new Set()).get(list)
    for (let n = 0; n < 12; n += 1) expect([n, held?.find('in', host(n)) !== null]).toEqual([n, model.live.has(n)])
  }

  test('each version holds what was said of it, and its digest is that of its entries summed anew', async () => {
    const { library } = house.context
    const runs = process.env.LAMPLIGHTER_DEEP === '1' ? 60 : 12
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 10 }), async (acts) => {
        made += 1
        const list = `any_${made}`
        const facts = { id: list, kind: 'domain', harm: 'malware', sealed: false, context: false } as const
        await library.create({
          ...{ ...facts, source: 's', staleAfterMs: null },
          rails: { max_growth: 0.4, max_shrink: 0.4, max_bad_rows: 0.1 },
        })
        const step = (version: number, to: 'live' | 'drop') =>
          library.step({
            ...{ list, version, step: to, reason: 'because', by: { kind: 'operator' }, doer: operatorDoer },
            withoutTrial: true,
          })
        const change = (changes: readonly ListChange[], full: boolean) =>
          library.change({
            list,
            by: 'operator',
            full,
            changes: changes.map((one) => [one]),
            rows: changes.length,
            bad: 0,
          })
        const all = Array.from({ length: 8 }, (_, n) => n)
        await change(all.map(put), true)
        await step(1, 'live')
        const model: { live: Set<number>; beside: Set<number> | undefined } = { live: new Set(all), beside: undefined }
        const past = new Map([[1, model.live]])
        for (const one of acts) {
          const versions = await versionsOf(list)
          const waits = versions.find(({ state }) => state === 'staged' || state === 'trial')
          if (one.do === 'step' && waits !== undefined) {
            await step(Number(waits.version), one.step)
            if (one.step === 'live') model.live = model.beside ?? model.live
            model.beside = undefined
          } else if (one.do === 'back') {
            const before = versions.find(({ state, purged_at }) => state === 'retired' && purged_at === null)
            if (before === undefined) continue
            await step(Number(before.version), 'live')
            model.live = past.get(Number(before.version)) ?? new Set()
            model.beside = undefined
          } else if (one.do === 'put' || one.do === 'whole') {
            const full = one.do === 'whole'
            const base = model.beside ?? model.live
            const next = new Set(full ? one.values : [...base, ...one.put])
            const dropped = full ? [...base, ...model.live].filter((n) => !next.has(n)) : one.drop
            for (const n of dropped) next.delete(n)
            const changes = full ? one.values.map(put) : [...one.put.map(put), ...one.drop.map(drop)]
            let done: Awaited<ReturnType<typeof change>> | undefined
            const died = await dyingAfter(one.cut, async () => {
              done = await change(changes, full)
            })
            if (died) {
              // Nothing has happened: and done again, all of it does.
              await check(list, model)
              done = await change(changes, full)
            }
            if (done === undefined) throw new Error('it neither died nor ended')
            if (done.removedBy !== undefined) model.live = new Set([...model.live].filter((n) => !dropped.includes(n)))
            if (done.state === 'live') {
              model.live = next
              model.beside = undefined
            } else model.beside = next
          }
          const live = Number((await house.rows('lists')).find(({ id }) => id === list)?.version)
          past.set(live, model.live)
          await check(list, model)
        }
      }),
      { numRuns: runs },
    )
  }, 1_800_000)
})
