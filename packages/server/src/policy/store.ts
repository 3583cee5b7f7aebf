import type { RecordedJson } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { type RecordKeys, record } from '../transparency/index.ts'
import type { RulesetsTable } from './tables.ts'

export { schema } from './tables.ts'

/** The live version of every rule set. */
export const rulesets = defineQuery(
  'policy.rulesets',
  async ({ db }: ReadDb): Promise<RulesetsTable[]> =>
    db.selectFrom('rulesets').selectAll().orderBy('name').orderBy('version').execute(),
)

/**
 * Makes a checked rule set the live one. A version that ran before may come back only with the same text: what a rule said on a day must
 * stay answerable.
 */
export const goLive = defineWork(
  'policy.go-live',
  async (
    tx: Tx,
    input: {
      name: string
      version: number
      hash: string
      text: string
      schemaText: string
      by: string
      solo: boolean
      reason: string
      keys: RecordKeys
    },
  ): Promise<{ recorded: RecordedJson }> => {
    const same = await tx.db
      .selectFrom('rulesets')
      .selectAll()
      .where('name', '=', input.name)
      .where('version', '=', input.version)
      .executeTakeFirst()
    if (same !== undefined && same.hash !== input.hash) {
      throw new AppError(
        'conflict',
        `${input.name} version ${input.version} ran before with another text; give the changed file a new version.`,
      )
    }
    const previous = await tx.db.selectFrom('rulesets').select('hash').where('state', '=', 'live').executeTakeFirst()
    const recorded = await record(
      tx,
      {
        kind: 'ruleset',
        affected: { kind: 'platform' },
        fields: {
          op: 'live',
          ruleset: input.name,
          version: input.version,
          digest: bare(input.hash),
          previous: previous === undefined ? null : bare(previous.hash),
          approvals: 0,
          by: input.by,
          solo: input.solo,
          reason: input.reason,
          until: null,
        },
      },
      input.keys,
    )
    await tx.db.updateTable('rulesets').set({ state: 'retired' }).where('state', '=', 'live').execute()
    const row: RulesetsTable = {
      name: input.name,
      version: input.version,
      hash: input.hash,
      text: input.text,
      schema_text: input.schemaText,
      state: 'live',
      live_at: tx.now,
      by: input.by,
      record: recorded.record,
    }
    await tx.db
      .insertInto('rulesets')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['name', 'version']).doUpdateSet({ state: 'live', live_at: tx.now, record: recorded.record }),
      )
      .execute()
    tx.hint('rules')
    return { recorded }
  },
)

const bare = (hash: string): string => hash.replace(/^sha256:/, '')
