import type { AnswerOf, addRulesetVersion, RecordedJson } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import type { Doer } from '../people/index.ts'
import { openCase } from '../review/index.ts'
import { defineWork, type Tx } from '../storage/index.ts'
import type { RecordKeys } from '../transparency/index.ts'
import type { Compared } from './compare.ts'
import { armBreakers } from './hours.store.ts'
import { note, noteStep } from './notes.store.ts'
import { refuseUnmet } from './refusal.ts'
import type { TrialBy, VersionsTable } from './rows.ts'
import { type Asker, EXPEDITED_REVIEW_MS, isSolo, needsOf, rollbackNeeds, type Step, validApprovals } from './states.ts'
import { liveRow, standingOf, versionRow } from './versions.store.ts'

/** A text that was checked, tested and compiled, as it is kept. */
export interface Handed {
  readonly name: string
  readonly version: number
  readonly hash: string
  readonly text: string
  readonly schemaText: string
  readonly lock: string
}

type Draft = AnswerOf<typeof addRulesetVersion>

/**
 * Keeps a checked text as a draft. A draft may be handed in again with another text; what ran or runs beside may not.
 *
 * @param told what the author is answered beside; kept with the act, so that the same key gives the same answer
 */
export const upload = defineWork(
  'policy.upload',
  async (
    tx: Tx,
    input: { handed: Handed; told: Omit<Draft, 'version' | 'hash' | 'state'>; doer: Doer },
  ): Promise<Draft> => {
    const { version, hash, state } = await putDraft(tx, input.handed, input.doer)
    return { ...input.told, version, hash, state }
  },
)

async function putDraft(tx: Tx, handed: Handed, doer: Doer): Promise<VersionsTable> {
  const { name, version, hash } = handed
  const before = await tx.db
    .selectFrom('ruleset_versions')
    .selectAll()
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst()
  if (before !== undefined && before.locked_at !== null) {
    if (before.hash === hash) return before
    throw new AppError(
      'conflict',
      `${name} version ${version} ran before with another text; give the changed file a new version.`,
    )
  }
  const row: VersionsTable = {
    name,
    version,
    hash,
    text: handed.text,
    schema_text: handed.schemaText,
    lock: handed.lock,
    state: 'draft',
    author: authorOf(doer),
    uploaded_at: tx.now,
    locked_at: null,
    beside_since: null,
    trial_percent: null,
    trial_by: null,
    live_at: null,
    before_hash: null,
  }
  await tx.db
    .insertInto('ruleset_versions')
    .values(row)
    .onConflict((conflict) => conflict.columns(['name', 'version']).doUpdateSet(row))
    .execute()
  await note(tx, row, { op: 'uploaded', doer, reason: null, approvals: 0, solo: false, recorded: undefined })
  tx.hint('rulesets')
  return row
}

export interface StepInput {
  readonly name: string
  readonly version: number
  readonly step: Step
  /** From `If-Match`. */
  readonly hash: string
  readonly by: Asker
  readonly doer: Doer
  readonly compared: Compared
  readonly reason: string | null
  readonly expedite?: boolean
  /** Counters that have not seen a whole window are no hindrance. */
  readonly cold?: boolean
  /** Learners without a model are no hindrance. */
  readonly untaught?: boolean
  readonly trial?: { readonly percent: number; readonly by: TrialBy }
  readonly keys: RecordKeys
}

export interface Stepped {
  readonly row: VersionsTable
  readonly recorded: RecordedJson
}

/** Takes one step, if nothing is missing (rules.md §8.1). @throws AppError `needs_unmet` with every need · `stale_revision` */
export const takeStep = defineWork(
  'policy.step',
  async (tx: Tx, input: StepInput): Promise<Stepped> =>
    stepOf(tx, await versionRow(tx, input.name, input.version), input),
)

/** Hands a text in and makes it live at once: the operator's way (decisions.md 20), marked `solo`. */
export const goLive = defineWork(
  'policy.go-live',
  async (
    tx: Tx,
    input: {
      handed: Handed
      compared: Compared
      reason: string
      doer: Doer
      keys: RecordKeys
      untaught?: boolean
    },
  ): Promise<Stepped> => {
    const { handed, ...rest } = input
    const row = await putDraft(tx, handed, input.doer)
    const { name, version, hash } = handed
    return stepOf(tx, row, { ...rest, name, version, hash, step: 'live', by: { kind: 'operator' } })
  },
)

async function stepOf(tx: Tx, row: VersionsTable, input: StepInput): Promise<Stepped> {
  const live = await liveRow(tx)
  if ((live?.hash ?? null) !== input.compared.against) {
    throw new AppError('conflict', 'Another version went live meanwhile. Read it again, then decide.')
  }
  const standing = await standingOf(tx, row, input.compared)
  const ask = {
    by: input.by,
    hash: input.hash,
    now: tx.now,
    expedite: input.expedite === true,
    cold: input.cold === true,
    untaught: input.untaught === true,
  }
  refuseUnmet(needsOf(input.step, standing, ask))
  const next = stepped(row, input, { now: tx.now, live })
  const approvals = validApprovals(standing).length
  const solo = input.step === 'live' && isSolo(standing, ask)
  const op = input.step === 'retire' ? 'retired' : input.step
  const recorded = await noteStep(tx, next, {
    op,
    doer: input.doer,
    approvals,
    solo,
    reason: input.reason,
    keys: input.keys,
    previous: live?.hash ?? null,
  })
  if (input.step === 'live') {
    await swap(tx, live, next, recorded)
    await armBreakers(tx, next)
  } else await putRow(tx, next)
  if (input.step === 'live' && input.expedite) await openReview(tx, next)
  return { row: next, recorded }
}

function stepped(
  row: VersionsTable,
  input: StepInput,
  at: { now: number; live: VersionsTable | undefined },
): VersionsTable {
  switch (input.step) {
    case 'shadow':
      return { ...row, state: 'shadow', beside_since: at.now, locked_at: row.locked_at ?? at.now }
    case 'trial':
      return {
        ...row,
        state: 'trial',
        trial_percent: input.trial?.percent ?? 1,
        trial_by: input.trial?.by ?? 'actor.id',
      }
    case 'live':
      return {
        ...row,
        state: 'live',
        live_at: at.now,
        locked_at: row.locked_at ?? at.now,
        before_hash: at.live?.hash ?? null,
      }
    case 'retire':
      return { ...row, state: 'retired' }
  }
}

/** Goes back to what was live before, at once and by one person. @throws AppError `needs_unmet` · `stale_revision` */
export const rollBack = defineWork(
  'policy.rollback',
  async (
    tx: Tx,
    input: { name: string; hash: string; to: string | null; reason: string; doer: Doer; keys: RecordKeys },
  ): Promise<Stepped> => {
    const live = await liveRow(tx)
    if (live === undefined || live.name !== input.name) {
      throw new AppError('not_found', 'No version of this rule set is live.')
    }
    refuseUnmet(rollbackNeeds({ hash: live.hash, before: live.before_hash }, input.hash))
    const before = await tx.db
      .selectFrom('ruleset_versions')
      .selectAll()
      .where('hash', '=', live.before_hash)
      .executeTakeFirst()
    if (before === undefined || before.hash !== input.to) {
      throw new AppError('conflict', 'Another version went live meanwhile. Read it again, then decide.')
    }
    // What it replaced when it first went live stays: going back twice leads further back, never to and fro.
    const next: VersionsTable = { ...before, state: 'live', live_at: tx.now }
    const solo = input.doer.staff === null
    const recorded = await noteStep(tx, next, {
      op: 'rollback',
      doer: input.doer,
      approvals: 0,
      solo,
      reason: input.reason,
      keys: input.keys,
      previous: live.hash,
    })
    await swap(tx, live, next, recorded)
    return { row: next, recorded }
  },
)

/** One goes, one comes, and `rulesets` says so too: the version of this software before this one reads it there. */
async function swap(
  tx: Tx,
  live: VersionsTable | undefined,
  next: VersionsTable,
  recorded: RecordedJson,
): Promise<void> {
  if (live !== undefined) await putRow(tx, { ...live, state: 'retired' })
  await putRow(tx, next)
  await tx.db.updateTable('rulesets').set({ state: 'retired' }).where('state', '=', 'live').execute()
  await tx.db
    .insertInto('rulesets')
    .values({
      name: next.name,
      version: next.version,
      hash: next.hash,
      text: next.text,
      schema_text: next.schema_text,
      state: 'live',
      live_at: tx.now,
      by: next.author,
      record: recorded.record,
    })
    .onConflict((conflict) =>
      conflict.columns(['name', 'version']).doUpdateSet({ state: 'live', live_at: tx.now, record: recorded.record }),
    )
    .execute()
}

async function putRow(tx: Tx, { name, version, ...rest }: VersionsTable): Promise<void> {
  const changed = await tx.db
    .updateTable('ruleset_versions')
    .set(rest)
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst()
  tx.affect(changed.numUpdatedRows, 1)
  tx.hint('rulesets')
}

// Nobody waited, so somebody looks afterwards.
async function openReview(tx: Tx, row: VersionsTable): Promise<void> {
  await openCase(tx, {
    lane: 'second-review',
    dueAt: tx.now + EXPEDITED_REVIEW_MS,
    subject: { kind: 'gathered', key: `ruleset:${row.hash}` },
    title: { what: 'early', ruleset: row.name, version: row.version },
    account: null,
  })
}

export const authorOf = (doer: Doer): string => doer.staff ?? 'operator'
