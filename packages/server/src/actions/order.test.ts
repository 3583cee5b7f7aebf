import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { overtakenBy, type Queued, restatedAfter, type Stated } from './order.ts'

const now = 1_000
const row = (no: number, more: Partial<Queued> = {}): Queued => ({
  id: `row${no}`,
  no,
  state: 'waiting',
  fails: 0,
  nextAt: 0,
  action: `a${no}`,
  withdraws: null,
  ...more,
})
const failing = { fails: 3, nextAt: now + 60 }

describe('who may go next', () => {
  test('the first goes, the second waits', () => {
    const queue = [row(1), row(2)]
    expect(queue.map((one) => overtakenBy(one, queue, now))).toEqual([[], undefined])
  })

  test('a row that is being sent is waited for, also when it failed before', () => {
    const queue = [row(1, { state: 'sending', fails: 5 }), row(2)]
    expect(overtakenBy(row(2), queue, now)).toBeUndefined()
  })

  test('two failures hold the others up, three let them pass and be named', () => {
    expect(overtakenBy(row(2), [row(1, { fails: 2, nextAt: now + 60 }), row(2)], now)).toBeUndefined()
    expect(overtakenBy(row(2), [row(1, failing), row(2)], now)).toEqual(['a1'])
  })

  test('a stuck one that is due again goes first', () => {
    expect(overtakenBy(row(2), [row(1, { fails: 3, nextAt: now }), row(2)], now)).toBeUndefined()
  })

  test('parked and unclear rows hold nobody up', () => {
    expect(overtakenBy(row(3), [row(1, { state: 'parked' }), row(2, { state: 'unclear' }), row(3)], now)).toEqual([
      'a1',
      'a2',
    ])
  })

  test.each(['waiting', 'sending', 'parked', 'unclear'] as const)(
    'a withdrawal never passes what it withdraws: %s',
    (state) => {
      const queue = [row(1, { ...failing, state }), row(2, { withdraws: 'row1' })]
      expect(overtakenBy(row(2, { withdraws: 'row1' }), queue, now)).toBeUndefined()
    },
  )

  test('a withdrawal that waits for a stuck row holds up nobody else', () => {
    const queue = [row(1, failing), row(2, { withdraws: 'row1' }), row(3)]
    expect(overtakenBy(row(3), queue, now)).toEqual(['a1', 'a2'])
  })

  test('while any row is open, at least one can go now or is stuck', () => {
    const rows = fc.array(
      fc.record({ fails: fc.integer({ min: 0, max: 5 }), late: fc.boolean(), back: fc.option(fc.nat({ max: 5 })) }),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(rows, (list) => {
        const queue = list.map(({ fails, late, back }, n) =>
          row(n, { fails, nextAt: late ? now + 1 : now, withdraws: back === null || back >= n ? null : `row${back}` }),
        )
        const free = queue.filter((one) => overtakenBy(one, queue, now) !== undefined)
        expect(free.length).toBeGreaterThan(0)
      }),
    )
  })
})

describe('what is told again after a late success', () => {
  const told = (stateNo: number, family: string | null, state: Stated['state'] = 'delivered'): Stated => ({
    id: `row${stateNo}`,
    stateNo,
    state,
    family,
  })
  const ids = (late: Stated, rows: Stated[]) => restatedAfter(late, rows).map((one) => one.id)

  test('nothing after a success in its turn', () => {
    expect(ids(told(3, 'a'), [told(1, 'a'), told(2, 'b'), told(3, 'a')])).toEqual([])
  })

  test('the newest of each family that was delivered meanwhile, in order', () => {
    expect(ids(told(1, 'a'), [told(1, 'a'), told(2, 'b'), told(3, 'a'), told(4, 'b')])).toEqual(['row3', 'row4'])
  })

  test('not what a newer row on its way will state anyway, nor what is being restated already', () => {
    expect(ids(told(1, 'a'), [told(2, 'b'), told(3, 'b', 'waiting')])).toEqual([])
    expect(ids(told(1, 'a'), [told(2, 'b'), { ...told(2, 'b', 'sending'), id: 'again' }])).toEqual([])
  })

  test('no notices and no cancelled rows; a parked row does not count as on its way', () => {
    expect(ids(told(1, 'a'), [told(2, null), told(3, 'c', 'cancelled'), told(4, 'd'), told(5, 'd', 'parked')])).toEqual(
      ['row4'],
    )
  })
})
