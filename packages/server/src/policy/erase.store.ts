import { type Tx, unguarded } from '../storage/index.ts'
import { recordsUnder } from '../transparency/index.ts'

/**
 * Removes verdicts, with what was noted of their events: those named, and those whose record is sealed under a key of these blinded
 * persons. Part of the caller's transaction. @returns how many
 */
export async function eraseVerdicts(
  tx: Tx,
  which: { readonly ids: readonly string[] } | { readonly subjects: readonly string[] },
): Promise<number> {
  const gone = await tx.db
    .selectFrom('verdicts')
    .select(['id', 'event_key'])
    .$if('ids' in which, (rows) => rows.where('id', 'in', 'ids' in which ? [...which.ids, ''] : ['']))
    .$if('subjects' in which, (rows) =>
      rows.where('record', 'in', recordsUnder(tx, 'subjects' in which ? which.subjects : [''])),
    )
    .execute()
  for (const { id, event_key } of gone) {
    for (const hits of ['rule_hits', 'list_hits'] as const)
      await tx.db.deleteFrom(hits).where('event_key', '=', event_key).execute()
    // The answer repeats what a rule said, which may name people. An event that came again would be judged anew.
    await tx.db.deleteFrom('seen').where('event_key', '=', event_key).execute()
    await unguarded(tx, ['verdicts'], () => tx.db.deleteFrom('verdicts').where('id', '=', id).execute())
  }
  return gone.length
}
