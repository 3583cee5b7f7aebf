import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import type { SealedFile } from './store.ts'

/** What is made of a file for reviewers is kept for so long (matching.md §4.4). */
export const RENDITION_MS = 86_400_000

/** The newest that is kept of a file whose time is not over; undefined where there is none. */
export const renditionOf = defineQuery(
  'evidence.rendition',
  async ({ db, now }: ReadDb, blob: string): Promise<string | undefined> => {
    const row = await db
      .selectFrom('renditions')
      .select('id')
      .where('blob', '=', blob)
      .where('state', '=', 'kept')
      .where('until', '>', now)
      .orderBy('until', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row?.id
  },
)

/** Notes that one is made, before any of it is written: what a kill leaves behind is found by its row. */
export const beginRendition = defineWork(
  'evidence.begin-rendition',
  async ({ db, now }: Tx, { id, blob }: { id: string; blob: string }): Promise<void> => {
    await db
      .insertInto('renditions')
      .values({ id, blob, until: now + RENDITION_MS, state: 'making' })
      .execute()
  },
)

/** It is on disk. @returns false where its file went meanwhile, and the row with it */
export const renditionKept = defineWork('evidence.rendition-kept', async ({ db }: Tx, id: string): Promise<boolean> => {
  const changed = await db.updateTable('renditions').set({ state: 'kept' }).where('id', '=', id).executeTakeFirst()
  return Number(changed.numUpdatedRows) === 1
})

/** All that were made of these files. */
export const renditionsOf = defineQuery(
  'evidence.renditions-of',
  async ({ db }: ReadDb, files: readonly SealedFile[]): Promise<string[]> => {
    if (files.length === 0) return []
    const blobs = files.map(({ blob }) => blob)
    return (await db.selectFrom('renditions').select('id').where('blob', 'in', blobs).execute()).map(({ id }) => id)
  },
)

/** Those whose time is over. */
export const endedRenditions = defineQuery(
  'evidence.ended-renditions',
  async ({ db, now }: ReadDb, max: number): Promise<string[]> => {
    const rows = await db
      .selectFrom('renditions')
      .select('id')
      .where('until', '<=', now)
      .orderBy('until')
      .limit(max)
      .execute()
    return rows.map(({ id }) => id)
  },
)

/** Their bytes are gone. */
export const forgetRenditions = defineWork(
  'evidence.forget-renditions',
  async ({ db }: Tx, ids: readonly string[]): Promise<void> => {
    if (ids.length > 0)
      await db
        .deleteFrom('renditions')
        .where('id', 'in', [...ids])
        .execute()
  },
)
