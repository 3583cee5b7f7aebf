import { AppError } from '../http/errors.ts'
import { caseInQuestion } from '../review/index.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { type RecordKeys, record } from '../transparency/index.ts'
import type { MediaTable } from './tables.ts'

export { endFilesOf, forgetFilesOf } from './erase.store.ts'
export {
  beginRendition,
  endedRenditions,
  forgetRenditions,
  renditionKept,
  renditionOf,
  renditionsOf,
} from './renditions.store.ts'
export { schema } from './tables.ts'

/** Bytes that nothing flagged stay at most this long (matching.md §4.4). */
export const MEDIA_MS = 86_400_000
/** A reveal's address works once, for this long (console.md §6). */
export const REVEAL_MS = 60_000

export const mediaByKey = defineQuery(
  'evidence.media',
  async ({ db }: ReadDb, key: string): Promise<MediaTable | undefined> =>
    db.selectFrom('media').selectAll().where('media_key', '=', key).executeTakeFirst(),
)

/** Notes that files are coming, before anything of them is written. */
export const beginMedia = defineWork(
  'evidence.begin-media',
  async ({ db, now }: Tx, files: readonly SealedFile[]): Promise<void> => {
    const rows = files.map(({ keyId, blob }) => ({ key_id: keyId, blob, at: now }))
    await db.insertInto('media_arriving').values(rows).execute()
  },
  { urgent: true },
)

/** Files that have been coming since before this instant. Milliseconds since 1970. */
export const arrivingSince = defineQuery(
  'evidence.arriving',
  async ({ db }: ReadDb, before: number): Promise<SealedFile[]> => {
    const rows = await db.selectFrom('media_arriving').select(['key_id', 'blob']).where('at', '<', before).execute()
    return rows.map(({ key_id, blob }) => ({ keyId: key_id, blob }))
  },
)

/** They do not come any more. */
export const endArriving = defineWork(
  'evidence.end-arriving',
  async ({ db }: Tx, keyIds: readonly string[]): Promise<void> => {
    if (keyIds.length > 0) await db.deleteFrom('media_arriving').where('key_id', 'in', keyIds).execute()
  },
)

/** Commits an uploaded file. Same id and bytes: nothing changes. Other bytes: `conflict`. */
export const storeMedia = defineWork(
  'evidence.store-media',
  async (
    tx: Tx,
    row: Omit<MediaTable, 'at' | 'drop_at' | 'state' | 'facts'>,
  ): Promise<{ created: boolean; row: MediaTable }> => {
    const before = await tx.db.selectFrom('media').selectAll().where('media_key', '=', row.media_key).executeTakeFirst()
    if (before !== undefined) {
      if (before.sha256 !== row.sha256) {
        throw new AppError('conflict', 'This media id already names other bytes; choose a new id for a new file.')
      }
      return { created: false, row: before }
    }
    const made: MediaTable = { ...row, at: tx.now, state: 'stored', facts: null, drop_at: tx.now + MEDIA_MS }
    await tx.db.insertInto('media').values(made).execute()
    await tx.db.deleteFrom('media_arriving').where('key_id', '=', row.key_id).execute()
    return { created: true, row: made }
  },
  { urgent: true },
)

export const mediaMeasured = defineWork(
  'evidence.media-measured',
  async (tx: Tx, input: { key: string; state: 'measured' | 'partly'; facts: Uint8Array }): Promise<void> => {
    await tx.db
      .updateTable('media')
      .set({ state: input.state, facts: input.facts })
      .where('media_key', '=', input.key)
      .execute()
  },
)

export interface ExhibitSeed {
  readonly id: string
  readonly mediaKey: string
  readonly type: string
  /** `MediaFacts`, sealed under (`exhibits`, `facts`, id). */
  readonly facts: Uint8Array
  readonly keepMs: number
}

/**
 * Keeps a flagged file as an exhibit of its case: its bytes no longer go away. Judged again, the file is a further exhibit over the same
 * bytes, so that what a reviewer was shown keeps its own name. Without bytes nothing is kept: a file that has gone must not stop the
 * measure. Part of the caller's transaction.
 */
export async function keepExhibit(tx: Tx, caseNumber: number, seed: ExhibitSeed): Promise<void> {
  const media = await tx.db.selectFrom('media').selectAll().where('media_key', '=', seed.mediaKey).executeTakeFirst()
  if (media === undefined) return
  await tx.db
    .insertInto('exhibits')
    .values({
      id: seed.id,
      case_number: caseNumber,
      media_key: seed.mediaKey,
      at: tx.now,
      type: seed.type,
      size: media.size,
      blob: media.blob,
      key_id: media.key_id,
      facts: seed.facts,
      keep_until: tx.now + seed.keepMs,
      state: 'kept',
    })
    .execute()
  await tx.db.updateTable('media').set({ drop_at: null }).where('media_key', '=', seed.mediaKey).execute()
}

/** A sealed file with its key. */
export interface SealedFile {
  readonly blob: string
  readonly keyId: string
}

/**
 * Exhibits whose hold is over and whose case is closed: from now on they are shown to nobody. Gives the files that no other exhibit keeps,
 * also those of a run that was cut off; `destroyed` notes that key and bytes are gone.
 */
export const endExhibits = defineWork(
  'evidence.end-exhibits',
  async (tx: Tx, input: { max: number }): Promise<{ ended: number; files: SealedFile[] }> => {
    const due = await tx.db
      .selectFrom('exhibits')
      .innerJoin('cases', 'cases.number', 'exhibits.case_number')
      .select(['exhibits.id as id', 'exhibits.media_key as media_key'])
      .where('exhibits.keep_until', '<=', tx.now)
      .where('exhibits.state', '=', 'kept')
      .where('cases.closed_at', 'is not', null)
      .orderBy('exhibits.keep_until')
      .limit(input.max)
      .execute()
    for (const { id } of due)
      await tx.db.updateTable('exhibits').set({ state: 'ending' }).where('id', '=', id).execute()
    const ending = await tx.db
      .selectFrom('exhibits')
      .select(['media_key', 'blob', 'key_id'])
      .where('state', '=', 'ending')
      .where('media_key', 'not in', (rows) =>
        rows.selectFrom('exhibits').select('media_key').where('state', '=', 'kept'),
      )
      .groupBy(['media_key', 'blob', 'key_id'])
      .limit(input.max)
      .execute()
    for (const { media_key } of ending) await tx.db.deleteFrom('media').where('media_key', '=', media_key).execute()
    return { ended: due.length, files: ending.map(({ blob, key_id }) => ({ blob, keyId: key_id })) }
  },
)

/** Key and bytes of these files are gone. */
export const exhibitsDestroyed = defineWork(
  'evidence.exhibits-destroyed',
  async (tx: Tx, input: { blobs: readonly string[] }): Promise<void> => {
    await tx.db
      .updateTable('exhibits')
      .set({ state: 'destroyed' })
      .where('state', '=', 'ending')
      .where('blob', 'in', [...input.blobs])
      .execute()
  },
)

export interface RevealInput {
  readonly id: string
  readonly case: number
  readonly exhibit: string
  readonly step: 'lowpass' | 'reduced' | 'full'
  readonly colour: boolean
  readonly region: { readonly x: number; readonly y: number } | null
  readonly reason: string | null
  readonly staff: string
  /** Drawn into the picture at the last step: `R-7`. */
  readonly label: string
  readonly role: string
  readonly tokenHash: string
  /** The token, sealed: given back to a repeated call. */
  readonly sealed: Uint8Array
  readonly keys: RecordKeys
}

/** The log entry of a reveal, committed before any byte is served (console.md §6). */
export const grantReveal = defineWork(
  'evidence.grant-reveal',
  async (tx: Tx, input: RevealInput): Promise<{ id: string; sealed: Uint8Array; until: number }> => {
    const row = await tx.db
      .selectFrom('cases')
      .select(['claimed_by', 'claim_until', 'state'])
      .where('number', '=', input.case)
      .executeTakeFirst()
    const exhibit = await tx.db
      .selectFrom('exhibits')
      .select(['state', 'size'])
      .where('id', '=', input.exhibit)
      .where('case_number', 'in', [input.case, await caseInQuestion(tx, input.case)])
      .executeTakeFirst()
    if (row === undefined || exhibit === undefined)
      throw new AppError('not_found', 'There is no such file in this case.')
    if (row.claimed_by !== input.staff || row.claim_until <= tx.now) {
      throw new AppError('not_claimed', 'Claim the case first; media are shown to the person who works on it.')
    }
    if (exhibit.state !== 'kept') throw new AppError('gone', 'The file was destroyed when its hold ended.')
    await assertClimbed(tx, input)
    const recorded = await record(
      tx,
      {
        kind: 'reveal',
        affected: { kind: 'platform' },
        fields: {
          staff: input.label,
          role: input.role,
          case: `C-${input.case}`,
          exhibit: input.exhibit,
          step: input.step,
          span: input.region === null ? null : 'region',
          reason: input.reason,
          bytes: exhibit.size,
          order: null,
        },
      },
      input.keys,
    )
    const until = tx.now + REVEAL_MS
    await tx.db
      .insertInto('reveals')
      .values({
        id: input.id,
        at: tx.now,
        staff: input.staff,
        case_number: input.case,
        exhibit: input.exhibit,
        step: input.step,
        colour: input.colour ? 1 : 0,
        region: input.region === null ? null : JSON.stringify(input.region),
        reason: input.reason,
        label: input.label,
        token_hash: input.tokenHash,
        until,
        record: recorded.record,
      })
      .execute()
    return { id: input.id, sealed: input.sealed, until }
  },
  { urgent: true },
)

/** What must have been on screen first. A region is cleared in the reduced view. */
const stepBefore = ({ step, region }: RevealInput): RevealInput['step'] | null =>
  step === 'full' || region !== null ? 'reduced' : step === 'reduced' ? 'lowpass' : null

/** One press, one step: nobody comes to the full view of a file without having asked for each view below it in this case. */
async function assertClimbed(tx: Tx, input: RevealInput): Promise<void> {
  const needed = stepBefore(input)
  if (needed === null) return
  const climbed = await tx.db
    .selectFrom('reveals')
    .select('id')
    .where('case_number', '=', input.case)
    .where('exhibit', '=', input.exhibit)
    .where('staff', '=', input.staff)
    .where('step', '=', needed)
    .limit(1)
    .executeTakeFirst()
  if (climbed === undefined)
    throw new AppError('conflict', `Media are revealed step by step; reveal this file at "${needed}" first.`)
}

export interface Granted {
  readonly exhibit: string
  readonly blob: string
  readonly keyId: string
  readonly type: string
  readonly size: number
  readonly step: 'lowpass' | 'reduced' | 'full'
  readonly colour: boolean
  readonly region: { x: number; y: number } | null
  readonly label: string
}

/** Uses up a reveal's address. One answer for used, ended, foreign and made-up ones. */
export const useReveal = defineWork(
  'evidence.use-reveal',
  async (tx: Tx, input: { tokenHash: string; staff: string }): Promise<Granted> => {
    const refused = new AppError(
      'token_used',
      'This address was used, has ended, or was made for somebody else; reveal again.',
    )
    const reveal = await tx.db
      .selectFrom('reveals')
      .selectAll()
      .where('token_hash', '=', input.tokenHash)
      .executeTakeFirst()
    if (reveal === undefined || reveal.staff !== input.staff || reveal.until <= tx.now) throw refused
    const used = await tx.db
      .selectFrom('reveal_servings')
      .select('reveal')
      .where('reveal', '=', reveal.id)
      .executeTakeFirst()
    if (used !== undefined) throw refused
    await tx.db.insertInto('reveal_servings').values({ reveal: reveal.id, at: tx.now }).execute()
    const exhibit = await tx.db
      .selectFrom('exhibits')
      .selectAll()
      .where('id', '=', reveal.exhibit)
      .executeTakeFirstOrThrow()
    if (exhibit.state !== 'kept') throw new AppError('gone', 'The file was destroyed when its hold ended.')
    return {
      exhibit: exhibit.id,
      blob: exhibit.blob,
      keyId: exhibit.key_id,
      type: exhibit.type,
      size: exhibit.size,
      step: reveal.step,
      colour: reveal.colour === 1,
      region: reveal.region === null ? null : (JSON.parse(reveal.region) as { x: number; y: number }),
      label: reveal.label,
    }
  },
  { urgent: true },
)

/** Reveals of the last step by one person since an instant, for the own exposure in the top bar. */
export const exposureOf = defineQuery(
  'evidence.exposure',
  async ({ db }: ReadDb, input: { staff: string; since: number }): Promise<{ full: number; seconds: number }> => {
    const { count } = await db
      .selectFrom('reveals')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('staff', '=', input.staff)
      .where('at', '>=', input.since)
      .where('step', '=', 'full')
      .executeTakeFirstOrThrow()
    return { full: Number(count), seconds: 0 }
  },
)

/** Files that nothing flagged and whose time is over: rows go, then key and bytes. */
export const dropMedia = defineWork(
  'evidence.drop-media',
  async (tx: Tx, input: { max: number }): Promise<SealedFile[]> => {
    const rows = await tx.db
      .selectFrom('media')
      .select(['media_key', 'blob', 'key_id'])
      .where('drop_at', '<=', tx.now)
      .orderBy('drop_at')
      .limit(input.max)
      .execute()
    if (rows.length > 0) {
      await tx.db
        .deleteFrom('media')
        .where(
          'media_key',
          'in',
          rows.map(({ media_key }) => media_key),
        )
        .execute()
    }
    return leave(tx, rows)
  },
)

/**
 * Takes the row of a file away, so that nobody finds it any more. Undefined: there is none.
 *
 * @throws AppError `held` a case keeps it
 */
export const takeBackMedia = defineWork(
  'evidence.take-back-media',
  async (tx: Tx, key: string): Promise<SealedFile | undefined> => {
    const row = await tx.db.selectFrom('media').selectAll().where('media_key', '=', key).executeTakeFirst()
    if (row === undefined) return undefined
    const kept = await tx.db
      .selectFrom('exhibits')
      .select('id')
      .where('media_key', '=', key)
      .where('state', '!=', 'destroyed')
      .limit(1)
      .executeTakeFirst()
    if (kept !== undefined) {
      throw new AppError('held', 'A case keeps this file, so it stays until the hold ends.')
    }
    await tx.db.deleteFrom('media').where('media_key', '=', key).execute()
    const [file] = await leave(tx, [row])
    return file
  },
)

/** Files whose rows go stand among those on their way until key and bytes are gone: a kill in between leaves nothing that is not found again. */
async function leave(tx: Tx, rows: readonly Pick<MediaTable, 'blob' | 'key_id'>[]): Promise<SealedFile[]> {
  if (rows.length > 0) {
    const leaving = rows.map(({ blob, key_id }) => ({ key_id, blob, at: LONG_AGO }))
    await tx.db.insertInto('media_arriving').values(leaving).execute()
  }
  return rows.map(({ blob, key_id }) => ({ blob, keyId: key_id }))
}

/** Before all that comes. */
const LONG_AGO = 0

/** What the event of a file was judged: its bytes stay for another minute, then go. */
export async function mediaFollowed(tx: Tx, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  await tx.db
    .updateTable('media')
    .set({ drop_at: tx.now + 60_000 })
    .where('media_key', 'in', [...keys])
    .where('drop_at', 'is not', null)
    .execute()
}
