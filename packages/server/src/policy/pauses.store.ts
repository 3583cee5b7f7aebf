import type { RecordedJson } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import type { Doer } from '../people/index.ts'
import { defineWork, type Tx } from '../storage/index.ts'
import type { RecordKeys } from '../transparency/index.ts'
import { alert } from './alerts.store.ts'
import { closeBreaker } from './hours.store.ts'
import { noteStep } from './notes.store.ts'
import type { PausesTable, VersionsTable } from './rows.ts'
import { pauseFault } from './states.ts'
import { liveRow } from './versions.store.ts'

interface PauseInput {
  readonly name: string
  readonly rule: string
  /** From `If-Match`: the live version that the lead has looked at. */
  readonly hash: string
  readonly doer: Doer
  readonly keys: RecordKeys
}

/** Stops what a rule does, until then at the latest; what it says is still counted. A second pause takes the place of the first. */
export const pauseRule = defineWork(
  'policy.pause',
  async (
    tx: Tx,
    input: PauseInput & { reason: string; until: number; grave: boolean },
  ): Promise<{ recorded: RecordedJson }> => {
    const live = await liveOf(tx, input)
    const fault = pauseFault(input.until, tx.now)
    if (fault !== undefined) {
      const detail = fault === 'past' ? 'expected an end in the future' : 'expected an end within 24 hours'
      throw new AppError('invalid', `until: ${detail}.`, {
        pointer: '/until',
        errors: [{ code: 'invalid', pointer: '/until', detail }],
      })
    }
    const { name, rule, reason, until } = input
    await endPause(tx, name, rule)
    const row: PausesTable = {
      id: tx.fresh.id('rp'),
      name,
      rule,
      reason,
      by: input.doer.staff ?? 'operator',
      at: tx.now,
      until,
      ended_at: null,
    }
    await tx.db.insertInto('rule_pauses').values(row).execute()
    if (input.grave) {
      const { version } = live
      const words = 'a rule against grave harm does nothing for a while'
      await alert(tx, { kind: 'paused', name, version, rule, roles: ['lead', 'child-safety'], words })
    }
    tx.hint('rulesets')
    return { recorded: await noteStep(tx, live, { ...noteOf(input, reason), op: 'paused', until }) }
  },
)

/** Lets a rule act again, before its pause ends or after its breaker opened. @throws AppError `conflict` when it does act */
export const resumeRule = defineWork(
  'policy.resume',
  async (tx: Tx, input: PauseInput): Promise<{ recorded: RecordedJson }> => {
    const live = await liveOf(tx, input)
    const ended = (await endPause(tx, input.name, input.rule)) + (await closeBreaker(tx, live, input.rule))
    if (ended === 0) {
      throw new AppError('conflict', 'This rule is not paused; it may have gone on by itself.')
    }
    tx.hint('rulesets')
    return { recorded: await noteStep(tx, live, { ...noteOf(input, null), op: 'resumed' }) }
  },
)

const noteOf = ({ doer, rule, keys }: PauseInput, reason: string | null) => ({
  doer,
  rule,
  keys,
  reason,
  approvals: 0,
  solo: doer.staff === null,
  previous: null,
})

async function liveOf(tx: Tx, { name, hash }: PauseInput): Promise<VersionsTable> {
  const live = await liveRow(tx)
  if (live === undefined || live.name !== name) throw new AppError('not_found', 'No version of this rule set is live.')
  if (live.hash !== hash) throw new AppError('stale_revision', 'Another version is live by now; read it again.')
  return live
}

async function endPause(tx: Tx, name: string, rule: string): Promise<number> {
  const ended = await tx.db
    .updateTable('rule_pauses')
    .set({ ended_at: tx.now })
    .where('name', '=', name)
    .where('rule', '=', rule)
    .where('ended_at', 'is', null)
    .where('until', '>', tx.now)
    .executeTakeFirst()
  return Number(ended.numUpdatedRows)
}
