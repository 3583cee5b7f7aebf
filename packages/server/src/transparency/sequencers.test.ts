import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isStorageError } from '../storage/errors.ts'
import type { Fence } from '../storage/seam.ts'
import { engines } from '../storage/testing/engines.ts'
import { paddedLength } from './batch.ts'
import { leaseName } from './schedule.ts'
import { closeBatch, type StepName } from './sequencer.ts'
import { checkBeforeSigning } from './startup.ts'
import { decisionOn } from './testing/acts.ts'
import { expectWholeLog } from './testing/invariants.ts'
import { freshLedger, HOUR, OpenedLedger, START } from './testing/ledger.ts'

const STEPS: readonly StepName[] = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'row', 'S7', 'S8', 'S9', 'done']
// At these steps the older one has committed already: its batch is in the log, whoever signs it.
const COMMITTED: readonly StepName[] = STEPS.slice(STEPS.indexOf('S4'))

/** Whatever keeps a sequencer without a valid lease from going on. */
function isBeaten(error: unknown): boolean {
  return (
    isStorageError(error, 'lease_lost') || (error instanceof Error && 'code' in error && error.code === 'batch_raced')
  )
}

describe.each(engines)('two sequencers on $name', (engine) => {
  const fresh = freshLedger(engine)
  const take = async (): Promise<Fence> => {
    for (;;) {
      const lease = await fresh.it.storage.leases.acquire(leaseName('actions'), 1)
      if (lease !== undefined) return lease
    }
  }

  test('ledger 14: the older one, paused at each step while another goes on, spoils nothing', async () => {
    const { ledger, now } = fresh.it
    // Opened and software come with the first start.
    let placed = 2
    let batches = 0
    for (const at of STEPS) {
      await fresh.it.act(decisionOn('u17'))
      const older = await take()
      const ended = await closeBatch(ledger.parts, { log: 'actions', lease: older, now }, async (step) => {
        if (step !== at) return
        await fresh.it.act(decisionOn('u18'))
        const younger = await take()
        await closeBatch(ledger.parts, { log: 'actions', lease: younger, now })
      }).then(
        () => 'went on',
        (error: unknown) => (isBeaten(error) ? 'beaten' : error),
      )
      // Before its commit the older one loses its batch; after it, it may lose the signing, which the other does.
      expect(COMMITTED.includes(at) ? ['went on', 'beaten'] : ['beaten']).toContain(ended)
      placed += 2
      batches += COMMITTED.includes(at) ? 2 : 1
    }
    expect(await expectWholeLog(fresh.it)).toEqual({ size: batches * 16, placed, pending: 0 })
  })

  test('two rounds under one lease: the log has moved on for the slower one', async () => {
    const { ledger, now } = fresh.it
    await fresh.it.act(decisionOn('u17'))
    const lease = await fresh.it.lease('actions')
    const slower = closeBatch(ledger.parts, { log: 'actions', lease, now }, async (step) => {
      if (step === 'S3') await closeBatch(ledger.parts, { log: 'actions', lease, now })
    })
    await expect(slower).rejects.toMatchObject({ code: 'batch_raced' })
    expect(await expectWholeLog(fresh.it)).toEqual({ size: 16, placed: 3, pending: 0 })
  })
})

/** What the log must look like, without any tree: sizes, what waits, the period. */
interface Model {
  size: number
  pending: number
  placed: number
  period: number
}

type Deed =
  | { readonly do: 'act'; readonly count: number }
  | { readonly do: 'close' }
  | { readonly do: 'crash'; readonly at: StepName }
  | { readonly do: 'clock'; readonly hours: number }
  | { readonly do: 'restart' }

const deeds: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ do: fc.constant('act' as const), count: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ do: fc.constant('close' as const) }),
  fc.record({ do: fc.constant('crash' as const), at: fc.constantFrom(...STEPS) }),
  fc.record({ do: fc.constant('clock' as const), hours: fc.integer({ min: -5, max: 30 }) }),
  fc.record({ do: fc.constant('restart' as const) }),
)

describe.each(engines)('a ledger on $name', (engine) => {
  const deep = process.env.LAMPLIGHTER_DEEP === '1'

  test('ledger 14: after any acts, crashes and clock jumps it equals a slow model', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deeds, { minLength: 1, maxLength: 12 }), async (run) => {
        const opened = await OpenedLedger.open(engine)
        try {
          const model: Model = { size: 0, pending: 2, placed: 0, period: 0 }
          for (const deed of run) await carryOut(deed, model, opened)
          await carryOut({ do: 'close' }, model, opened)
          const { size, pending, placed } = model
          expect(await expectWholeLog(opened)).toEqual({ size, pending, placed })
        } finally {
          await opened.remove()
        }
      }),
      { numRuns: deep ? 200 : engine.name === 'sqlite' ? 5 : 2 },
    )
  }, 120_000)
})

async function carryOut(deed: Deed, model: Model, opened: OpenedLedger): Promise<void> {
  switch (deed.do) {
    case 'act':
      await opened.act(...Array.from({ length: deed.count }, (_, i) => decisionOn(`u${i}`)))
      model.pending += deed.count
      return
    case 'close':
      await opened.close()
      return grow(model, opened.now)
    case 'crash': {
      const crash = new Error('crashed')
      await opened
        .close('actions', (step) => {
          if (step === deed.at) throw crash
        })
        .catch((error: unknown) => {
          if (error !== crash) throw error
        })
      if (COMMITTED.includes(deed.at)) grow(model, opened.now)
      return
    }
    case 'clock':
      opened.now = Math.max(START, opened.now + deed.hours * HOUR)
      return
    case 'restart': {
      await opened.reopen()
      const lease = await opened.lease('actions')
      expect(
        await checkBeforeSigning(opened.ledger.parts, { log: 'actions', lease, host: 'safety.example' }),
      ).toBeNull()
      await opened.storage.leases.release(lease)
    }
  }
}

function grow(model: Model, now: number): void {
  model.size += paddedLength(model.pending + 1)
  model.placed += model.pending
  model.pending = 0
  model.period = Math.max(model.period, Math.floor(now / HOUR))
}
