import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { bandOf } from './erasure-store.ts'
import { contentOf } from './record.ts'
import { tamper } from './testing/acts.store.ts'
import { decisionOn, someAct } from './testing/acts.ts'
import { ledgerFacts } from './testing/facts.ts'
import { expectWholeLog } from './testing/invariants.ts'
import { freshLedger, HOUR, START } from './testing/ledger.ts'
import { Served } from './testing/served.ts'

const PERSON = { kind: 'account', id: 'u17' } as const

/** All bytes of the files in a folder. */
function filesIn(folder: string): Buffer {
  const parts = readdirSync(folder).map((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesIn(path) : readFileSync(path)
  })
  return Buffer.concat(parts)
}

describe.each(engines)('erasure on $name', (engine) => {
  const fresh = freshLedger(engine)
  const facts = () => fresh.it.storage.store.read(ledgerFacts, null)

  test('ledger 23: an erased account has no receipts any more, and the log verifies', async () => {
    const [recorded, other] = await fresh.it.act(decisionOn('u17'), decisionOn('u18'))
    await fresh.it.close()
    expect(await fresh.it.ledger.erase(PERSON, 'request')).toEqual({ records: 1 })
    await fresh.it.close()
    const outside = new Served(fresh.it.ledger)
    const answer = await outside.asPlatform(`/v1/receipts/${recorded?.record}`)
    expect(answer.status).toBe(410)
    expect(await answer.json()).toMatchObject({ code: 'opening_destroyed' })
    expect((await fresh.it.ledger.receiptOf(other?.record ?? '', 'person')).state).toBe('ready')
    await expectWholeLog(fresh.it)
    const told = await (await outside.get('/log/actions/open/000.p/32')).text()
    expect(told).toContain('\\"1–9\\"')
  })

  test('ledger 23: each index is named in exactly one run, also where it came after the erasure', async () => {
    await fresh.it.act(decisionOn('u17'), decisionOn('u17'))
    await fresh.it.close()
    await fresh.it.act(decisionOn('u17'), decisionOn('u17'), decisionOn('u17'))
    expect(await fresh.it.ledger.erase(PERSON, 'court')).toEqual({ records: 5 })
    await fresh.it.close()
    await fresh.it.ledger.afterBatches()
    await fresh.it.ledger.afterBatches()
    const { records, erasures } = await facts()
    const destroyed = records.filter((row) => row.state === 'destroyed')
    const named = erasures.flatMap((row) => JSON.parse(row.indices) as string[])
    expect(named.map(Number).sort((a, b) => a - b)).toEqual(
      destroyed.map((row) => row.leaf_index).sort((a, b) => Number(a) - Number(b)),
    )
    expect(new Set(named).size).toBe(5)
    expect(erasures.map((row) => row.ground)).toEqual(['court', 'court'])
    expect(destroyed.every((row) => row.kind === null && row.at === null && row.sealed === null)).toBe(true)
  })

  test('ledger 23: neither database nor files hold what was erased', async () => {
    const [recorded] = await fresh.it.act(decisionOn('u17-not-a-common-word', { reason: 'a-reason-of-its-own' }))
    await fresh.it.close()
    const before = (await facts()).records.find((row) => row.id === recorded?.record)
    const key = (await fresh.it.ledger.keysFor([{ kind: 'account', id: 'u17-not-a-common-word' }])).persons
    const [person] = [...key.values()]
    if (before?.sealed == null || person === undefined) throw new Error('nothing to erase')
    const { seed } = contentOf(person.key, before.id, before.sealed)
    const sealed = Buffer.from(before.sealed)
    await fresh.it.ledger.erase({ kind: 'account', id: 'u17-not-a-common-word' }, 'request')
    await fresh.it.storage.compact()
    const rows = Buffer.from(
      JSON.stringify(await facts(), (_, value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
      ),
    )
    for (const secret of [
      sealed.toString('hex'),
      Buffer.from(seed).toString('hex'),
      'a-reason-of-its-own',
      'not-a-common-word',
    ]) {
      expect(rows.includes(secret)).toBe(false)
    }
    const files = filesIn(fresh.it.place.folder)
    for (const secret of [sealed, Buffer.from(seed), Buffer.from(person.key), Buffer.from('a-reason-of-its-own')]) {
      expect(files.includes(secret)).toBe(false)
    }
  })

  test('ledger 23: a database from before the erasure shows nothing, because the key is gone for good', async () => {
    const [recorded] = await fresh.it.act(decisionOn('u17'))
    await fresh.it.close()
    const before = (await facts()).records.find((row) => row.id === recorded?.record)
    await fresh.it.ledger.erase(PERSON, 'request')
    const hex = Buffer.from(before?.sealed ?? []).toString('hex')
    const literal = engine.name === 'sqlite' ? `x'${hex}'` : `'\\x${hex}'::bytea`
    await fresh.it.storage.store.tx(tamper, [
      `update ledger_records set state = 'live', kind = 2, at = ${START}, run = null, sealed = ${literal} where id = '${before?.id}'`,
      'update ledger_person_keys set destroyed_at = null, ended_at = null, ground = null',
    ])
    await fresh.it.reopen()
    expect(await fresh.it.ledger.receiptOf(recorded?.record ?? '', 'person')).toMatchObject({ state: 'destroyed' })
  })

  test('a kill between the erasure and the end of the key is finished at the next start', async () => {
    await fresh.it.act(decisionOn('u17'))
    await fresh.it.storage.store.tx(tamper, [
      `update ledger_person_keys set destroyed_at = ${START}, ground = 'request'`,
    ])
    await fresh.it.reopen()
    expect((await facts()).persons[0]?.ended_at).toBe(START)
    expect((await fresh.it.keyring.tombstones()).length).toBe(1)
  })

  test('who comes back after an erasure gets a new key', async () => {
    await fresh.it.act(decisionOn('u17'))
    await fresh.it.ledger.erase(PERSON, 'request')
    const [recorded] = await fresh.it.act(decisionOn('u17'))
    await fresh.it.close()
    expect((await fresh.it.ledger.receiptOf(recorded?.record ?? '', 'person')).state).toBe('ready')
  })

  test('after 18 months the content goes, the commitment stays', async () => {
    const [recorded] = await fresh.it.act(decisionOn('u17'), someAct('list'))
    await fresh.it.close()
    fresh.it.now = START + 541 * 24 * HOUR
    await fresh.it.ledger.afterBatches()
    await fresh.it.close()
    expect((await fresh.it.ledger.receiptOf(recorded?.record ?? '', 'person')).state).toBe('destroyed')
    expect((await facts()).erasures.map((row) => row.ground)).toEqual(['retention'])
    await expectWholeLog(fresh.it)
  })
})

test('a count is told by its digits only', () => {
  expect([1, 9, 10, 99, 100, 12_345].map(bandOf)).toEqual(['1–9', '1–9', '10–99', '10–99', '100–999', '10000–99999'])
})
