import { sql } from 'kysely'
import { StorageError } from './errors.ts'
import type { OnceKey, Tx } from './seam.ts'

declare module './tables.ts' {
  interface Tables {
    once_results: OnceResultsTable
  }
}

interface OnceResultsTable {
  scope: string
  key: string
  fingerprint: string
  result: Uint8Array | null
  at: number
}

/**
 * Takes the key, or gives the result of the transaction that took it. On PostgreSQL a second caller waits here until the first has
 * committed or rolled back.
 */
export async function claimOnce(tx: Pick<Tx, 'db' | 'now'>, once: OnceKey): Promise<Uint8Array | undefined> {
  const fingerprint = once.fingerprint ?? ''
  const taken = await tx.db
    .insertInto('once_results')
    .values({ scope: once.scope, key: once.key, fingerprint, result: null, at: tx.now })
    .onConflict((conflict) => conflict.columns(['scope', 'key']).doNothing())
    .executeTakeFirst()
  if (taken.numInsertedOrUpdatedRows === 1n) return undefined
  const earlier = await tx.db
    .selectFrom('once_results')
    .select(['fingerprint', 'result'])
    .where('scope', '=', once.scope)
    .where('key', '=', once.key)
    .executeTakeFirstOrThrow()
  if (earlier.fingerprint !== fingerprint) {
    throw new StorageError('once_mismatch', `key used before in "${once.scope}" with another input; choose a new key`)
  }
  return earlier.result ?? undefined
}

/** Keeps the result with the effects it stands for. */
export async function keepOnce(tx: Pick<Tx, 'db'>, once: OnceKey, result: Uint8Array): Promise<void> {
  await tx.db
    .updateTable('once_results')
    .set({ result })
    .where('scope', '=', once.scope)
    .where('key', '=', once.key)
    .executeTakeFirst()
}

/** Conditions of one statement. */
const SET = 100

/**
 * Forgets results of commands in which one of these ids of ours stands: they were put in words for whoever asked, and may name a person who
 * is erased. A command that came again would find what it was about gone.
 */
export async function forgetResults(tx: Pick<Tx, 'db' | 'engine'>, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += SET) {
    const named = ids.slice(from, from + SET).map((id) => {
      // A result is serialised; a text of ASCII stands in it as it is.
      const bytes = Buffer.from(id, 'latin1')
      return tx.engine === 'sqlite' ? sql`instr(result, ${bytes}) > 0` : sql`position(${bytes}::bytea in result) > 0`
    })
    await sql`delete from once_results where ${sql.join(named, sql` or `)}`.execute(tx.db)
  }
}
