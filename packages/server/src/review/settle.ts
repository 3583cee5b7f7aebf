import type { Handler } from '../jobs/index.ts'
import type { CaseDesk } from './desk.ts'
import { endWithholdingWork, settleWork } from './store.ts'
import { reportsOfDecision } from './store-read.ts'
import type { StoredReport } from './stored.ts'

interface Payload {
  readonly decision: string
  readonly upheld: boolean
  readonly withdrawMachine: boolean
}

/** The job `review.settle`, due when the undo window of a decision is over. */
export function settleHandler(desk: CaseDesk): Handler {
  return async (job) => {
    const payload = job.payload as unknown as Payload
    const { account, reports } = await desk.storage.store.read(reportsOfDecision, payload.decision)
    const reporters = await Promise.all(
      reports.map(async ({ id, sealed }) => ({
        report: id,
        reporter: (await desk.sealer.open<StoredReport>('reports', 'sealed', id, sealed)).reporter,
      })),
    )
    const affected = [
      ...(account === null ? [] : [{ kind: 'account' as const, id: account }]),
      ...[...new Set(reporters.map(({ reporter }) => reporter))].map((id) => ({ kind: 'reporter' as const, id })),
    ]
    await desk.storage.store.tx(settleWork, { ...payload, reporters, means: await desk.meansFor(affected) })
    return 'done'
  }
}

/** The job of a withheld notice, due when the ground for waiting has had its time. */
export function withheldHandler({ storage }: Pick<CaseDesk, 'storage'>): Handler {
  return async (job) => {
    await storage.store.tx(endWithholdingWork, { id: (job.payload as unknown as { id: string }).id })
    return 'done'
  }
}
