import { defineWork } from './define.ts'
import { StorageError } from './errors.ts'
import type { Store } from './seam.ts'

/** An ordinary transaction that changes nothing: it is refused when others of its kind would be. */
const probe = defineWork('storage.probe', async (tx, _: null): Promise<null> => {
  await tx.db.selectFrom('stream_heads').select('part').limit(1).execute()
  return null
})

/**
 * Whether the database takes writes now. A full queue is load and no reason to say no (platform.md §16).
 *
 * @returns what is missing, in words for readers of the health page; undefined when all is well
 */
export async function notWritable(store: Store): Promise<string | undefined> {
  try {
    await store.tx(probe, null)
    return undefined
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    if (error.code === 'busy') return undefined
    return error.code === 'storage_full' ? 'the disk is nearly full' : 'the database does not answer'
  }
}
