import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { type CounterOp, type CounterSpec, GRACE, type Hash, plain } from '@lamplighter/rules/counters'
import { namedCases, type StoreOptions } from '@lamplighter/rules/testing'
import { describe, expect, test } from 'vitest'
import { defineQuery, type ReadDb } from '../storage/index.ts'
import { openKeyring } from '../storage/keyring/index.ts'
import { engines } from '../storage/testing/engines.ts'
import { freshStore } from '../storage/testing/opened.ts'
import { counterNames, type KeptCounters, keptCounters } from './index.ts'
import { named } from './testing/named.ts'
import { spoilRow } from './testing/spoil.store.ts'

const allRows = defineQuery('counters.test-rows', async ({ db }: ReadDb) =>
  db.selectFrom('counter_rows').selectAll().execute(),
)
const allRecords = defineQuery('counters.test-records', async ({ db }: ReadDb) =>
  db.selectFrom('counter_journal').select('ops').execute(),
)
/** Whatever is done to the counters themselves writes all rows first. */
const rowsWritten = (counters: KeptCounters) => counters.drop('nobody')

const MODULES = ['./store.ts', './testing/spoil.store.ts'].map((path) => new URL(path, import.meta.url))

describe.each(engines)('counters on $name', (engine) => {
  const opened = freshStore(engine, {}, MODULES)
  const make = ({ since, hash = plain }: StoreOptions): KeptCounters =>
    keptCounters({ ...parts(hash), since: Number.isFinite(since) ? since : null })
  const parts = (hash: Hash) => ({ storage: opened.storage, names: named(hash), now: () => opened.now })

  describe('rules 11.4: each reading that must come out', () => {
    for (const one of namedCases(make)) {
      test(one.name, async () => expect((await one.run()).readings).toBeGreaterThan(0))
    }
  })

  const spec: CounterSpec = {
    id: 'sha256:a',
    what: 'distinct',
    over: 60_000,
    upTo: 5,
    keys: ['account'],
    member: 'account',
  }
  const op = (n: number, more: Partial<CounterOp> = {}): CounterOp => ({
    counter: spec,
    key: ['kestrel'],
    at: opened.now,
    event: `e${n}`,
    where: true,
    member: `person-${n}`,
    ...more,
  })

  test('rules 11.5: what was answered is there after a restart, and the same event again changes nothing', async () => {
    const counters = () => keptCounters({ ...parts(plain), since: null })
    expect(await counters().apply('live', [op(1), op(2)])).toMatchObject([{ low: 1 }, { low: 2, high: 2 }])
    await opened.reopen()
    expect(await counters().apply('live', [op(2)])).toMatchObject([{ low: 2, high: 2, events: ['e1', 'e2'] }])
  })

  test('a thousand callers at once move one key as one after another would, in the order of asking', async () => {
    const counters = keptCounters({ ...parts(plain), since: null })
    const wide = { ...spec, upTo: 1_000 }
    const readings = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) => counters.apply('live', [op(n % 200, { counter: wide })])),
    )
    expect(readings.map(([reading]) => reading?.low)).toEqual(
      Array.from({ length: 1_000 }, (_, n) => Math.min(n + 1, 200)),
    )
    expect(await counters.apply('live', [op(0, { counter: wide, readOnly: true })])).toMatchObject([
      { low: 200, high: 200, flags: [] },
    ])
  })

  test('a row that nobody can read is a failure of its own callers, and of nobody who counts beside them', async () => {
    const counters = keptCounters({ ...parts(plain), since: null })
    const other = { key: ['linnet'] }
    await counters.apply('live', [op(1), op(1, other)])
    await rowsWritten(counters)
    await opened.storage.store.tx(spoilRow, 'kestrel')
    const asked = await Promise.allSettled([
      counters.apply('live', [op(2, other)]),
      counters.apply('live', [op(2)]),
      counters.apply('live', [op(3, other)]),
    ])
    expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await counters.apply('live', [op(3, { ...other, readOnly: true })])).toMatchObject([{ low: 3, high: 3 }])
  })

  test('no id of a person stands in the database, and old keys are destroyed', async () => {
    const keyring = await openKeyring(join(opened.place.folder, 'keys'), { now: () => opened.now })
    const counters = keptCounters({ ...parts(plain), names: counterNames(keyring), since: null })
    const encrypted = op(9, { encrypted: true, event: 'stamp-9' })
    await counters.apply('live', [op(1), encrypted])
    const { store } = opened.storage
    const records = (await store.read(allRecords, undefined)).map(({ ops }) => ops)
    expect(records).toHaveLength(engine.name === 'sqlite' ? 1 : 0)
    await rowsWritten(counters)
    expect(await store.read(allRecords, undefined)).toEqual([])
    const rows = (await store.read(allRows, undefined)).map(({ id, state }) => `${id} ${Buffer.from(state)}`)
    for (const text of [...records, rows.join(' ')]) {
      expect(text).toContain('e1')
      for (const secret of ['kestrel', 'person-', 'stamp-9']) expect(text).not.toContain(secret)
    }
    const period = spec.over + GRACE
    const now = Math.floor(opened.now / period)
    const made = keyring.live('counter').map(({ ref }) => Number(ref.split(':')[1]) - now)
    // Those of now and before, and of what begins within the hour.
    expect(made.sort((a, b) => a - b)).toEqual([-1, 0, 1, 2, 3, 4, 5])
    // One period later the same key is found under the last name, and moves.
    opened.now += period
    expect(await counters.apply('live', [op(2, { at: opened.now })])).toMatchObject([{ low: 1, flags: [] }])
    await rowsWritten(counters)
    expect(await store.read(allRows, undefined)).toHaveLength(1)
    opened.now += period
    await counters.sweep(opened.now)
    expect(
      keyring.live('counter').every(({ ref }) => Number(ref.split(':')[1]) >= Math.floor(opened.now / period) - 1),
    ).toBe(true)
    expect(await store.read(allRows, undefined)).toEqual([])
    keyring.close()
  })

  test('a name is the first half of a keyed hash, in 22 digits, and another one for each counter', async () => {
    const keyring = await openKeyring(join(opened.place.folder, 'keys'), { now: () => opened.now })
    const names = counterNames(keyring)
    const other = { ...spec, id: 'sha256:b' }
    await names.ready([spec, other], opened.now)
    const period = Math.floor(opened.now / (spec.over + GRACE))
    const key = keyring.live('counter').find(({ ref }) => ref === `${spec.over}:${period}`)?.id ?? ''
    const secret = await keyring.use(key, (handle) => handle.derive('counter names'))
    for (let n = 0; n < 300; n += 1) {
      const mac = createHmac('sha256', secret).update(`${spec.id} account-${n}`).digest()
      expect(names.hash(spec, `account-${n}`)[0]).toBe(mac.subarray(0, 16).toString('base64url'))
    }
    expect(names.hash(other, 'account-1')[0]).not.toBe(names.hash(spec, 'account-1')[0])
    // The name of now is the last one after the change.
    const [was] = names.hash(spec, 'account-299')
    opened.now += spec.over + GRACE
    await names.ready([spec], opened.now)
    expect(names.hash(spec, 'account-299')[1]).toBe(was)
    expect(names.hash(spec, 'account-299')[0]).not.toBe(was)
    keyring.close()
  })

  test('an event that comes again when its name is gone moves nothing, and its reading is open', async () => {
    const keyring = await openKeyring(join(opened.place.folder, 'keys'), { now: () => opened.now })
    const counters = keptCounters({ ...parts(plain), names: counterNames(keyring), since: null })
    const first = op(1)
    await counters.apply('live', [first, op(2)])
    opened.now += 3 * (spec.over + GRACE)
    expect(await counters.apply('live', [first])).toMatchObject([
      { low: 0, high: Number.POSITIVE_INFINITY, flags: ['late'] },
    ])
    expect(await counters.apply('live', [op(3, { at: opened.now })])).toMatchObject([{ low: 1, high: 1, flags: [] }])
    keyring.close()
  })

  test('a counter that begins now is warming until its window is full', async () => {
    const counters = keptCounters(parts(plain))
    await counters.begin('live', [spec])
    opened.now += spec.over - 1
    expect(await counters.apply('live', [op(1)])).toMatchObject([
      { low: 1, high: Number.POSITIVE_INFINITY, flags: ['warming'] },
    ])
    opened.now += 1
    expect(await counters.apply('live', [op(2, { at: opened.now })])).toMatchObject([{ low: 2, high: 2, flags: [] }])
  })
})
