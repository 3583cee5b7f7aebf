import { createHmac } from 'node:crypto'
import { formatVerifierKey, type KeyType, promiseName, verifierKey } from '@lamplighter/ledger'
import { seal, unseal } from '../storage/crypto.ts'
import type { Keyring } from '../storage/keyring/index.ts'
import type { Store } from '../storage/seam.ts'
import type { Affected } from './acts.ts'
import { TransparencyError } from './errors.ts'
import { affectedName, type PersonKey, type RecordKeys, type SealKey } from './record.ts'
import { type LogKey, newLogKey } from './signing.ts'
import { personKeys, type StoredKey, storedKeys } from './store.ts'
import type { LogName } from './tables.ts'

/** As much of the keyring as the ledger needs. */
export type LedgerKeyring = Pick<Keyring, 'make' | 'use' | 'destroy'>

/** The platform's own key, and what is derived from it. */
export interface PlatformKeys {
  readonly seal: SealKey
  readonly wrap: Uint8Array
  /** Blinds the names of persons. */
  readonly subject: Uint8Array
}

/** The platform's key of the ledger; made at the first start. */
export async function platformKeys(keyring: LedgerKeyring): Promise<PlatformKeys> {
  const keyId = await keyring.make('secret', 'ledger')
  return keyring.use(keyId, (key) => ({
    seal: { keyId, key: key.derive('ledger seal') },
    wrap: key.derive('ledger wrap'),
    subject: key.derive('ledger subject'),
  }))
}

/** The key under which the records of a person are sealed. Throws an error with the code `key_destroyed` once it is gone. */
export function personKey(keyring: LedgerKeyring, keyId: string): Promise<Uint8Array> {
  return keyring.use(keyId, (key) => key.derive('ledger seal'))
}

/** Makes the keys of an origin: one that signs the log and, for `actions`, one for promises (ledger.md §11). */
export function newKeys(log: LogName, origin: string): LogKey[] {
  return [origin, ...(log === 'actions' ? [promiseName(origin)] : [])].map(newLogKey)
}

/** A key as the database keeps it. */
export function wrapKey(platform: PlatformKeys, key: LogKey): StoredKey {
  const { name, type, key: octets } = key.vkey
  const place = Buffer.from(formatVerifierKey(key.vkey))
  return { name, type, public: octets, wrapped: seal(platform.wrap, place, key.privateKey) }
}

/** All keys of the logs, private parts too. */
export async function readKeys(store: Store, platform: PlatformKeys): Promise<LogKey[]> {
  const rows = await store.read(storedKeys, null)
  return rows.map((row) => {
    const vkey = verifierKey(row.name, row.type as KeyType, row.public)
    return { vkey, privateKey: unseal(platform.wrap, Buffer.from(formatVerifierKey(vkey)), row.wrapped) }
  })
}

/** The key of that name. @throws TransparencyError `key_missing` */
export function keyNamed(keys: readonly LogKey[], name: string): LogKey {
  const key = keys.find(({ vkey }) => vkey.name === name)
  if (key === undefined) throw new TransparencyError('key_missing', `there is no key "${name}" in the database`)
  return key
}

/** The blinded name of a person: without the keyring nobody can tell whether a known account is among them. */
export function subjectOf(platform: PlatformKeys, affected: Affected): string {
  return createHmac('sha256', platform.subject).update(affectedName(affected)).digest('hex')
}

/**
 * The keys of everybody whom acts affect, made durably where they are new. A person who was erased gets a new key: the old one is gone
 * for good.
 */
export async function keysOfPersons(
  parts: { store: Store; keyring: LedgerKeyring; platform: PlatformKeys },
  affected: readonly Affected[],
): Promise<RecordKeys['persons']> {
  const persons = new Map(affected.filter(({ kind }) => kind !== 'platform').map((one) => [affectedName(one), one]))
  if (persons.size === 0) return new Map()
  const subjects = new Map([...persons].map(([name, one]) => [name, subjectOf(parts.platform, one)]))
  const known = await parts.store.read(personKeys, [...subjects.values()])
  const keys = new Map<string, PersonKey>()
  for (const [name, subject] of subjects) {
    const own = known.filter((row) => row.subject === subject)
    const live = own.find((row) => row.destroyed_at === null)
    const keyId = live?.key_id ?? (await parts.keyring.make('person', `ledger-${subject}-${own.length + 1}`))
    keys.set(name, { subject, keyId, key: await personKey(parts.keyring, keyId) })
  }
  return keys
}
