import type { RecordedJson } from '@lamplighter/api'
import { audit } from '../audit/index.ts'
import { type Doer, labelOfDoer } from '../people/index.ts'
import type { Tx } from '../storage/index.ts'
import { type ActFields, instantOf, PLATFORM, type RecordKeys, record } from '../transparency/index.ts'
import type { HistoryOp, VersionsTable } from './rows.ts'

export interface StepNote {
  readonly op: ActFields['ruleset']['op'] & HistoryOp
  readonly doer: Doer
  readonly approvals: number
  readonly solo: boolean
  readonly reason: string | null
  readonly previous: string | null
  readonly keys: RecordKeys
  /** The rule, where the act is about one. */
  readonly rule?: string
  readonly until?: number
}

/** Ledger leaf, history and audit row of one act on what runs, with the hash. Part of the caller's transaction. */
export async function noteStep(tx: Tx, row: VersionsTable, step: StepNote): Promise<RecordedJson> {
  const recorded = await record(
    tx,
    {
      kind: 'ruleset',
      affected: PLATFORM,
      fields: {
        op: step.op,
        ruleset: step.rule === undefined ? row.name : `${row.name}/${step.rule}`,
        version: row.version,
        digest: bare(row.hash),
        previous: step.previous === null ? null : bare(step.previous),
        approvals: step.approvals,
        by: await labelOfDoer(tx, step.doer),
        solo: step.solo,
        reason: step.reason,
        until: step.until === undefined ? null : instantOf(step.until),
      },
    },
    step.keys,
  )
  await note(tx, row, { ...step, recorded })
  return recorded
}

/** History and audit row of one act; `recorded` where the ledger has a leaf of it. Part of the caller's transaction. */
export async function note(
  tx: Tx,
  row: VersionsTable,
  what: Pick<StepNote, 'doer' | 'reason' | 'approvals' | 'solo'> & {
    op: HistoryOp
    recorded: RecordedJson | undefined
    rule?: string
  },
): Promise<void> {
  const { doer } = what
  const { last } = await tx.db
    .selectFrom('ruleset_history')
    .select(({ fn }) => fn.max('n').as('last'))
    .where('name', '=', row.name)
    .where('version', '=', row.version)
    .executeTakeFirstOrThrow()
  await tx.db
    .insertInto('ruleset_history')
    .values({
      name: row.name,
      version: row.version,
      n: Number(last ?? 0) + 1,
      hash: row.hash,
      at: tx.now,
      op: what.op,
      by: (await labelOfDoer(tx, doer)) ?? doer.name,
      reason: what.reason,
      approvals: what.approvals,
      solo: what.solo ? 1 : 0,
      record: what.recorded?.record ?? null,
    })
    .execute()
  await audit(tx, {
    who: doer.name,
    act: `rules.${what.op}`,
    kind: 'ruleset',
    object: what.rule === undefined ? `${row.name} ${row.version}` : `${row.name}/${what.rule}`,
    request: doer.request,
    touch: doer.touch ?? undefined,
  })
}

const bare = (hash: string): string => hash.replace(/^sha256:/, '')
