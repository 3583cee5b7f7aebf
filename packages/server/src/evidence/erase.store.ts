import { defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import type { SealedFile } from './store.ts'

type From = Pick<Tx | ReadDb, 'db'>

/** Files of a person: those in the cases about them, and those named. */
export interface FilesOf {
  readonly account: string
  /** Ids of further exhibits. */
  readonly exhibits: readonly string[]
}

const exhibitsOf = ({ db }: From, { account, exhibits }: FilesOf) =>
  db
    .selectFrom('exhibits')
    .selectAll()
    .where((row) =>
      row.or([
        row('id', 'in', [...exhibits, '']),
        row('case_number', 'in', db.selectFrom('cases').select('number').where('account', '=', account)),
      ]),
    )

/** Until when files of a person must be kept; null where none must. */
export async function keptUntil({ db, now }: Pick<Tx | ReadDb, 'db' | 'now'>, of: FilesOf): Promise<number | null> {
  const rows = await exhibitsOf({ db }, of).where('state', '=', 'kept').execute()
  const last = Math.max(0, ...rows.map(({ keep_until }) => keep_until))
  return last > now ? last : null
}

/** How many files of a person are there. */
export const countFiles = async ({ db }: From, of: FilesOf): Promise<number> =>
  (await exhibitsOf({ db }, of).where('state', '!=', 'destroyed').execute()).length

/** From now on nobody is shown these files. Gives those that no exhibit of anybody else keeps: their key and bytes go next. */
export const endFilesOf = defineWork('evidence.end-files-of', async (tx: Tx, of: FilesOf): Promise<SealedFile[]> => {
  const rows = await exhibitsOf(tx, of).execute()
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return []
  await tx.db
    .updateTable('exhibits')
    .set({ state: 'ending' })
    .where('id', 'in', ids)
    .where('state', '=', 'kept')
    .execute()
  const ending = rows.filter(({ state }) => state !== 'destroyed')
  const keys = [...new Set(ending.map(({ media_key }) => media_key))]
  const shared = await tx.db
    .selectFrom('exhibits')
    .select('media_key')
    .where('media_key', 'in', [...keys, ''])
    .where('state', '=', 'kept')
    .execute()
  const others = new Set(shared.map(({ media_key }) => media_key))
  const files = new Map(ending.filter(({ media_key }) => !others.has(media_key)).map((row) => [row.media_key, row]))
  await tx.db
    .deleteFrom('media')
    .where('media_key', 'in', [...files.keys(), ''])
    .execute()
  return [...files.values()].map(({ blob, key_id }) => ({ blob, keyId: key_id }))
})

/** Removes the rows of files whose key and bytes are gone. */
export const forgetFilesOf = defineWork('evidence.forget-files-of', async (tx: Tx, of: FilesOf): Promise<number> => {
  const ids = (await exhibitsOf(tx, of).execute()).map(({ id }) => id)
  if (ids.length === 0) return 0
  await tx.db.deleteFrom('exhibits').where('id', 'in', ids).execute()
  return ids.length
})
