import type { RecordedJson } from '@lamplighter/api'
import { type Bytes, base64, commit, type Field, fromBase64, signPromise } from '@lamplighter/ledger'
import { seal, unseal } from '../storage/crypto.ts'
import type { Tx } from '../storage/seam.ts'
import type { Affected, LedgerAct } from './acts.ts'
import { TransparencyError } from './errors.ts'
import { classOf, kindNamed, slotsOf } from './kinds.ts'
import { type LogKey, runtimeHash, signerOf } from './signing.ts'

declare const made: unique symbol

/** What the ledger says of an act. Only `record` makes one, so whoever asks for it asks for a record. */
export type Recorded = RecordedJson & { readonly [made]: true }

/** A key under which records are sealed, with its name in the keyring. Structured-cloneable. */
export interface SealKey {
  readonly keyId: string
  /** 32 octets, AES-256. */
  readonly key: Uint8Array
}

/** A key of a person, as `keysFor` found or made it. */
export interface PersonKey extends SealKey {
  /** Blinded name of the person: an HMAC, no id. */
  readonly subject: string
}

/** All secrets that `record` needs. Structured-cloneable; never stored, never logged. */
export interface RecordKeys {
  readonly origin: string
  readonly promise: LogKey
  readonly platform: SealKey
  /** By `affectedName`. */
  readonly persons: ReadonlyMap<string, PersonKey>
}

/** How long after an act its leaf must be in the log. */
export const PROMISE_MS = 24 * 3_600_000
const MONTH_MS = 30 * 86_400_000
/** How long the content of a record of `actions` is kept (ledger.md §12.1). */
export const KEEP_MS = 18 * MONTH_MS

/**
 * Notes an act in the log, inside the transaction of the act: both are there, or neither is. The promise is signed at once; while the
 * log is halted it is `null`, and acts go on.
 *
 * @throws TransparencyError `key_missing` no key for `act.affected` came with the input · `key_destroyed` the person was erased in between:
 *   ask for keys again and repeat · `log_closed` the log was never opened
 */
export async function record(tx: Tx, act: LedgerAct, keys: RecordKeys): Promise<Recorded> {
  const head = await tx.db
    .selectFrom('ledger_heads')
    .select(['halt', 'origin'])
    .where('log', '=', 'actions')
    .executeTakeFirst()
  if (head === undefined) throw new TransparencyError('log_closed', 'open the log before the first act is recorded')
  const key = await keyOf(tx, act.affected, keys)
  const id = tx.fresh.id('rec')
  const seed = tx.fresh.bytes(32)
  const kind = kindNamed(act.kind).no
  const fields = slotsOf(act, tx.now)
  const commitment = commit(kind, fields, seed, runtimeHash)
  const dueAt = tx.now + PROMISE_MS
  // Keys of a log that was begun anew meanwhile would promise a place in the old one.
  const mayPromise = head.halt === null && head.origin === keys.origin
  const promise = mayPromise ? await promiseOf(keys, commitment, dueAt) : null
  await tx.db
    .insertInto('ledger_records')
    .values({
      id,
      log: 'actions',
      class: classOf(act),
      kind,
      at: act.at ?? tx.now,
      commitment,
      leaf_index: null,
      batch: null,
      person_key: key.keyId,
      sealed: seal(key.key, Buffer.from(id), contentBytes({ seed, fields })),
      not_before: act.notBefore ?? null,
      promise,
      due_at: promise === null ? null : dueAt,
      keep_until: tx.now + KEEP_MS,
      state: 'live',
      run: null,
    })
    .execute()
  tx.hint('log')
  return { record: id, commitment: base64(commitment), promise } as Recorded
}

/** What is sealed of a record: enough to open it again. */
export interface Content {
  readonly seed: Bytes
  readonly fields: ReadonlyMap<number, Field>
}

function contentBytes(content: Content): Bytes {
  const fields = [...content.fields].map(([slot, { name, value }]) => [slot, name, value])
  return Buffer.from(JSON.stringify({ seed: base64(content.seed), fields }))
}

/** Opens the content that `record` sealed. @param id of the record, to which the bytes are bound */
export function contentOf(key: Uint8Array, id: string, sealed: Uint8Array): Content {
  const plain = JSON.parse(Buffer.from(unseal(key, Buffer.from(id), sealed)).toString()) as {
    seed: string
    fields: [number, string, string][]
  }
  const seed = fromBase64(plain.seed)
  if (seed === null) throw new TransparencyError('content_damaged', `record ${id} has no seed`)
  return { seed, fields: new Map(plain.fields.map(([slot, name, value]) => [slot, { name, value }])) }
}

/** One word for one affected person, unique among kinds. */
export function affectedName(affected: Affected): string {
  return affected.kind === 'platform' ? 'platform' : `${affected.kind}:${affected.id}`
}

function promiseOf(keys: RecordKeys, commitment: Bytes, dueAt: number): Promise<string> {
  return signPromise({ origin: keys.origin, commitment, deadline: Math.floor(dueAt / 1000) }, signerOf(keys.promise))
}

async function keyOf(tx: Tx, affected: Affected, keys: RecordKeys): Promise<SealKey> {
  if (affected.kind === 'platform') return keys.platform
  const key = keys.persons.get(affectedName(affected))
  if (key === undefined) throw new TransparencyError('key_missing', 'call keysFor for everybody whom the acts affect')
  const known = await tx.db
    .selectFrom('ledger_person_keys')
    .select('destroyed_at')
    .where('key_id', '=', key.keyId)
    .executeTakeFirst()
  if (known === undefined) {
    const row = {
      key_id: key.keyId,
      subject: key.subject,
      made_at: tx.now,
      destroyed_at: null,
      ended_at: null,
      ground: null,
    }
    await tx.db
      .insertInto('ledger_person_keys')
      .values(row)
      .onConflict((same) => same.doNothing())
      .execute()
  } else if (known.destroyed_at !== null) {
    throw new TransparencyError(
      'key_destroyed',
      'the person was erased meanwhile; call keysFor again and repeat the act',
    )
  }
  return key
}
