import type { Storage } from '../storage/index.ts'
import type { Sealer } from '../storage/sealer.ts'
import type { Measurement } from './decoder/index.ts'
import { measuredFiles } from './digests.store.ts'

/** The digests of one file that a case keeps, in lower-case hex. */
export interface KeptDigests {
  /** By our own look at its bytes. */
  readonly type: string
  readonly digests: ReadonlySet<string>
}

/** The digests of the files that a case keeps and somebody could look at. Files of which the platform sent hashes only are not among them. */
export async function digestsOf(
  { storage, sealer }: { readonly storage: Pick<Storage, 'store'>; readonly sealer: Sealer },
  caseNumber: number,
): Promise<readonly KeptDigests[]> {
  const rows = await storage.store.read(measuredFiles, caseNumber)
  return Promise.all(
    rows.map(async ({ media_key, type, facts }) => {
      const { sha256, sha1, md5 } = await sealer.open<Measurement>('media', 'facts', media_key, facts)
      return { type, digests: new Set([sha256, sha1, md5]) }
    }),
  )
}
