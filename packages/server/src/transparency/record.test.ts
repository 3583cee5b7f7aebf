import { checkPromise, fromBase64, KINDS, promiseName } from '@lamplighter/ledger'
import { describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { kindNamed, slotsOf } from './kinds.ts'
import { runtimeChecks } from './signing.ts'
import { recordActs } from './testing/acts.store.ts'
import { ALL_KINDS, decisionOn, someAct } from './testing/acts.ts'
import { freshLedger, START } from './testing/ledger.ts'

describe.each(engines)('records on $name', (engine) => {
  const fresh = freshLedger(engine)

  test('each act gives a commitment and a promise that its signature proves', async () => {
    const [recorded] = await fresh.it.act(decisionOn('u17'))
    const { parts } = fresh.it.ledger
    const [key] = parts.signers(promiseName('safety.example/log/actions'))
    if (recorded?.promise == null || key === undefined) throw new Error('no promise')
    const promise = await checkPromise(recorded.promise, key.vkey, runtimeChecks)
    expect(promise.origin).toBe('safety.example/log/actions')
    expect(promise.commitment).toEqual(fromBase64(recorded.commitment))
    expect(promise.deadline).toBe((START + 24 * 3_600_000) / 1000)
  })

  test('an act that fails leaves no record', async () => {
    const before = await fresh.it.ledger.states()
    const acts = [decisionOn('u17'), someAct('notice')]
    const keys = await fresh.it.ledger.keysFor(acts.map((act) => act.affected))
    await expect(fresh.it.storage.store.tx(recordActs, { acts, keys, fail: true })).rejects.toThrow('after its records')
    expect(await fresh.it.ledger.states()).toEqual(before)
  })
})

test('every kind of act fits the slots of its kind', () => {
  for (const name of ALL_KINDS) {
    const kind = kindNamed(name)
    const slots = slotsOf(someAct(name), START)
    const used = [...slots].map(([slot, field]) => [slot, field.name])
    const named = kind.fields.map((field, slot) => [slot, field.name])
    expect(named).toEqual(expect.arrayContaining(used))
    expect(slots.get(0)?.value).toBe('"2026-11-21T17:00:00.000Z"')
  }
  expect(KINDS.size).toBeGreaterThan(ALL_KINDS.length)
})
