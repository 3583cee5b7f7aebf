import { Scope } from '@lamplighter/api'
import { z } from 'zod'
import { audit } from '../../audit/index.ts'
import { AppError } from '../../http/errors.ts'
import { days, defineQuery, defineSchema, defineWork, table } from '../../storage/index.ts'
import type { Doer } from '../staff.ts'

declare module '../../storage/tables.ts' {
  interface Tables {
    api_keys: KeysTable
    ignored_fields: { key_id: string; field: string; day: string; at: number }
  }
}

interface KeysTable {
  id: string
  name: string
  connection: string
  secret_hash: Uint8Array
  scopes: string
  created_at: number
  expires_at: number
  last_used_day: string | null
  revoked_at: number | null
  /** JSON of addresses and ranges from which the key may be shown; null where it is bound to none. */
  addresses: string | null
}

export interface KeyRow {
  readonly id: string
  readonly name: string
  readonly connection: string
  readonly secretHash: Uint8Array
  readonly scopes: readonly Scope[]
  readonly createdAt: number
  readonly expiresAt: number
  readonly lastUsedDay: string | null
  readonly revokedAt: number | null
  /** Addresses and ranges from which it may be shown; undefined where it is bound to none. */
  readonly from: readonly string[] | undefined
}

export const schema = defineSchema({
  subject: 'keys',
  steps: [
    {
      id: '0001-keys',
      up: (engine) => [
        table(engine, 'api_keys', {
          id: 'text primary key',
          name: 'text not null',
          connection: 'text not null',
          secret_hash: 'bytes not null',
          scopes: 'text not null',
          created_at: 'bigint not null',
          expires_at: 'bigint not null',
          last_used_day: 'text',
          revoked_at: 'bigint',
        }),
      ],
    },
    {
      id: '0002-ignored-fields',
      up: (engine) => [
        table(
          engine,
          'ignored_fields',
          { key_id: 'text not null', field: 'text not null', day: 'text not null', at: 'bigint not null' },
          ['primary key (key_id, field)'],
        ),
      ],
    },
    { id: '0003-addresses', up: () => ['alter table api_keys add column addresses text'] },
  ],
  tables: {
    api_keys: { kept: { from: 'expires_at', default: days(730), min: days(30), max: days(3650) } },
    ignored_fields: { kept: { from: 'at', default: days(30), min: days(1), max: days(90) } },
  },
})

const Scopes = z.array(Scope)
const scopesOf = remembered((text: string): readonly Scope[] => Scopes.parse(JSON.parse(text)))

const Addresses = z.array(z.string())
const addressesOf = remembered((text: string): readonly string[] => Addresses.parse(JSON.parse(text)))

// A dozen combinations, read at every call of a machine.
function remembered<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const there = known.get(text) ?? make(text)
    if (known.size < 64) known.set(text, there)
    return there
  }
}

const keyOf = (row: KeysTable): KeyRow => ({
  id: row.id,
  name: row.name,
  connection: row.connection,
  secretHash: row.secret_hash,
  scopes: scopesOf(row.scopes),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedDay: row.last_used_day,
  revokedAt: row.revoked_at,
  from: row.addresses === null ? undefined : addressesOf(row.addresses),
})

export const allKeys = defineQuery('keys.all', async ({ db }): Promise<KeyRow[]> => {
  const rows = await db.selectFrom('api_keys').selectAll().orderBy('created_at').execute()
  return rows.map(keyOf)
})

export const keysById = defineQuery(
  'keys.some',
  async ({ db }, input: { ids: readonly string[] }): Promise<KeyRow[]> => {
    // Lengths that repeat: the engine keeps each statement that it has seen.
    const places = 2 ** Math.ceil(Math.log2(Math.max(1, input.ids.length)))
    const ids = Array.from({ length: places }, (_, place) => input.ids[place] ?? input.ids[0] ?? '')
    const rows = await db.selectFrom('api_keys').selectAll().where('id', 'in', ids).execute()
    return rows.map(keyOf)
  },
)

export interface KeyMade {
  readonly id: string
  readonly expiresAt: number
  /** The key's text, sealed; so that a repeated call can give the same answer. */
  readonly sealed: Uint8Array
}

export const addKey = defineWork(
  'keys.add',
  async (
    tx,
    input: {
      id: string
      name: string
      connection: string
      secretHash: Uint8Array
      scopes: readonly Scope[]
      days: number
      addresses?: readonly string[]
      sealed: Uint8Array
      doer: Doer
    },
  ): Promise<KeyMade> => {
    const expiresAt = tx.now + days(input.days)
    await tx.db
      .insertInto('api_keys')
      .values({
        id: input.id,
        name: input.name,
        connection: input.connection,
        secret_hash: input.secretHash,
        scopes: JSON.stringify([...new Set(input.scopes)]),
        created_at: tx.now,
        expires_at: expiresAt,
        last_used_day: null,
        revoked_at: null,
        addresses: input.addresses === undefined ? null : JSON.stringify(input.addresses),
      })
      .execute()
    await audit(tx, { ...auditOf(input.doer), act: 'keys.add', kind: 'key', object: input.id })
    return { id: input.id, expiresAt, sealed: input.sealed }
  },
  { urgent: true },
)

export const revokeKey = defineWork(
  'keys.revoke',
  async (tx, input: { id: string; doer: Doer }): Promise<void> => {
    const row = await tx.db.selectFrom('api_keys').select('revoked_at').where('id', '=', input.id).executeTakeFirst()
    if (row === undefined) throw new AppError('not_found', 'There is no key with this id.')
    if (row.revoked_at !== null) throw new AppError('conflict', 'This key has ended already.')
    await tx.db.updateTable('api_keys').set({ revoked_at: tx.now }).where('id', '=', input.id).execute()
    await audit(tx, { ...auditOf(input.doer), act: 'keys.revoke', kind: 'key', object: input.id })
  },
  { urgent: true },
)

export const markKeyUsed = defineWork('keys.used', async (tx, input: { id: string; day: string }): Promise<void> => {
  await tx.db.updateTable('api_keys').set({ last_used_day: input.day }).where('id', '=', input.id).execute()
})

/** Names fields that a key sent and that the schema of facts does not know. One that was named before gets the new day. */
export const nameIgnored = defineWork(
  'keys.ignored',
  async (tx, input: { key: string; day: string; fields: readonly string[] }): Promise<void> => {
    for (const field of input.fields) {
      await tx.db
        .insertInto('ignored_fields')
        .values({ key_id: input.key, field, day: input.day, at: tx.now })
        .onConflict((on) => on.columns(['key_id', 'field']).doUpdateSet({ day: input.day, at: tx.now }))
        .execute()
    }
  },
)

/** What was named of every key, the latest first. */
export const ignoredFields = defineQuery('keys.ignored', ({ db }) =>
  db.selectFrom('ignored_fields').select(['key_id', 'field', 'day']).orderBy('at', 'desc').orderBy('field').execute(),
)

const auditOf = (doer: Doer) => ({ who: doer.name, request: doer.request, touch: doer.touch ?? undefined })
