import { audit } from '../audit/index.ts'
import { type Doer, labelOfDoer } from '../people/index.ts'
import { days, defineQuery, defineSchema, defineWork, table } from '../storage/index.ts'
import { PLATFORM, type RecordKeys, record } from '../transparency/index.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    settings: SettingsTable
  }
}

interface SettingsTable {
  name: string
  version: number
  value: string
  by: string
  reason: string
  at: number
  /** When a later version took its place. */
  replaced_at: number | null
}

export const schema = defineSchema({
  subject: 'settings',
  steps: [
    {
      id: '0001-settings',
      up: (engine) => [
        table(
          engine,
          'settings',
          {
            name: 'text not null',
            version: 'bigint not null',
            value: 'text not null',
            by: 'text not null',
            reason: 'text not null',
            at: 'bigint not null',
            replaced_at: 'bigint',
          },
          ['primary key (name, version)'],
        ),
      ],
    },
  ],
  tables: { settings: { kept: { from: 'replaced_at', default: days(1095), min: days(365), max: days(3650) } } },
})

/** The present value of each setting that was ever set, as JSON. */
export const presentSettings = defineQuery('settings.present', async ({ db }): Promise<Record<string, string>> => {
  const rows = await db.selectFrom('settings').select(['name', 'value']).where('replaced_at', 'is', null).execute()
  return Object.fromEntries(rows.map((row) => [row.name, row.value]))
})

/** When one of these was set last, to whatever it was; 0 where none ever was. */
export const changedAt = defineQuery(
  'settings.changed-at',
  async ({ db }, names: readonly string[]): Promise<number> => {
    const last = db
      .selectFrom('settings')
      .select('at')
      .where('name', 'in', [...names])
      .orderBy('at', 'desc')
      .limit(1)
    return (await last.executeTakeFirst())?.at ?? 0
  },
)

/** Sets a value as a new version; the one before stays, with its author and reason, and the ledger notes the change. */
export const putSetting = defineWork(
  'settings.put',
  async (
    tx,
    input: { name: string; value: string; standing: string; reason: string; doer: Doer; keys: RecordKeys },
  ): Promise<{ version: number }> => {
    const before = await tx.db
      .selectFrom('settings')
      .select(['version', 'value'])
      .where('name', '=', input.name)
      .where('replaced_at', 'is', null)
      .executeTakeFirst()
    await tx.db
      .updateTable('settings')
      .set({ replaced_at: tx.now })
      .where('name', '=', input.name)
      .where('replaced_at', 'is', null)
      .execute()
    const version = (before?.version ?? 0) + 1
    await tx.db
      .insertInto('settings')
      .values({
        name: input.name,
        version,
        value: input.value,
        by: input.doer.name,
        reason: input.reason,
        at: tx.now,
        replaced_at: null,
      })
      .execute()
    await audit(tx, {
      who: input.doer.name,
      act: 'settings.put',
      kind: 'setting',
      object: input.name,
      request: input.doer.request,
      touch: input.doer.touch ?? undefined,
    })
    await record(
      tx,
      {
        kind: 'setting',
        affected: PLATFORM,
        fields: {
          name: input.name,
          from: before?.value ?? input.standing,
          to: input.value,
          by: await labelOfDoer(tx, input.doer),
          second: null,
          solo: true,
        },
      },
      input.keys,
    )
    return { version }
  },
)
