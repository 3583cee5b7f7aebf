import type { Role, Scope } from '@lamplighter/api'
import { randomToken, sha256, shortCode } from '../http/crypto.ts'
import { AppError } from '../http/errors.ts'
import type { Identity } from '../http/gate.ts'
import type { CommandKey } from '../http/route.ts'
import { newId, type Store } from '../storage/index.ts'
import { type Keyring, KeyringError } from '../storage/keyring/index.ts'
import type { RecordKeys } from '../transparency/index.ts'
import { checkBound } from './keys/bound.ts'
import { newKeyText } from './keys/format.ts'
import { keyReader } from './keys/identify.ts'
import { addKey } from './keys/store.ts'
import { identifySession } from './sign-in/identify.ts'
import { normalised } from './sign-in/pages.ts'
import { addActive, invite, type LinkKind, type LinkMade, relink } from './sign-in/store.ts'
import type { Doer } from './staff.ts'
import { revokeStaff, setRoles } from './store.ts'

/** A link as it is shown, once. */
export interface Link {
  readonly id: string
  readonly number: number
  /** Full address. */
  readonly link: string
  readonly until: number
}

export interface People {
  readonly identity: Identity
  /** Adds a person and gives the link that signs them in once, within 15 minutes. */
  invite(wish: { name: string; roles: readonly Role[]; kind: LinkKind; doer: Doer; once?: CommandKey }): Promise<Link>
  /** Gives a person a new link; the older ones end. */
  relink(wish: { id: string; reason: string; kind: LinkKind; doer: Doer; once?: CommandKey }): Promise<Link>
  newKey(wish: NewKey): Promise<{ id: string; key: string; expiresAt: number }>
  /** Ends a person’s access at once. */
  revoke(wish: { id: string; reason: string; doer: Doer; once?: CommandKey }): Promise<void>
  setRoles(wish: { id: string; roles: readonly Role[]; reason: string; doer: Doer; once?: CommandKey }): Promise<void>
  /** Adds made-up people who are active at once; for the demo only. */
  seed(people: readonly { name: string; roles: readonly Role[] }[]): Promise<string[]>
}

export interface NewKey {
  readonly name: string
  readonly connection: string
  readonly scopes: readonly Scope[]
  readonly days: number
  /** Addresses and ranges from which the key may be shown; one for sealed lists needs them. */
  readonly addresses?: readonly string[] | undefined
  readonly doer: Doer
  readonly once?: CommandKey
}

/** @param url `LAMPLIGHTER_URL`, for links */
export function createPeople(parts: {
  store: Store
  keyring: Keyring
  url: string
  recordKeys: () => Promise<RecordKeys>
}): People {
  const { store, keyring, url, recordKeys } = parts
  const linkFor = async (kind: LinkKind) => {
    const token = kind === 'code' ? shortCode() : randomToken(128)
    return { kind, tokenHash: sha256(normalised(token)), sealed: await sealOnce(keyring, token) }
  }
  const shown = async (made: LinkMade): Promise<Link> => ({
    id: made.id,
    number: made.number,
    link: `${url}/hello/${await openOnce(keyring, made.sealed, 'link')}`,
    until: made.until,
  })
  return {
    identity: {
      session: (token, now) => identifySession(store, token, now),
      key: keyReader(store),
    },
    async invite({ name, roles, kind, doer, once }) {
      const input = {
        id: newId('st', Date.now()),
        name,
        roles,
        doer,
        link: await linkFor(kind),
        keys: await recordKeys(),
      }
      return shown(await store.tx(invite, input, once && { once }))
    },
    async relink({ id, reason, kind, doer, once }) {
      return shown(
        await store.tx(
          relink,
          { id, reason, doer, link: await linkFor(kind), keys: await recordKeys() },
          once && { once },
        ),
      )
    },
    async revoke({ once, ...wish }) {
      await store.tx(revokeStaff, { ...wish, keys: await recordKeys() }, once && { once })
    },
    async setRoles({ once, ...wish }) {
      await store.tx(setRoles, { ...wish, keys: await recordKeys() }, once && { once })
    },
    async newKey({ once, addresses, ...wish }) {
      checkBound(wish.scopes, addresses)
      const { id, secret, text } = newKeyText()
      const input = {
        ...wish,
        ...(addresses !== undefined && { addresses }),
        id,
        secretHash: sha256(secret),
        sealed: await sealOnce(keyring, text),
      }
      const made = await store.tx(addKey, input, once && { once })
      return { id: made.id, key: await openOnce(keyring, made.sealed, 'key'), expiresAt: made.expiresAt }
    },
    async seed(people) {
      const doer: Doer = { name: 'operator', staff: null, touch: 'operator', request: 'seed' }
      const keys = await recordKeys()
      const invitations = people.map((one) => ({ ...one, id: newId('st', Date.now()), doer, keys }))
      await store.tx(addActive, { people: invitations })
      return invitations.map((one) => one.id)
    },
  }
}

// What a command shows once is kept with its answer for 7 days, so that a repeat gives the same; sealed, so that the row tells nothing.
const place = { table: 'once_results', column: 'result', row: 'shown-once' }

const sealOnce = (keyring: Keyring, text: string): Promise<Uint8Array> => keyring.seal(place, Buffer.from(text))

async function openOnce(keyring: Keyring, sealed: Uint8Array, what: string): Promise<string> {
  try {
    return Buffer.from(await keyring.unseal(place, sealed)).toString('utf8')
  } catch (error) {
    if (!(error instanceof KeyringError)) throw error
    throw new AppError('conflict', `The first call made this ${what} and showed it then. End it and make another.`)
  }
}
