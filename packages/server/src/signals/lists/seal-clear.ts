import type { Storage } from '../../storage/index.ts'
import { clearRows, sealRows } from '../store.ts'
import type { Codec } from './codec.ts'

const AT_ONCE = 500

/**
 * Seals what an earlier version of this software wrote in the clear, slice by slice: cut off anywhere, it goes on with what is left. Fingerprints, and
 * so the digests of versions, stay as they are.
 *
 * @returns how many rows were sealed
 */
export async function sealClear(parts: {
  readonly storage: Storage
  readonly codec: Codec
  stopped(): boolean
  /** Rows of one transaction. */
  readonly atOnce?: number
}): Promise<number> {
  const { store } = parts.storage
  let done = 0
  while (!parts.stopped()) {
    const rows = await store.read(clearRows, parts.atOnce ?? AT_ONCE)
    if (rows.length === 0) break
    const sealed = []
    for (const [list, of] of Map.groupBy(rows, (row) => row.list)) {
      // Of what is erased there is nothing to seal.
      const held = of.filter(({ body }) => body.length > 0)
      const entries = await parts.codec.entries(list, held)
      const bodies = await parts.codec.bodies(
        list,
        entries.map(({ row, entry }) => ({ fingerprint: row.fingerprint, entry })),
      )
      const bodyOf = new Map(held.map(({ n }, at) => [n, bodies[at]]))
      sealed.push(...of.map((row) => ({ ...row, body: bodyOf.get(row.n) ?? row.body })))
    }
    const put = await store.tx(sealRows, sealed)
    // What changes all the time is left for the next run.
    if (put === 0) break
    done += put
  }
  return done
}
