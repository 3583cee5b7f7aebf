import { type ActionMeans, tellReportClosed } from '../actions/index.ts'
import { defineWork, type Tx } from '../storage/index.ts'
import { record } from '../transparency/index.ts'
import { decisionRow, withdrawMachine } from './endings.store.ts'
import { caseName, openReports } from './working.store.ts'

export interface SettleDecision {
  readonly decision: string
  readonly upheld: boolean
  readonly withdrawMachine: boolean
  /** The reports of the case, with the platform's id of who sent each. */
  readonly reporters: readonly { readonly report: string; readonly reporter: string }[]
  readonly means: ActionMeans
}

/**
 * The end of the undo window: reporters hear how it ended, and the machine's own measures end where a person saw nothing wrong. Undone
 * meanwhile: nothing happens. A second run changes nothing.
 */
export const settleWork = defineWork('review.settle', async (tx: Tx, input: SettleDecision): Promise<void> => {
  const { row, ending } = await decisionRow(tx, input.decision)
  if (ending?.how === 'undone') return
  const open = new Set((await openReports(tx, row.case_number)).map(({ id }) => id))
  for (const { report, reporter } of input.reporters) {
    if (open.has(report))
      await closeReport(tx, { report, reporter, upheld: input.upheld, number: row.case_number }, input.means)
  }
  if (!input.withdrawMachine) return
  const recorded = { record: row.record, commitment: row.commitment, promise: row.promise }
  await withdrawMachine(tx, { row, by: row.id, code: row.reason_code, recorded }, input.means)
})

async function closeReport(
  tx: Tx,
  closed: { report: string; reporter: string; upheld: boolean; number: number },
  means: ActionMeans,
): Promise<void> {
  const outcome = closed.upheld ? 'upheld' : 'not_upheld'
  await tx.db
    .updateTable('reports')
    .set({ state: outcome, closed_at: tx.now })
    .where('id', '=', closed.report)
    .execute()
  const recorded = await record(
    tx,
    {
      kind: 'report',
      affected: { kind: 'reporter', id: closed.reporter },
      fields: {
        op: 'closed',
        report: closed.report,
        item: null,
        reason: null,
        outcome,
        case: caseName(closed.number),
        proof: null,
        code: null,
      },
    },
    means.record,
  )
  await tellReportClosed(
    tx,
    { report: closed.report, reporter: closed.reporter, outcome, recorded, notBefore: tx.now },
    means,
  )
}
