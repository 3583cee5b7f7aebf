import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { freshId, type House, openHouse } from '../../testing/house.ts'
import { opinionsOf } from '../exchanges/testing/fed.ts'
import type { OthersOpinion } from './changes.ts'

/** Before there is a version, and before what it brought is written. */
const DIES = {
  made: ['signals.publish-versions', 'signals.keep-unchanged', 'entries.count-opinions'],
  written: ['entries.settle-opinions'],
} as const
class Died extends Error {}

const value = (n: number): string => n.toString(16).padStart(32, 'a')
const opinion: fc.Arbitrary<OthersOpinion> = fc.record({
  who: fc.constantFrom('a', 'b', 'c'),
  says: fc.constantFrom('affirm', 'doubt', 'deny'),
})
/** Absent where the source tells no opinions. */
const told = fc.record({
  n: fc.integer({ min: 0, max: 4 }),
  opinions: fc.option(fc.uniqueArray(opinion, { selector: ({ who }) => who, maxLength: 3 })),
})
const step = fc.record({
  rows: fc.uniqueArray(told, { selector: ({ n }) => n, minLength: 1, maxLength: 5 }),
  /** The process ends before the first of these works. */
  diesBefore: fc.constantFrom<keyof typeof DIES | null>(null, null, 'made', 'written'),
})

describe.each(engines)('matching 9.1: opinions of others on $name', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ engine, bare: true })
  })
  afterAll(() => house.close())

  /** Lets the process die before a work, and another one begin. */
  const dying = async (works: readonly string[], what: () => Promise<unknown>): Promise<void> => {
    const { store } = house.context.storage
    const tx = store.tx.bind(store)
    store.tx = (...given: Parameters<typeof tx>) =>
      works.includes(given[0].name) ? Promise.reject(new Died()) : (tx(...given) as never)
    try {
      await what()
    } catch (error) {
      if (!(error instanceof Died)) throw error
    } finally {
      Reflect.deleteProperty(store, 'tx')
    }
    if (works.length === 0) return
    await house.context.library.load()
    await house.context.library.idle()
  }

  test('each entry has what was told of it last, whatever was cut off, and is disputed exactly where somebody disputes it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const { library } = house.context
        const list = `o_${freshId()
          .toLowerCase()
          .replaceAll(/[^a-z0-9]/g, '')}`
        const rails = { max_growth: 1_000, max_shrink: 1, max_bad_rows: 1 }
        const facts = { id: list, kind: 'digest', harm: 'csea', sealed: false, context: false } as const
        await library.import({
          ...{ facts: { ...facts, source: 'x', staleAfterMs: null, rails }, text: value(9), by: 'operator' },
          ...{ contentType: 'text/plain', live: true },
        })
        const model = new Map<number, readonly OthersOpinion[]>()
        for (const { rows, diesBefore } of steps) {
          const changes = rows.map(({ n, opinions }) => ({
            ...({ op: 'put', kind: 'digest', sourceId: `s${n}`, entry: { value: value(n) } } as const),
            ...(opinions !== null && { opinions }),
          }))
          const change = { list, by: 'operator', full: false, rows: rows.length, bad: 0, changes: [changes] }
          await dying(diesBefore === null ? [] : DIES[diesBefore], () => library.change(change))
          if (diesBefore !== 'made') for (const { n, opinions } of rows) model.set(n, opinions ?? model.get(n) ?? [])
        }
        const stands = await opinionsOf(house, list)
        for (const [n, opinions] of model)
          expect(stands[value(n)]).toEqual({
            state: opinions.some(({ says }) => says !== 'affirm') ? 'disputed' : 'active',
            said: opinions.map(({ who, says }) => `${who} ${says}`).toSorted(),
          })
      }),
      { numRuns: 25 },
    )
  }, 300_000)
})
