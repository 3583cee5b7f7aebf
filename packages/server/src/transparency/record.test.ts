import { checkPromise, fromBase64, KINDS, promiseName } from '@lamplighter/ledger'
import { describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { kindNamed, slotsOf } from './kinds.ts'
import { runtimeChecks } from './signing.ts'
import { recordActs } from './testing/acts.store.ts'
import { ALL_KINDS, decisionOn, someAct } from './testing/acts.ts'
import { ledgerFacts } from './testing/facts.ts'
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

  test('ledger 2: an act that fails between any two of its records leaves none', async () => {
    const before = await fresh.it.ledger.states()
    const acts = [decisionOn('u17'), someAct('action'), someAct('notice')]
    const keys = await fresh.it.ledger.keysFor(acts.map((act) => act.affected))
    for (const failAfter of [1, 2, 3]) {
      const failing = fresh.it.storage.store.tx(recordActs, { acts, keys, failAfter })
      await expect(failing).rejects.toThrow('after its records')
    }
    expect(await fresh.it.ledger.states()).toEqual(before)
  })

  test('an act on a person who was erased meanwhile is refused, and done with new keys', async () => {
    await fresh.it.act(decisionOn('u17'))
    const affected = [{ kind: 'account', id: 'u17' }] as const
    const stale = await fresh.it.ledger.keysFor(affected)
    await fresh.it.ledger.erase(affected[0], 'request')
    const acts = [decisionOn('u17')]
    const refused = fresh.it.storage.store.tx(recordActs, { acts, keys: stale })
    await expect(refused).rejects.toMatchObject({ code: 'key_destroyed' })
    await fresh.it.storage.store.tx(recordActs, { acts, keys: await fresh.it.ledger.keysFor(affected) })
  })

  test('the same software leaves one entry, however often it starts; another leaves its own', async () => {
    const entries = async () =>
      (await fresh.it.storage.store.read(ledgerFacts, null)).records.filter((row) => row.kind === 37)
    await fresh.it.reopen()
    expect((await entries()).length).toBe(1)
    await fresh.it.reopen({ software: { version: '0.2.0', digest: '11'.repeat(32) } })
    expect((await entries()).length).toBe(2)
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
