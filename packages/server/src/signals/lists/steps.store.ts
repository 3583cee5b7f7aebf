import type { RecordedJson } from '@lamplighter/api'
import { audit } from '../../audit/index.ts'
import { AppError } from '../../http/errors.ts'
import { allStaff, type Doer, labelOfDoer, staffById, staffLabel } from '../../people/index.ts'
import { defineWork, type Tx } from '../../storage/index.ts'
import { PLATFORM, type RecordKeys, record } from '../../transparency/index.ts'
import type { ListVersionsTable, VersionState } from '../tables.ts'
import { besideRow, endVersion, goLive, listRow } from './publish.store.ts'
import { needsTrial, type Reason } from './rails.ts'
import {
  type Asker,
  agreesTo,
  type ListStep,
  needsOf,
  type VersionApproval,
  type VersionStanding,
  wordsOf,
} from './versions.ts'

export interface ListStepInput {
  readonly list: string
  readonly version: number
  readonly step: ListStep
  readonly reason: string
  readonly by: Asker
  readonly doer: Doer
  readonly withoutTrial?: boolean
  readonly keys: RecordKeys
}

export interface ListStepped {
  readonly version: ListVersionsTable
  readonly recorded: RecordedJson | null
}

/**
 * Takes one step with a version of a list, if nothing is missing (matching.md §9.2).
 *
 * @throws AppError `needs_unmet` with every need · `not_found` · `conflict`
 */
export const takeListStep = defineWork(
  'signals.list-step',
  async (tx: Tx, input: ListStepInput): Promise<ListStepped> => {
    const row = await listRow(tx, input.list)
    const version = await versionRow(tx, input.list, input.version)
    const approvals = await validApprovals(tx, version)
    const standing = standingOf(version, { sealed: row.sealed === 1 || sealsOn(version), approvals })
    refuseUnmet(input, standing, tx.now)
    const { name: who, request, touch } = input.doer
    const object = `${input.list}/${input.version}`
    const act = `lists.${input.step}`
    await audit(tx, { ...{ who, act, kind: 'list', object, reason: input.reason, request }, touch: touch ?? undefined })
    tx.hint('lists')
    switch (input.step) {
      case 'trial':
        return change(tx, version, { state: 'trial', trial_at: tx.now })
      case 'approve':
        return approve(tx, version, { approvals, doer: input.doer })
      case 'live':
        return version.state === 'retired'
          ? goBack(tx, version, { approvals, input })
          : promote(tx, version, { approvals, input })
      case 'drop':
        return change(tx, version, { state: 'dropped', ended_at: tx.now })
      case 'retire':
        return retire(tx, version, { approvals, input })
    }
  },
)

const standingOf = (
  version: ListVersionsTable,
  { sealed, approvals }: { readonly sealed: boolean; readonly approvals: readonly VersionApproval[] },
): VersionStanding => ({
  ...{ state: version.state, sealed, approvals, trialAt: version.trial_at, lookedUp: version.looked_up },
  needsTrial: needsTrial(JSON.parse(version.reason) as Reason[]),
  erased: version.purged_at !== null,
})

/** A version that seals a list is put live as one of a sealed list. */
const sealsOn = ({ facts }: ListVersionsTable): boolean =>
  facts !== null && (JSON.parse(facts) as { sealed?: boolean }).sealed === true

function refuseUnmet(input: ListStepInput, standing: VersionStanding, now: number): void {
  const { step, by, withoutTrial } = input
  const needs = needsOf(step, standing, { by, now, ...(withoutTrial !== undefined && { withoutTrial }) })
  if (needs.length === 0) return
  const errors = needs.map((need) => ({ code: need.code, pointer: '', detail: wordsOf(need) }))
  throw new AppError('needs_unmet', errors.map(({ detail }) => detail).join(' '), { errors })
}

async function approve(
  tx: Tx,
  version: ListVersionsTable,
  { approvals, doer }: { readonly approvals: readonly VersionApproval[]; readonly doer: Doer },
): Promise<ListStepped> {
  if (doer.staff === null) throw new AppError('forbidden', 'A person approves, signed in by name.')
  const { roles } = await staffById(tx, doer.staff)
  const all: VersionApproval[] = [...approvals, { staff: doer.staff, roles, at: tx.now, to: agreesTo(version.state) }]
  return change(tx, version, { approvals: JSON.stringify(all) })
}

interface Promoting {
  readonly approvals: readonly VersionApproval[]
  readonly input: ListStepInput
}

async function promote(tx: Tx, version: ListVersionsTable, { approvals, input }: Promoting): Promise<ListStepped> {
  const { by, second } = await labelsOf(tx, approvals, version.state, input.doer)
  // Said only where it made a difference: a version that needs no trial has been given none.
  const withoutTrial = input.withoutTrial === true && needsTrial(JSON.parse(version.reason) as Reason[])
  const recorded = await goLive(tx, version, { by: { by, second, withoutTrial }, keys: input.keys })
  return { version: await versionRow(tx, version.list, version.version), recorded }
}

/** What waits was made of what runs: it goes too. */
async function goBack(tx: Tx, version: ListVersionsTable, { approvals, input }: Promoting): Promise<ListStepped> {
  const beside = await besideRow(tx, version.list)
  if (beside !== undefined) await endVersion(tx, beside, 'dropped')
  const { by, second } = await labelsOf(tx, approvals, version.state, input.doer)
  const recorded = await goLive(tx, version, { by: { by, second, back: true }, keys: input.keys })
  // Later versions cannot be returned to: their entries are taken back before the next change.
  await tx.db
    .updateTable('list_versions')
    .set({ purged_at: tx.now })
    .where('list', '=', version.list)
    .where('version', '>', version.version)
    .execute()
  return { version: await versionRow(tx, version.list, version.version), recorded }
}

async function retire(tx: Tx, version: ListVersionsTable, { approvals, input }: Promoting): Promise<ListStepped> {
  const { by, second } = await labelsOf(tx, approvals, version.state, input.doer)
  const row = await listRow(tx, version.list)
  const recorded = await record(
    tx,
    {
      kind: 'list',
      affected: PLATFORM,
      fields: {
        ...{ op: 'withdrawn', list: row.id, version: `v${version.version}`, digest: version.digest },
        ...{ entries: version.entries, added: 0, removed: version.entries, source: row.source },
        ...{ by, second: second ?? null, device: false },
      },
    },
    input.keys,
  )
  await tx.db.updateTable('lists').set({ state: 'retired' }).where('id', '=', row.id).execute()
  return { ...(await change(tx, version, { state: 'retired', ended_at: tx.now })), recorded }
}

async function labelsOf(
  tx: Tx,
  approvals: readonly VersionApproval[],
  state: VersionState,
  doer: Doer,
): Promise<{ readonly by: string; readonly second?: string }> {
  const other = approvals.find(({ staff, to }) => staff !== doer.staff && to === agreesTo(state))
  return {
    by: (await labelOfDoer(tx, doer)) ?? 'operator',
    ...(other !== undefined && { second: staffLabel((await staffById(tx, other.staff)).number) }),
  }
}

async function change(tx: Tx, version: ListVersionsTable, columns: Partial<ListVersionsTable>): Promise<ListStepped> {
  await tx.db
    .updateTable('list_versions')
    .set(columns)
    .where('list', '=', version.list)
    .where('version', '=', version.version)
    .execute()
  return { version: { ...version, ...columns }, recorded: null }
}

/** Halves of acts by two people end with the access of whoever began them (security.md §3). */
async function validApprovals(tx: Tx, { approvals }: ListVersionsTable): Promise<VersionApproval[]> {
  const here = (await allStaff.run(tx, undefined)).filter(({ state }) => state === 'active')
  return (JSON.parse(approvals) as VersionApproval[]).filter(({ staff }) => here.some(({ id }) => id === staff))
}

/** @throws AppError `not_found` */
async function versionRow({ db }: Pick<Tx, 'db'>, list: string, version: number): Promise<ListVersionsTable> {
  const row = await db
    .selectFrom('list_versions')
    .selectAll()
    .where('list', '=', list)
    .where('version', '=', version)
    .executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'The list has no version of this number.')
  return row
}

/** Adds what a trial was asked and what it would have said. A trial that has ended meanwhile counts no more. */
export const countTrials = defineWork(
  'signals.count-trials',
  async (
    tx: Tx,
    counts: readonly { readonly list: string; readonly lookedUp: number; readonly hits: number }[],
  ): Promise<void> => {
    for (const { list, lookedUp, hits } of counts) {
      await tx.db
        .updateTable('list_versions')
        .set((at) => ({ looked_up: at('looked_up', '+', lookedUp), hits: at('hits', '+', hits) }))
        .where('list', '=', list)
        .where('state', '=', 'trial')
        .execute()
    }
  },
)
