import { countDealings, eraseDealings, openDealings, peopleAddressed } from '../actions/index.ts'
import { audit } from '../audit/index.ts'
import { countFiles, keptUntil } from '../evidence/index.ts'
import { AppError } from '../http/errors.ts'
import type { Doer } from '../people/index.ts'
import { eraseVerdicts } from '../policy/index.ts'
import { eraseFindings } from '../replay/index.ts'
import {
  countMatters,
  eraseMatters,
  eraseTraces,
  mattersOf,
  openMatters,
  peopleInMatters,
  writtenElsewhere,
} from '../review/index.ts'
import { type Claimed, defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { type AskedGround, type Counted, NOTHING, type Part, type RunsTable } from './tables.ts'

export { schema } from './tables.ts'

export const ERASURE_QUEUE = 'erasure'

/** A person, by all names under which tables find them. Structured-cloneable. */
export interface Someone {
  readonly account: string
  /** Blinded names in the ledger: as an account, and as a reporter. */
  readonly subjects: readonly string[]
  /** Exhibits that lie outside the cases about them. */
  readonly exhibits: readonly string[]
}

/** What has to end before a person can be erased. Numbers for the operator; nobody else is told which of it there is. */
export interface InTheWay {
  readonly openMatters: number
  readonly openAppeals: number
  readonly undelivered: number
  readonly withheld: number
  /** Files must be kept until then. */
  readonly keptUntil: number | null
}

async function inTheWay(from: Pick<Tx | ReadDb, 'db' | 'now'>, who: Someone): Promise<InTheWay> {
  const { appeals, undelivered, withheld } = await openDealings(from, who)
  return {
    openMatters: await openMatters(from, who),
    openAppeals: appeals,
    undelivered,
    withheld,
    keptUntil: await keptUntil(from, who),
  }
}

const isFree = (found: InTheWay): boolean =>
  found.openMatters + found.openAppeals + found.undelivered + found.withheld === 0 && found.keptUntil === null

/** What an erasure would remove, and what is in its way. */
export const planErasure = defineQuery('erasure.plan', async (from: ReadDb, who: Someone) => ({
  cases: await countMatters(from, who),
  ...(await countDealings(from, who)),
  files: await countFiles(from, who),
  inTheWay: await inTheWay(from, who),
}))

/** What a person wrote that lies in cases of others, sealed. */
export const elsewhere = defineQuery('erasure.elsewhere', (from: ReadDb, account: string) =>
  writtenElsewhere(from, { account, subjects: [] }),
)

/**
 * Notes that a person is to be erased, and lets the job begin. Somebody for whom that is under way already gets that run.
 *
 * @throws AppError `opening_held` something about them is not finished. Which it is, is not said: the answer may reach them
 */
export const askErasure = defineWork(
  'erasure.ask',
  async (
    tx: Tx,
    input: { who: Someone; ground: AskedGround; reason: string; marker: string; doer: Doer },
  ): Promise<{ id: string }> => {
    const { who, ground, reason, marker, doer } = input
    const running = await tx.db
      .selectFrom('erasure_runs')
      .select('id')
      .where('account', '=', who.account)
      .executeTakeFirst()
    if (running !== undefined) return running
    if (!isFree(await inTheWay(tx, who))) {
      throw new AppError(
        'opening_held',
        'This account cannot be erased yet: something that concerns it is not finished. Ask again later.',
      )
    }
    const id = tx.fresh.id('ers')
    const row = { id, account: who.account, ground, reason, by: doer.name, asked_at: tx.now, marker }
    const fresh = { state: 'running' as const, part: null, erased: JSON.stringify(NOTHING), done_at: null }
    await tx.db
      .insertInto('erasure_runs')
      .values({ ...row, ...fresh })
      .execute()
    await audit(tx, {
      who: doer.name,
      act: 'accounts.erase',
      kind: 'erasure',
      object: id,
      reason,
      request: doer.request,
      touch: doer.touch ?? undefined,
    })
    await tx.jobs.enqueue({ queue: ERASURE_QUEUE, once: id, runAt: tx.now, payload: { run: id } })
    return { id }
  },
)

/** Says whether a run may go on now. What came in since it was asked for has to be finished first. */
export const mayGoOn = defineWork(
  'erasure.may-go-on',
  async (tx: Tx, input: { run: string; who: Someone }): Promise<boolean> => {
    const free = isFree(await inTheWay(tx, input.who))
    await tx.db
      .updateTable('erasure_runs')
      .set({ state: free ? 'running' : 'waiting' })
      .where('id', '=', input.run)
      .execute()
    return free
  },
)

/** Notes that a part is done, and how much went in it. */
export const partDone = defineWork(
  'erasure.part-done',
  async (tx: Tx, input: { run: string; part: Part; erased: Partial<Counted> }): Promise<void> => {
    const { run, part } = input
    const row = await tx.db.selectFrom('erasure_runs').select('erased').where('id', '=', run).executeTakeFirstOrThrow()
    const erased = JSON.stringify(added(JSON.parse(row.erased), input.erased))
    await tx.db.updateTable('erasure_runs').set({ part, erased }).where('id', '=', run).execute()
  },
)

const added = (before: Counted, more: Partial<Counted>): Counted => ({
  cases: before.cases + (more.cases ?? 0),
  verdicts: before.verdicts + (more.verdicts ?? 0),
  notices: before.notices + (more.notices ?? 0),
  files: before.files + (more.files ?? 0),
  records: before.records + (more.records ?? 0),
})

/** Ends a run; from now on its row names nobody. */
export const runDone = defineWork(
  'erasure.done',
  async (tx: Tx, input: { run: string; job: Claimed | null }): Promise<void> => {
    await tx.db
      .updateTable('erasure_runs')
      .set({ state: 'done', account: null, done_at: tx.now })
      .where('id', '=', input.run)
      .execute()
    if (input.job !== null) await tx.jobs.complete(input.job)
  },
)

/** Cases of one transaction. */
const SLICE = 20

/**
 * Removes some cases about a person, with all that lies in them and what rules said of them.
 *
 * @param input.unfinished open ones too: a restored copy has them as they were
 * @returns undefined where something came in between that has to be finished first
 */
export const eraseCases = defineWork(
  'erasure.cases',
  async (
    tx: Tx,
    { who, unfinished }: { who: Someone; unfinished: boolean },
  ): Promise<{ cases: number; verdicts: number } | undefined> => {
    if (!unfinished && !isFree({ ...(await inTheWay(tx, who)), keptUntil: null })) return undefined
    const numbers = await mattersOf(tx, who, SLICE)
    if (numbers.length === 0) return { cases: 0, verdicts: 0 }
    await eraseFindings(tx, numbers)
    const ids = await eraseMatters(tx, numbers)
    return { cases: numbers.length, verdicts: await eraseVerdicts(tx, { ids }) }
  },
)

/** Removes measures, messages, notices, appeals, reports and verdicts of a person that are left. @returns as `eraseCases` */
export const eraseRest = defineWork(
  'erasure.rest',
  async (
    tx: Tx,
    { who, unfinished }: { who: Someone; unfinished: boolean },
  ): Promise<{ notices: number; verdicts: number } | undefined> => {
    if (!unfinished && !isFree({ ...(await inTheWay(tx, who)), keptUntil: null })) return undefined
    await eraseTraces(tx, who)
    const verdicts = await eraseVerdicts(tx, { subjects: who.subjects })
    return { ...(await eraseDealings(tx, who)), verdicts }
  },
)

export const oneRun = defineQuery('erasure.run', async ({ db }: ReadDb, id: string): Promise<RunsTable> => {
  const row = await db.selectFrom('erasure_runs').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'There is no such erasure.')
  return row
})

/** The newest first. */
export const allRuns = defineQuery(
  'erasure.runs',
  ({ db }: ReadDb, most: number): Promise<RunsTable[]> =>
    db.selectFrom('erasure_runs').selectAll().orderBy('asked_at', 'desc').orderBy('id', 'desc').limit(most).execute(),
)

/** Runs whose marker is among these. */
export const markersSeen = defineQuery(
  'erasure.markers',
  async ({ db }: ReadDb): Promise<Pick<RunsTable, 'id' | 'marker' | 'state' | 'account'>[]> =>
    db.selectFrom('erasure_runs').select(['id', 'marker', 'state', 'account']).execute(),
)

/** Notes that this copy of the data, which is older than an erasure, has been through it, too. */
export const noteRestored = defineWork(
  'erasure.note-restored',
  async (tx: Tx, seen: { marker: string; ground: AskedGround; at: number; erased: Counted }): Promise<void> => {
    await tx.db
      .insertInto('erasure_runs')
      .values({
        id: tx.fresh.id('ers'),
        account: null,
        ground: seen.ground,
        reason: null,
        by: 'operator',
        asked_at: seen.at,
        state: 'done',
        part: 'ledger',
        erased: JSON.stringify(seen.erased),
        marker: seen.marker,
        done_at: tx.now,
      })
      .onConflict((same) => same.doNothing())
      .execute()
  },
)

/** Every account that a row names, and the sealed reports. */
export const everybody = defineQuery('erasure.everybody', async (from: ReadDb) => {
  const { accounts, reports } = await peopleInMatters(from)
  return { accounts: [...accounts, ...(await peopleAddressed(from))], reports }
})
