import { expect, test } from 'vitest'
import { sqlite } from '../storage/testing/engines.ts'
import { tamper } from './testing/acts.store.ts'
import { decisionOn } from './testing/acts.ts'
import { ledgerFacts } from './testing/facts.ts'
import { expectWholeLog } from './testing/invariants.ts'
import { freshLedger } from './testing/ledger.ts'

const fresh = freshLedger(sqlite)

const facts = () => fresh.it.storage.store.read(ledgerFacts, null)

/** Waits until the facts are so, for at most 20 s. */
async function until(isSo: (found: Awaited<ReturnType<typeof facts>>) => boolean): Promise<void> {
  const end = Date.now() + 20_000
  while (!isSo(await facts())) {
    if (Date.now() > end) throw new Error('it did not come to that')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A ledger that runs by the real clock, with a batch each second. */
async function running(): Promise<() => Promise<void>> {
  await fresh.it.start({ everyMs: 1000, now: Date.now, onProblem: (error) => fresh.it.alarms.push(String(error)) })
  return fresh.it.ledger.start()
}

test('ledger 15: both logs grow alike at each interval, also when nothing happens', async () => {
  const stop = await running()
  await until(({ batches }) => batches.filter((row) => row.log === 'actions').length >= 3)
  await stop()
  const { batches, heads } = await facts()
  const sizes = (log: string) => batches.filter((row) => row.log === log).map((row) => row.to_size)
  const count = sizes('actions').length
  expect(sizes('actions')).toEqual(Array.from({ length: count }, (_, i) => (i + 1) * 16))
  expect(sizes('sealed').slice(0, count)).toEqual(sizes('actions'))
  // Each batch of the public log fixes the state that the sealed log had just signed.
  const anchored = batches.filter((row) => row.log === 'actions').map((row) => row.sealed_text?.split('\n')[1])
  expect(anchored).toEqual(sizes('actions').map(String))
  expect(heads.every((row) => row.halt === null)).toBe(true)
  expect(fresh.it.alarms).toEqual([])
  await expectWholeLog(fresh.it)
})

test('after a stop another process can take over at once', async () => {
  const stop = await running()
  await until(({ batches }) => batches.length >= 2)
  await stop()
  expect(await fresh.it.close()).toMatchObject({ records: 0 })
})

test('a halted log is told of, signs nothing and takes acts; the other log goes on', async () => {
  await fresh.it.close()
  await fresh.it.storage.store.tx(tamper, ["update ledger_heads set restored_at = 1 where log = 'actions'"])
  const stop = await running()
  await until(({ batches }) => batches.filter((row) => row.log === 'sealed').length >= 2)
  const [recorded] = await fresh.it.act(decisionOn('u17'))
  await stop()
  expect(recorded?.promise).toBeNull()
  expect(fresh.it.alarms).toContain('state_unknown actions')
  expect((await facts()).batches.filter((row) => row.log === 'actions').length).toBe(1)
})
