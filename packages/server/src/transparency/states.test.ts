import { describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import type { StepName } from './sequencer.ts'
import { decisionOn } from './testing/acts.ts'
import { freshLedger } from './testing/ledger.ts'

describe.each(engines)('how the log stands on $name', (engine) => {
  const fresh = freshLedger(engine)
  const state = async () => {
    const { size, pending, oldestPendingAt, checkpoint } = (await fresh.it.ledger.states()).logs[0] ?? {}
    return { size, pending, oldestPendingAt, checkpoint }
  }

  test('between the end of a batch and its signature its records wait, beside the last signed head', async () => {
    await fresh.it.close()
    await fresh.it.act(decisionOn('u1'), decisionOn('u2'), decisionOn('u3'))
    const before = await state()
    expect(before.pending).toBe(3)
    const seen = new Map<StepName, Awaited<ReturnType<typeof state>>>()
    const closed = await fresh.it.close('actions', async (step) => void seen.set(step, await state()))
    expect([seen.get('S4'), seen.get('row')]).toEqual([before, before])
    expect(seen.get('S7')).toMatchObject({ size: closed?.size, pending: 0, oldestPendingAt: null })
    expect(await state()).toEqual(seen.get('S7'))
  })

  test('the same before the first signature of all', async () => {
    const before = await state()
    const seen = new Map<StepName, Awaited<ReturnType<typeof state>>>()
    await fresh.it.close('actions', async (step) => void seen.set(step, await state()))
    expect(before).toMatchObject({ size: 0, checkpoint: null })
    expect(before.pending).toBeGreaterThan(0)
    expect([seen.get('S4'), seen.get('row')]).toEqual([before, before])
    expect(seen.get('S7')).toMatchObject({ pending: 0 })
  })
})
