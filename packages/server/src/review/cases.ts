import type { CaseStep, CaseTitle } from '@lamplighter/api'
import { newId, type ReadDb, type Tx } from '../storage/index.ts'
import { laneOf } from './lanes.ts'
import type { CaseKind, CasesTable } from './tables.ts'
import { stepWords, titleWords } from './titles.ts'

export interface CaseSeed {
  readonly lane: string
  readonly dueAt: number
  readonly subject: { readonly kind: CaseKind; readonly key: string }
  readonly title: CaseTitle
  readonly account: string | null
  /** Harms, most important first: they rank the policies of the card. */
  readonly harms?: readonly string[]
  /** Policies that the rules cited, the gravest first: they come first on the card. */
  readonly policies?: readonly string[]
  /** Staff who may not decide this case. */
  readonly exclude?: readonly string[]
  /** The appeal or notice that the case is about. */
  readonly ref?: string
  /** The verdict that brought it. */
  readonly verdict?: string
}

/** Key of the item in cases and evidence: one item has one, whichever kind of event names it. */
export function itemKey(connection: string, type: string, id: string): string {
  return `${type}:${connection}:${id}`
}

/** What a case is about: the item, or else what an account did; an event that names neither stands for itself. */
export function subjectOf(of: {
  readonly connection: string
  readonly item: { readonly type: string; readonly id: string } | null
  readonly account: string | null
  readonly event: string
}): CaseSeed['subject'] {
  const { connection, item } = of
  return item === null
    ? { kind: 'account', key: `account:${connection}:${of.account ?? of.event}` }
    : { kind: 'item', key: itemKey(connection, item.type, item.id) }
}

/**
 * Opens the case of a subject, or joins the open one: reports and signals on the same item meet in one case. The earlier due time and
 * the more urgent lane win. Who works on it keeps it only if the new lane is open to all to whom the old one was. Part of the caller's
 * transaction.
 */
export async function openCase(tx: Tx, seed: CaseSeed): Promise<{ case: number; joined: boolean }> {
  laneOf(seed.lane)
  const open = await tx.db.selectFrom('cases').selectAll().where('open_key', '=', seed.subject.key).executeTakeFirst()
  const number = open === undefined ? await insertCase(tx, seed) : open.number
  if (open !== undefined) {
    const urgent = moreUrgent(seed, { lane: open.lane, dueAt: open.due_at })
    await tx.db
      .updateTable('cases')
      .set({
        lane: urgent ? seed.lane : open.lane,
        due_at: Math.min(open.due_at, seed.dueAt),
        ...(urgent && titled(seed.title)),
        harms: JSON.stringify(merged(seed.harms ?? [], JSON.parse(open.harms), urgent)),
        account: open.account ?? seed.account,
        ...(urgent && isNarrower(seed.lane, open.lane) && { state: 'open', claimed_by: null, claim_until: 0 }),
        policies: JSON.stringify(merged(seed.policies ?? [], JSON.parse(open.policies), urgent)),
        revision: open.revision + 1,
      })
      .where('number', '=', number)
      .execute()
    await addHistory(tx, number, 'machine', { did: 'joined', title: seed.title })
  }
  if (seed.verdict !== undefined) {
    await tx.db
      .insertInto('case_links')
      .values({ case_number: number, kind: 'verdict', ref: seed.verdict, at: tx.now })
      .onConflict((conflict) => conflict.columns(['case_number', 'ref']).doNothing())
      .execute()
  }
  for (const staff of new Set(seed.exclude ?? [])) {
    await tx.db
      .insertInto('case_excludes')
      .values({ case_number: number, staff })
      .onConflict((conflict) => conflict.columns(['case_number', 'staff']).doNothing())
      .execute()
  }
  tx.hint('lanes')
  tx.hint(`case:${number}`)
  return { case: number, joined: open !== undefined }
}

/** The case in which a decision was made, or which a verdict brought; undefined where none is left. */
export async function caseOfDecision(
  { db }: Pick<Tx | ReadDb, 'db'>,
  decision: string,
): Promise<CasesTable | undefined> {
  const made = await db
    .selectFrom('staff_decisions')
    .select('case_number')
    .where('id', '=', decision)
    .executeTakeFirst()
  const brought = await db.selectFrom('case_links').select('case_number').where('ref', '=', decision).executeTakeFirst()
  const number = made?.case_number ?? brought?.case_number
  if (number === undefined) return undefined
  return db.selectFrom('cases').selectAll().where('number', '=', number).executeTakeFirst()
}

/** The case whose evidence a case is about: for an appeal the one in which was decided, else itself. */
export async function caseInQuestion(from: Pick<Tx | ReadDb, 'db'>, number: number): Promise<number> {
  const appeal = await from.db
    .selectFrom('cases')
    .innerJoin('appeals', 'appeals.id', 'cases.ref')
    .select('appeals.decision as decision')
    .where('cases.number', '=', number)
    .where('cases.kind', '=', 'appeal')
    .executeTakeFirst()
  return appeal === undefined ? number : ((await caseOfDecision(from, appeal.decision))?.number ?? number)
}

/** The numbers of the cases that are about something in which this person took part: somebody else must decide them. */
export const casesNotFor = ({ db }: Pick<Tx | ReadDb, 'db'>, staff: string) =>
  db.selectFrom('case_excludes').select('case_number').where('staff', '=', staff)

/** Adds a line to the story of a case. `by` is a staff number in words (`R-7`) or `machine`. */
export async function addHistory(tx: Tx, number: number, by: string, step: CaseStep): Promise<void> {
  await tx.db
    .insertInto('case_history')
    .values({
      ...{ id: newId('hi', tx.now), case_number: number, at: tx.now, by },
      ...{ words: stepWords(step), step: JSON.stringify(step) },
    })
    .execute()
}

async function insertCase(tx: Tx, seed: CaseSeed): Promise<number> {
  const { last } = await tx.db
    .updateTable('case_numbers')
    .set((row) => ({ last: row('last', '+', 1) }))
    .where('id', '=', 1)
    .returning('last')
    .executeTakeFirstOrThrow()
  await tx.db
    .insertInto('cases')
    .values({
      number: last,
      kind: seed.subject.kind,
      subject_key: seed.subject.key,
      open_key: seed.subject.key,
      account: seed.account,
      lane: seed.lane,
      state: 'open',
      revision: 1,
      ...titled(seed.title),
      opened_at: tx.now,
      due_at: seed.dueAt,
      claimed_by: null,
      claim_until: 0,
      handed_to: null,
      ref: seed.ref ?? null,
      harms: JSON.stringify(seed.harms ?? []),
      policies: JSON.stringify(seed.policies ?? []),
      closed_at: null,
    })
    .execute()
  await addHistory(tx, last, 'machine', { did: 'opened', title: seed.title })
  return last
}

const titled = (title: CaseTitle) => ({ words: titleWords(title), title: JSON.stringify(title) })

const isNarrower = (lane: string, than: string): boolean =>
  laneOf(than).roles.some((role) => !laneOf(lane).roles.includes(role))

const moreUrgent = (seed: { lane: string; dueAt: number }, open: { lane: string; dueAt: number }): boolean => {
  // A child-safety matter never goes into a lane that others may open, however urgent: its due time says how urgent it is.
  const guarded = Number(laneOf(seed.lane).childSafety) - Number(laneOf(open.lane).childSafety)
  if (guarded !== 0) return guarded > 0
  const pinned = Number(laneOf(seed.lane).lifeThreat) - Number(laneOf(open.lane).lifeThreat)
  return pinned !== 0 ? pinned > 0 : seed.dueAt < open.dueAt
}

const merged = (added: readonly string[], before: readonly string[], first: boolean): string[] => [
  ...new Set(first ? [...added, ...before] : [...before, ...added]),
]
