import type { RecordedJson } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { type RecordKeys, record } from '../transparency/index.ts'
import type { ModelsTable } from './tables.ts'

/** The model of each policy that has one. */
export const liveModels = defineQuery(
  'signals.live-models',
  async ({ db }: ReadDb): Promise<ModelsTable[]> =>
    db.selectFrom('models').selectAll().where('state', '=', 'live').orderBy('policy').execute(),
)

const CARD = ['id', 'policy', 'state', 'manifest', 'card', 'sha256', 'live_at', 'retired_at', 'record'] as const

/** All models without their weights, the newest of each policy first. */
export const allModels = defineQuery(
  'signals.all-models',
  async ({ db }: ReadDb): Promise<Omit<ModelsTable, 'weights'>[]> =>
    db.selectFrom('models').select(CARD).orderBy('policy').orderBy('live_at', 'desc').orderBy('id', 'desc').execute(),
)

/** @throws AppError `not_found` */
export const oneModel = defineQuery(
  'signals.one-model',
  async ({ db }: ReadDb, id: string): Promise<Omit<ModelsTable, 'weights'>> => {
    const row = await db.selectFrom('models').select(CARD).where('id', '=', id).executeTakeFirst()
    if (row === undefined) throw new AppError('not_found', 'There is no such model.')
    return row
  },
)

export interface NewModel extends Pick<ModelsTable, 'policy' | 'weights' | 'manifest' | 'card' | 'sha256'> {
  readonly cardSha256: string
  readonly by: string
  readonly keys: RecordKeys
}

/** Makes a model the live one of its policy, with its leaf in the log; the one before is retired. The same model again changes nothing. */
export const publishModel = defineWork(
  'signals.publish-model',
  async (tx: Tx, input: NewModel): Promise<{ id: string; recorded: RecordedJson | null }> => {
    const { policy, weights, manifest, card, sha256 } = input
    const before = await tx.db
      .selectFrom('models')
      .select(['id', 'sha256'])
      .where('policy', '=', policy)
      .where('state', '=', 'live')
      .executeTakeFirst()
    if (before?.sha256 === sha256) return { id: before.id, recorded: null }
    const id = tx.fresh.id('mdl')
    const recorded = await record(
      tx,
      {
        kind: 'model',
        affected: { kind: 'platform' },
        fields: {
          op: 'live',
          model: `learner_${policy}`,
          version: id,
          card: input.cardSha256,
          digest: sha256,
          previous: before?.sha256 ?? null,
          by: input.by,
        },
      },
      input.keys,
    )
    if (before !== undefined) {
      const ended = { state: 'retired', retired_at: tx.now } as const
      await tx.db.updateTable('models').set(ended).where('id', '=', before.id).execute()
    }
    await tx.db
      .insertInto('models')
      .values({
        ...{ id, policy, weights, manifest, card, sha256, state: 'live' },
        ...{ live_at: tx.now, retired_at: null, record: recorded.record },
      })
      .execute()
    tx.hint('models')
    return { id, recorded }
  },
)
