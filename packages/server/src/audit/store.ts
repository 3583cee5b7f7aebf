import { appendOnly, days, defineQuery, defineSchema, newId, type ReadDb, type Tx, table } from '../storage/index.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    audit: AuditTable
  }
}

/** One act of a person, a key or the operator (security.md §10). Ids and codes only, no text of users. */
export interface AuditRow {
  readonly id: string
  readonly at: number
  /** `staff:st_…`, `key:…`, `operator`, `nobody`. */
  readonly who: string
  /** The role that allowed it, where one did. */
  readonly role: string | null
  readonly act: string
  readonly kind: string
  readonly object: string
  readonly reason: string | null
  /** `done`, or the code of the refusal. */
  readonly result: string
  readonly request: string | null
  /** How assent was given: `demo`, `operator`. */
  readonly touch: string | null
}

type AuditTable = { -readonly [K in keyof AuditRow]: AuditRow[K] }

export const schema = defineSchema({
  subject: 'audit',
  steps: [
    {
      id: '0001-audit',
      up: (engine) => [
        table(engine, 'audit', {
          id: 'text primary key',
          at: 'bigint not null',
          who: 'text not null',
          role: 'text',
          act: 'text not null',
          kind: 'text not null',
          object: 'text not null',
          reason: 'text',
          result: 'text not null',
          request: 'text',
          touch: 'text',
        }),
        'create index audit_at on audit (at)',
        'create index audit_object on audit (kind, object, at)',
        ...appendOnly(engine, 'audit'),
      ],
    },
  ],
  tables: { audit: { kept: { from: 'at', default: days(730), min: days(365), max: days(3650) } } },
})

export interface AuditWish {
  readonly who: string
  readonly role?: string | undefined
  readonly act: string
  readonly kind: string
  readonly object: string
  readonly reason?: string | undefined
  readonly result?: string
  readonly request?: string | undefined
  readonly touch?: string | undefined
}

/** Writes the row in the transaction of the act: an act that cannot be noted does not happen. */
export async function audit(tx: Tx, wish: AuditWish): Promise<void> {
  const row: AuditTable = {
    id: newId('au', tx.now),
    at: tx.now,
    who: wish.who,
    role: wish.role ?? null,
    act: wish.act,
    kind: wish.kind,
    object: wish.object,
    reason: wish.reason ?? null,
    result: wish.result ?? 'done',
    request: wish.request ?? null,
    touch: wish.touch ?? null,
  }
  await tx.db.insertInto('audit').values(row).execute()
}

/** When the newest act was noted; null before the first. A clock that says less than that went back. */
export const newestAct = defineQuery('audit.newest', async ({ db }: ReadDb): Promise<number | null> => {
  const newest = await db.selectFrom('audit').select('at').orderBy('at', 'desc').limit(1).executeTakeFirst()
  return newest?.at ?? null
})

/** The newest rows before `before` (an id; ids sort by time), at most 200. */
export const auditRows = defineQuery(
  'audit.rows',
  async ({ db }, input: { before?: string; limit: number }): Promise<AuditRow[]> => {
    let rows = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(Math.min(200, input.limit))
    if (input.before !== undefined) rows = rows.where('id', '<', input.before)
    return rows.execute()
  },
)
