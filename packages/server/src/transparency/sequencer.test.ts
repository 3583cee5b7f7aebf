import { audit, checkReceipt, KINDS, leavesOf, parseLeaf } from '@lamplighter/ledger'
import { describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { runtimeChecks } from './signing.ts'
import { ALL_KINDS, decisionOn, someAct } from './testing/acts.ts'
import { freshLedger, HOUR, START } from './testing/ledger.ts'
import { Served } from './testing/served.ts'

describe.each(engines)('the sequencer on $name', (engine) => {
  const fresh = freshLedger(engine)
  const served = () => new Served(fresh.it.ledger)

  const audited = async () => {
    const outside = served()
    return audit(outside.source(), { policy: await outside.policy(), checks: runtimeChecks })
  }

  test('ledger 1: every act becomes exactly one leaf of its class, and an outsider can check the log', async () => {
    const recorded = await fresh.it.act(...ALL_KINDS.map((kind) => someAct(kind)))
    await fresh.it.close('sealed')
    await fresh.it.close()
    const seen = await audited()
    expect(seen.failed).toBeUndefined()
    // Opened and software come with the first start.
    const open = ALL_KINDS.filter((kind) =>
      ['ledger', 'list', 'ruleset', 'setting', 'erasure', 'software', 'model'].includes(kind),
    )
    expect(seen.counts).toEqual({ leaves: 32, open: open.length + 2, anchors: 1, late: 0 })
    for (const { record } of recorded) {
      const state = await fresh.it.ledger.receiptOf(record, 'person')
      expect(state.state).toBe('ready')
    }
  })

  test('a receipt verifies with the published policy', async () => {
    const [recorded] = await fresh.it.act(decisionOn('u17'))
    expect((await fresh.it.ledger.receiptOf(recorded?.record ?? '', 'person')).state).toBe('pending')
    await fresh.it.close()
    const state = await fresh.it.ledger.receiptOf(recorded?.record ?? '', 'person')
    if (state.state !== 'ready') throw new Error(state.state)
    const checked = await checkReceipt(state.file, await served().policy(), KINDS, runtimeChecks)
    expect(checked.quorum).toBe('none_asked')
    expect(Object.fromEntries(checked.shown)).toMatchObject({ account: 'u17', op: 'made', policy: 'THREAT-1@3' })
    expect(state.witnessed).toBe(false)
  })

  test.each([
    [0, 16],
    [1, 16],
    [15, 16],
    [16, 32],
    [17, 32],
    [300, 512],
  ])('ledger 15: a batch of %i records has %i leaves', async (count, leaves) => {
    await fresh.it.close()
    await fresh.it.act(...Array.from({ length: count }, (_, i) => decisionOn(`u${i}`)))
    const before = (await fresh.it.ledger.states()).logs[0]?.size ?? 0
    const closed = await fresh.it.close()
    expect(closed).toMatchObject({ size: before + leaves, records: count })
    expect((await audited()).failed).toBeUndefined()
  })

  test('ledger 19: the clock back three hours leaves the period where it was, with an alarm', async () => {
    await fresh.it.close()
    fresh.it.now = START - 3 * HOUR
    await fresh.it.close()
    expect(fresh.it.alarms).toEqual(['clock_fell actions'])
    const bundle = await served().source().bundle(0, 32)
    const periods = new Set(leavesOf(bundle, 32).map((leaf) => parseLeaf(leaf).period))
    expect([...periods]).toEqual([START / HOUR])
  })
})
