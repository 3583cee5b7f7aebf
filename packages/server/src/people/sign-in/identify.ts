import { sha256 } from '../../http/crypto.ts'
import type { Principal } from '../../http/principal.ts'
import type { Store } from '../../storage/index.ts'
import { sessionByToken, touchSession } from './store.ts'

const SEEN_EVERY_MS = 5 * 60_000
const noted = new Map<string, number>()

/** Whose session this is, or nobody's. */
export async function identifySession(store: Store, token: string, now: number): Promise<Principal> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return { kind: 'nobody' }
  const open = await store.read(sessionByToken, { tokenHash: sha256(token) })
  if (open === undefined) return { kind: 'nobody' }
  const { staff, session } = open
  if (now - Math.max(open.seenAt, noted.get(session) ?? 0) > SEEN_EVERY_MS) {
    noted.set(session, now)
    store.tx(touchSession, { session, staff: staff.id }).catch(() => noted.delete(session))
  }
  return { kind: 'staff', id: staff.id, number: staff.number, roles: staff.roles, session }
}
