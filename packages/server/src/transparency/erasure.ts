import type { Store } from '../storage/seam.ts'
import type { Affected } from './acts.ts'
import { type LedgerKeyring, type PlatformKeys, subjectOf } from './keys.ts'
import type { RecordKeys } from './record.ts'
import { destroyOld, destroyUnderKeys, keysEnded, keysToEnd, nameLateErased } from './store.ts'
import type { Ground } from './tables.ts'

export interface ErasureParts {
  readonly store: Store
  readonly keyring: LedgerKeyring
  readonly platform: PlatformKeys
  /** Of the log as it is now. */
  readonly keys: () => RecordKeys
}

/** Erases a person: content first, in one transaction with its entry, then the key, so that copies in backups end too. */
export async function erasePerson(
  parts: ErasureParts,
  affected: Affected,
  ground: Ground,
): Promise<{ records: number }> {
  const subject = subjectOf(parts.platform, affected)
  const done = await parts.store.tx(destroyUnderKeys, { subject, ground, keys: parts.keys() })
  await endKeys(parts)
  return done
}

/** Destroys keys whose rows say so. Also run at each start: a kill in between is finished here. */
export async function endKeys(parts: Pick<ErasureParts, 'store' | 'keyring'>): Promise<void> {
  const ids = await parts.store.read(keysToEnd, null)
  if (ids.length === 0) return
  await parts.keyring.destroy(ids, 'erasure')
  await parts.store.tx(keysEnded, ids)
}

/** What follows after batches: late namings, and retention. */
export async function afterBatches(parts: ErasureParts): Promise<void> {
  await parts.store.tx(nameLateErased, { keys: parts.keys() })
  await parts.store.tx(destroyOld, { keys: parts.keys() })
}
