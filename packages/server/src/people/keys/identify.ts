import { sameBytes, sha256 } from '../../http/crypto.ts'
import type { Principal } from '../../http/principal.ts'
import type { Store } from '../../storage/index.ts'
import { parseKey } from './format.ts'
import { type KeyRow, keysById, markKeyUsed } from './store.ts'
import { together } from './together.ts'

const nobody: Principal = { kind: 'nobody' }
const absent = new Uint8Array(32)

/**
 * Tells whose key a call shows. Every call is compared with a read of the database that began after it came in, so that a revoked key opens
 * nothing from then on.
 */
export function keyReader(store: Store): (bearer: string, now: number) => Promise<Principal> {
  const find = together(async (ids) => {
    const rows = await store.read(keysById, { ids })
    return new Map(rows.map((row) => [row.id, row]))
  })
  return async (bearer, now) => {
    const parsed = parseKey(bearer)
    if (parsed === undefined) return nobody
    const row = await find(parsed.id)
    // Compared in constant time, and also for an unknown id: a difference would tell which ids exist.
    const matches = sameBytes(row?.secretHash ?? absent, sha256(parsed.secret))
    if (row === undefined || !matches || !isLive(row, now)) return nobody
    noteUse(store, row, now)
    const { id, connection, scopes, from } = row
    return { kind: 'key', id, connection, scopes, ...(from !== undefined && { from }) }
  }
}

export const isLive = (row: KeyRow, now: number): boolean => row.revokedAt === null && row.expiresAt > now

const noted = new Map<string, string>()

/** Keeps the day of last use, once a day. The call does not wait for it; a failure is tried again at the next call. */
function noteUse(store: Store, row: KeyRow, now: number): void {
  const day = new Date(now).toISOString().slice(0, 10)
  if (row.lastUsedDay === day || noted.get(row.id) === day) return
  noted.set(row.id, day)
  store.tx(markKeyUsed, { id: row.id, day }).catch(() => noted.delete(row.id))
}
