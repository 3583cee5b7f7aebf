import { audit } from '../../audit/index.ts'
import { AppError } from '../../http/errors.ts'
import { days, defineQuery, defineSchema, defineWork, newId, type Tx, table } from '../../storage/index.ts'
import type { RecordKeys } from '../../transparency/index.ts'
import { signedOut, whenAccessEnds } from '../hooks.ts'
import { recordRoles } from '../ledger.ts'
import type { Doer, Staff } from '../staff.ts'
import { addStaff, audited, type Invitation, markSeen, nobodyActive, staffById } from '../store.ts'

declare module '../../storage/tables.ts' {
  interface Tables {
    sign_in_links: LinksTable
    sessions: SessionsTable
  }
}

/** `first` works only while nobody has signed in; `code` is the demo's, typed by a person; `invite` is for one person. */
export type LinkKind = 'first' | 'code' | 'invite'

interface LinksTable {
  token_hash: Uint8Array
  staff: string
  kind: LinkKind
  created_at: number
  ends_at: number
  used_at: number | null
  wrong_tries: number
}

interface SessionsTable {
  id: string
  token_hash: Uint8Array
  staff: string
  created_at: number
  seen_at: number
  /** Absolute end. */
  ends_at: number
  idle_ms: number
  ended_at: number | null
}

export const LINK_MS = 15 * 60_000
/** Decisions.md 17: without passkeys a link opens a session of 12 h, and no shorter idle time. */
export const SESSION_MS = 12 * 3_600_000
const WRONG_TRIES = 3
const MOST_SESSIONS = 5

export const schema = defineSchema({
  subject: 'sign-in',
  steps: [
    {
      id: '0001-sign-in',
      up: (engine) => [
        table(engine, 'sign_in_links', {
          token_hash: 'bytes primary key',
          staff: 'text not null references staff (id)',
          kind: 'text not null',
          created_at: 'bigint not null',
          ends_at: 'bigint not null',
          used_at: 'bigint',
          wrong_tries: 'smallint not null default 0',
        }),
        'create index sign_in_links_staff on sign_in_links (staff)',
        'create index sign_in_links_open on sign_in_links (kind, ends_at) where used_at is null',
        table(engine, 'sessions', {
          id: 'text primary key',
          token_hash: 'bytes not null unique',
          staff: 'text not null references staff (id)',
          created_at: 'bigint not null',
          seen_at: 'bigint not null',
          ends_at: 'bigint not null',
          idle_ms: 'bigint not null',
          ended_at: 'bigint',
        }),
        'create index sessions_staff on sessions (staff) where ended_at is null',
      ],
    },
  ],
  tables: {
    sign_in_links: { kept: { from: 'ends_at', default: days(30), min: days(1), max: days(1095) } },
    sessions: { kept: { from: 'ends_at', default: days(30), min: days(1), max: days(1095) } },
  },
})

whenAccessEnds(async (tx, staff) => {
  await tx.db
    .updateTable('sessions')
    .set({ ended_at: tx.now })
    .where('staff', '=', staff)
    .where('ended_at', 'is', null)
    .execute()
  await tx.db
    .updateTable('sign_in_links')
    .set({ used_at: tx.now })
    .where('staff', '=', staff)
    .where('used_at', 'is', null)
    .execute()
})

async function addLink(tx: Tx, link: { staff: string; kind: LinkKind; tokenHash: Uint8Array }): Promise<number> {
  const endsAt = tx.now + LINK_MS
  await tx.db
    .insertInto('sign_in_links')
    .values({
      token_hash: link.tokenHash,
      staff: link.staff,
      kind: link.kind,
      created_at: tx.now,
      ends_at: endsAt,
      used_at: null,
      wrong_tries: 0,
    })
    .execute()
  return endsAt
}

export interface LinkMade {
  readonly id: string
  readonly number: number
  readonly until: number
  /** The link's token, sealed; so that a repeated call can give the same answer. */
  readonly sealed: Uint8Array
}

interface LinkInput {
  readonly kind: LinkKind
  readonly tokenHash: Uint8Array
  readonly sealed: Uint8Array
}

/** Adds a person and their link in one. */
export const invite = defineWork(
  'people.invite',
  async (tx, input: Invitation & { link: LinkInput }): Promise<LinkMade> => {
    if (input.link.kind === 'first' && !(await nobodyActive(tx))) {
      throw new AppError('conflict', 'Somebody has signed in already. Use: lamplighter people invite.')
    }
    const person = await addStaff(tx, input)
    const until = await addLink(tx, { staff: person.id, kind: input.link.kind, tokenHash: input.link.tokenHash })
    return { id: person.id, number: person.number, until, sealed: input.link.sealed }
  },
  { urgent: true },
)

/** A new link for a person who is there already. Their open links end. */
export const relink = defineWork(
  'people.relink',
  async (
    tx,
    input: { id: string; reason: string; doer: Doer; link: LinkInput; keys: RecordKeys },
  ): Promise<LinkMade> => {
    const person = await staffById(tx, input.id)
    if (person.state === 'revoked') throw new AppError('conflict', 'This person’s access has ended.')
    await tx.db
      .updateTable('sign_in_links')
      .set({ used_at: tx.now })
      .where('staff', '=', input.id)
      .where('used_at', 'is', null)
      .execute()
    const until = await addLink(tx, { staff: input.id, kind: input.link.kind, tokenHash: input.link.tokenHash })
    await audited(tx, input.doer, 'people.recover', input.id, input.reason)
    await recordRoles(tx, { op: 'enrolled', number: person.number, roles: [] }, input.doer, input.keys)
    return { id: person.id, number: person.number, until, sealed: input.link.sealed }
  },
  { urgent: true },
)

export interface NewSession {
  readonly id: string
  readonly tokenHash: Uint8Array
}

export type SignedIn = { ok: true; staff: string; endsAt: number } | { ok: false }

/**
 * Uses a link once. A wrong one is counted against every open link that a person could guess at, and three wrong tries end those
 * (security.md §3). All refusals look the same.
 */
export const useLink = defineWork(
  'people.signIn',
  async (
    tx,
    input: { tokenHash: Uint8Array; session: NewSession; before?: Uint8Array; request: string },
  ): Promise<SignedIn> => {
    const link = await tx.db
      .selectFrom('sign_in_links')
      .selectAll()
      .where('token_hash', '=', input.tokenHash)
      .executeTakeFirst()
    const person = link === undefined ? undefined : await staffById(tx, link.staff)
    if (link === undefined || person === undefined || !(await isOpen(tx, link, person))) {
      if (link === undefined) await countWrongTry(tx)
      await audit(tx, {
        who: 'nobody',
        act: 'people.signIn',
        kind: 'link',
        object: '',
        result: 'refused',
        request: input.request,
      })
      return { ok: false }
    }
    await tx.db
      .updateTable('sign_in_links')
      .set({ used_at: tx.now })
      .where('token_hash', '=', link.token_hash)
      .execute()
    await markSeen(tx, person)
    if (input.before !== undefined) await endToken(tx, input.before)
    const endsAt = await openSession(tx, person.id, input.session)
    await audit(tx, {
      who: `staff:${person.id}`,
      act: 'people.signIn',
      kind: 'staff',
      object: person.id,
      request: input.request,
    })
    return { ok: true, staff: person.id, endsAt }
  },
  { urgent: true },
)

async function isOpen(tx: Tx, link: LinksTable, person: Staff): Promise<boolean> {
  if (link.used_at !== null || link.ends_at <= tx.now || link.wrong_tries >= WRONG_TRIES) return false
  if (person.state === 'revoked') return false
  return link.kind !== 'first' || nobodyActive(tx)
}

async function countWrongTry(tx: Tx): Promise<void> {
  await tx.db
    .updateTable('sign_in_links')
    .set((link) => ({ wrong_tries: link('wrong_tries', '+', 1) }))
    .where('kind', 'in', ['first', 'code'])
    .where('used_at', 'is', null)
    .where('ends_at', '>', tx.now)
    .where('wrong_tries', '<', WRONG_TRIES)
    .execute()
}

async function openSession(tx: Tx, staff: string, session: NewSession): Promise<number> {
  const open = await tx.db
    .selectFrom('sessions')
    .select('id')
    .where('staff', '=', staff)
    .where('ended_at', 'is', null)
    .where('ends_at', '>', tx.now)
    .orderBy('id', 'desc')
    .execute()
  const surplus = open.slice(MOST_SESSIONS - 1).map((one) => one.id)
  if (surplus.length > 0)
    await tx.db.updateTable('sessions').set({ ended_at: tx.now }).where('id', 'in', surplus).execute()
  const endsAt = tx.now + SESSION_MS
  await tx.db
    .insertInto('sessions')
    .values({
      id: session.id,
      token_hash: session.tokenHash,
      staff,
      created_at: tx.now,
      seen_at: tx.now,
      ends_at: endsAt,
      idle_ms: SESSION_MS,
      ended_at: null,
    })
    .execute()
  return endsAt
}

async function endToken(tx: Tx, tokenHash: Uint8Array): Promise<void> {
  await tx.db
    .updateTable('sessions')
    .set({ ended_at: tx.now })
    .where('token_hash', '=', tokenHash)
    .where('ended_at', 'is', null)
    .execute()
}

export const signOut = defineWork(
  'people.signOut',
  async (tx, input: { session: string; staff: string }): Promise<void> => {
    await tx.db
      .updateTable('sessions')
      .set({ ended_at: tx.now })
      .where('id', '=', input.session)
      .where('ended_at', 'is', null)
      .execute()
    await signedOut(tx, input.staff)
  },
  { urgent: true },
)

/** In the demo: leaves one session for one of another made-up person. @throws AppError `conflict` when nobody has this role */
export const switchPerson = defineWork(
  'people.lookAs',
  async (
    tx,
    input: { from: string; role: string; session: NewSession; request: string },
  ): Promise<{ endsAt: number }> => {
    const rows = await tx.db.selectFrom('staff').select('id').where('state', '=', 'active').orderBy('number').execute()
    const people = await Promise.all(rows.map(({ id }) => staffById(tx, id)))
    // Somebody with this role alone shows it best; somebody who has others too is better than nobody.
    const person =
      people.find(({ roles }) => roles.length === 1 && roles[0] === input.role) ??
      people.find(({ roles }) => roles.some((role) => role === input.role))
    if (person !== undefined) {
      const { id } = person
      await tx.db.updateTable('sessions').set({ ended_at: tx.now }).where('id', '=', input.from).execute()
      await audit(tx, { who: `staff:${id}`, act: 'people.lookAs', kind: 'staff', object: id, request: input.request })
      return { endsAt: await openSession(tx, id, input.session) }
    }
    throw new AppError('conflict', `The demo has nobody with the role ${input.role}.`)
  },
  { urgent: true },
)

export interface OpenSession {
  readonly session: string
  readonly endsAt: number
  readonly seenAt: number
  readonly staff: Staff
}

/** The session of this token, if it is open and its person active: read at each request, so that an end works at once. */
export const sessionByToken = defineQuery(
  'people.session',
  async (read, input: { tokenHash: Uint8Array }): Promise<OpenSession | undefined> => {
    const row = await read.db
      .selectFrom('sessions')
      .selectAll()
      .where('token_hash', '=', input.tokenHash)
      .executeTakeFirst()
    if (
      row === undefined ||
      row.ended_at !== null ||
      row.ends_at <= read.now ||
      row.seen_at + row.idle_ms <= read.now
    ) {
      return undefined
    }
    const staff = await staffById(read, row.staff)
    if (staff.state !== 'active') return undefined
    return { session: row.id, endsAt: row.ends_at, seenAt: row.seen_at, staff }
  },
)

export const sessionEnd = defineQuery(
  'people.sessionEnd',
  async ({ db }, input: { session: string }): Promise<number> => {
    const row = await db.selectFrom('sessions').select('ends_at').where('id', '=', input.session).executeTakeFirst()
    return row?.ends_at ?? 0
  },
)

/** Notes that the session is in use; called at most every few minutes. */
export const touchSession = defineWork(
  'people.seen',
  async (tx, input: { session: string; staff: string }): Promise<void> => {
    await tx.db.updateTable('sessions').set({ seen_at: tx.now }).where('id', '=', input.session).execute()
    await markSeen(tx, await staffById(tx, input.staff))
  },
)

/** Adds made-up people who are active at once: for the demo's seed. */
export const addActive = defineWork(
  'people.seed',
  async (tx, input: { people: readonly Invitation[] }): Promise<void> => {
    for (const one of input.people) await addStaff(tx, one, 'active')
  },
)

export const newSessionId = (now: number): string => newId('se', now)
