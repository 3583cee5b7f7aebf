import { UPLOAD } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import type { UploadChunksTable, UploadsTable } from './upload-tables.ts'

// Archives that wait for their runs. What they hold is sealed under a key of the run; its end ends both.

const WAITS_MS = UPLOAD.hours * 3_600_000

/** When an archive is gone, whatever became of its run. */
export const goneAt = ({ at }: Pick<UploadsTable, 'at'>): number => at + WAITS_MS

/** Begins to take the archive of a run. Part of the caller's transaction. */
export async function openUpload(tx: Tx, run: string, connection: string | null): Promise<void> {
  await tx.db.insertInto('uploads').values({ run, connection, at: tx.now, taken: 0, bytes: 0, erased: 0 }).execute()
}

/** What waits goes with its run. Part of the caller's transaction; its key is destroyed by `Uploads.forget`. */
export async function forgetUpload({ db }: Tx, run: string): Promise<void> {
  await db.deleteFrom('upload_chunks').where('run', '=', run).execute()
  await db.deleteFrom('uploads').where('run', '=', run).execute()
}

const uploadIn = ({ db }: Pick<ReadDb, 'db'>, run: string): Promise<UploadsTable | undefined> =>
  db.selectFrom('uploads').selectAll().where('run', '=', run).executeTakeFirst()

export const oneUpload = defineQuery(
  'replay.upload',
  (from: ReadDb, run: string): Promise<UploadsTable | undefined> => uploadIn(from, run),
)

/** Runs whose archive waits. */
export const uploadedRuns = defineQuery('replay.uploads', async ({ db }: ReadDb): Promise<string[]> => {
  const rows = await db.selectFrom('uploads').select('run').orderBy('run').execute()
  return rows.map(({ run }) => run)
})

/** Whether a run takes events now. @returns undefined where it does */
async function refusal({ db }: Pick<ReadDb, 'db'>, run: string): Promise<string | undefined> {
  const table = run.startsWith('rt_') ? 'retros' : 'backtests'
  const row = await db.selectFrom(table).select(['state', 'source']).where('id', '=', run).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'There is no such run.')
  if (row.source === 'log') return 'This run reads the log; start one with the source "upload" to hand events in.'
  if (row.state === 'collecting') return undefined
  return row.state === 'proposed'
    ? 'Nobody has agreed yet; events are taken from then on.'
    : `This run takes no more events (${row.state}).`
}

/** @throws AppError `not_found` · `conflict` it takes no events */
export const collectingRun = defineQuery(
  'replay.collecting',
  async (from: ReadDb, run: string): Promise<UploadsTable> => {
    const why = await refusal(from, run)
    const upload = why === undefined ? await uploadIn(from, run) : undefined
    if (upload === undefined) throw new AppError('conflict', why ?? 'Its archive has waited too long and is gone.')
    return upload
  },
)

/**
 * Keeps a chunk after those that are there. The same chunk again changes nothing.
 *
 * @throws AppError `not_found` · `conflict` it takes no events, or another one's turn it is · `too_large` the archive would be
 */
export const takeChunk = defineWork(
  'replay.take-chunk',
  async (tx: Tx, chunk: UploadChunksTable): Promise<{ taken: number }> => {
    const { run, first, events, body, mac } = chunk
    const { taken, bytes } = await collectingRun.run(tx, run)
    if (first !== taken) {
      const there = await tx.db
        .selectFrom('upload_chunks')
        .select('mac')
        .where('run', '=', run)
        .where('first', '=', first)
        .executeTakeFirst()
      if (there?.mac === mac) return { taken }
      throw new AppError(
        'conflict',
        `${taken} events are taken by now, and these are not the ones that came after ${first}; go on with after=${taken}.`,
      )
    }
    if (taken + events > UPLOAD.events || bytes + body.length > UPLOAD.bytes)
      throw new AppError(
        'too_large',
        `One run takes ${UPLOAD.events.toLocaleString('en')} events and ${UPLOAD.bytes.toLocaleString('en')} packed bytes; finish with the ${taken} that are taken, and start another run for the rest.`,
      )
    await tx.db.insertInto('upload_chunks').values(chunk).execute()
    await tx.db
      .updateTable('uploads')
      .set({ taken: taken + events, bytes: bytes + body.length })
      .where('run', '=', run)
      .execute()
    return { taken: taken + events }
  },
)

export type ChunkPlace = Pick<UploadChunksTable, 'first' | 'events' | 'since' | 'until'>

/** The chunks of an archive by the time of their first event. */
export const chunkPlaces = defineQuery(
  'replay.upload-chunks',
  async ({ db }: ReadDb, run: string): Promise<ChunkPlace[]> =>
    db
      .selectFrom('upload_chunks')
      .select(['first', 'events', 'since', 'until'])
      .where('run', '=', run)
      .orderBy('since')
      .orderBy('first')
      .execute(),
)

type Chunk = Pick<UploadChunksTable, 'run' | 'first'>

/** A chunk's sealed body; undefined when it is gone. */
export const chunkBody = defineQuery(
  'replay.upload-chunk',
  async ({ db }: ReadDb, { run, first }: Chunk): Promise<Uint8Array | undefined> => {
    const row = await db
      .selectFrom('upload_chunks')
      .select('body')
      .where('run', '=', run)
      .where('first', '=', first)
      .executeTakeFirst()
    return row?.body
  },
)

/** Puts what is left of a chunk in its place, after a person's events were taken out. */
export const keepRest = defineWork(
  'replay.keep-rest',
  async (tx: Tx, rest: Chunk & { body: Uint8Array }): Promise<void> => {
    const { run, first, body } = rest
    await tx.db.updateTable('upload_chunks').set({ body }).where('run', '=', run).where('first', '=', first).execute()
    await tx.db
      .updateTable('uploads')
      .set(({ eb }) => ({ erased: eb('erased', '+', 1) }))
      .where('run', '=', run)
      .execute()
  },
)

/** Ends runs whose archive has waited too long, or is gone: nobody judges what is not there. Gives how many archives went. */
export const endUploads = defineWork('replay.end-uploads', async (tx: Tx): Promise<number> => {
  const { db, now } = tx
  const over = await db
    .selectFrom('uploads')
    .select('run')
    .where('at', '<=', now - WAITS_MS)
    .execute()
  for (const { run } of over) await forgetUpload(tx, run)
  for (const table of ['backtests', 'retros'] as const)
    await db
      .updateTable(table)
      .set({ state: 'cancelled', ended_at: now })
      .where('source', '=', 'upload')
      .where('state', 'in', ['collecting', 'waiting', 'running'])
      .where('id', 'not in', db.selectFrom('uploads').select('run'))
      .execute()
  if (over.length > 0) tx.hint('backtests')
  return over.length
})
