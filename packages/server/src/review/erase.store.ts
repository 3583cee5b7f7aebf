import { forgetResults, type ReadDb, type Tx, unguarded } from '../storage/index.ts'
import { recordsUnder } from '../transparency/index.ts'

/** A person as the tables of this subject know them. */
export interface Concerned {
  readonly account: string
  /** Their blinded names in the ledger. */
  readonly subjects: readonly string[]
}

type From = Pick<Tx | ReadDb, 'db'>

/** Cases that are about a person, or rest on what they wrote or reported. A subquery. */
const casesWith = ({ db }: From, { account, subjects }: Concerned) =>
  db
    .selectFrom('cases')
    .select('cases.number')
    .where((row) =>
      row.or([
        row('account', '=', account),
        row('number', 'in', db.selectFrom('evidence').select('case_number').where('author', '=', account)),
        row(
          'number',
          'in',
          db.selectFrom('reports').select('case_number').where('record', 'in', recordsUnder({ db }, subjects)),
        ),
      ]),
    )

/** How many matters with a person in them are not finished: cases that are open, and decisions of which something has yet to follow. */
export async function openMatters({ db }: From, who: Concerned): Promise<number> {
  const open = await casesWith({ db }, who).where('closed_at', 'is', null).execute()
  const following = await db
    .selectFrom('staff_decisions')
    .innerJoin('jobs', 'jobs.once_key', 'staff_decisions.id')
    .select('staff_decisions.id')
    .where('jobs.queue', '=', 'review.settle')
    .where('staff_decisions.case_number', 'in', casesWith({ db }, who))
    .execute()
  return open.length + following.length
}

/** How many cases are about a person. */
export async function countMatters({ db }: From, { account }: Concerned): Promise<number> {
  const rows = await db.selectFrom('cases').select('number').where('account', '=', account).execute()
  return rows.length
}

/** Numbers of some cases about a person. */
export async function mattersOf({ db }: From, { account }: Concerned, most: number): Promise<number[]> {
  const rows = await db
    .selectFrom('cases')
    .select('number')
    .where('account', '=', account)
    .orderBy('number')
    .limit(most)
    .execute()
  return rows.map(({ number }) => number)
}

/**
 * Removes these cases with all that lies in them: evidence, reports, notes, history, what was decided. Gives the verdicts that brought them.
 * Part of the caller's transaction.
 */
export async function eraseMatters(tx: Tx, numbers: readonly number[]): Promise<string[]> {
  const { db } = tx
  const links = await db.selectFrom('case_links').select('ref').where('case_number', 'in', numbers).execute()
  const decided = await db.selectFrom('staff_decisions').select('id').where('case_number', 'in', numbers).execute()
  await eraseDecisions(
    tx,
    decided.map(({ id }) => id),
  )
  await db.deleteFrom('cases').where('number', 'in', numbers).execute()
  for (const number of numbers) tx.hint(`case:${number}`)
  tx.hint('lanes')
  return links.map(({ ref }) => ref)
}

/**
 * Removes what is left of a person outside their own cases: reports that they sent, evidence that they wrote, decisions and strikes whose
 * case went before. Part of the caller's transaction.
 */
export async function eraseTraces(tx: Tx, { account, subjects }: Concerned): Promise<void> {
  const { db } = tx
  await db.deleteFrom('reports').where('record', 'in', recordsUnder(tx, subjects)).execute()
  await db.deleteFrom('evidence').where('author', '=', account).execute()
  const decided = await db.selectFrom('staff_decisions').select('id').where('account', '=', account).execute()
  await eraseDecisions(
    tx,
    decided.map(({ id }) => id),
  )
  await db.deleteFrom('strikes').where('account', '=', account).execute()
}

async function eraseDecisions(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await forgetResults(tx, ids)
  await tx.db.deleteFrom('strikes').where('decision', 'in', ids).execute()
  await unguarded(tx, ['staff_decisions', 'decision_endings'], async () => {
    await tx.db.deleteFrom('decision_endings').where('decision', 'in', ids).execute()
    await tx.db.deleteFrom('staff_decisions').where('id', 'in', ids).execute()
  })
}

/** What a person wrote that lies in cases about nobody or somebody else, sealed: it names the files that came with it. */
export async function writtenElsewhere(
  { db }: From,
  { account }: Concerned,
): Promise<{ id: string; sealed: Uint8Array }[]> {
  return db
    .selectFrom('evidence')
    .innerJoin('cases', 'cases.number', 'evidence.case_number')
    .select(['evidence.id as id', 'evidence.sealed as sealed'])
    .where('evidence.author', '=', account)
    .where((row) => row.or([row('cases.account', 'is', null), row('cases.account', '!=', account)]))
    .execute()
}

/** Every account that a row of this subject names, and the sealed reports, of which each names who sent it. */
export async function peopleInMatters({ db }: From): Promise<{
  accounts: string[]
  reports: { id: string; sealed: Uint8Array }[]
}> {
  const cases = await db.selectFrom('cases').select('account as one').distinct().execute()
  const authors = await db.selectFrom('evidence').select('author as one').distinct().execute()
  const decided = await db.selectFrom('staff_decisions').select('account as one').distinct().execute()
  const struck = await db.selectFrom('strikes').select('account as one').distinct().execute()
  const reports = await db.selectFrom('reports').select(['id', 'sealed']).execute()
  const accounts = [...cases, ...authors, ...decided, ...struck].flatMap(({ one }) => one ?? [])
  return { accounts, reports }
}
