import { AppError } from '../http/errors.ts'
import { allStaff, type Doer } from '../people/index.ts'
import { insertVerdict, noteStep, versionRow } from '../policy/index.ts'
import { type CaseSeed, caseOfSubject, openCase, putEvidence } from '../review/index.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { type Affected, type LedgerAct, type RecordKeys, record } from '../transparency/index.ts'
import { asItStands, asTheyStand, enqueueRun, RETRO } from './runs.store.ts'
import type { FindingsTable, RetrosTable } from './tables.ts'
import { openUpload } from './uploads.store.ts'

type New = Pick<
  RetrosTable,
  'name' | 'version' | 'hash' | 'since' | 'until' | 'rules' | 'max_cases' | 'reason' | 'by' | 'source' | 'connection'
>

/** Notes what somebody proposes. Nothing happens before somebody else has agreed. */
export const addRetro = defineWork('replay.add-retro', async (tx: Tx, wish: New): Promise<{ id: string }> => {
  const id = tx.fresh.id('rt')
  await tx.db
    .insertInto('retros')
    .values({
      ...wish,
      ...{ id, state: 'proposed', at: tx.now, solo: 0 },
      ...{ approved_by: null, approved_at: null, ended_at: null, result: null },
    })
    .execute()
  tx.hint('backtests')
  return { id }
})

export const oneRetro = defineQuery(
  'replay.one-retro',
  async (from: ReadDb, id: string): Promise<RetrosTable> =>
    asItStands(from, await from.db.selectFrom('retros').selectAll().where('id', '=', id).executeTakeFirst(), RETRO),
)

export const retrosOf = defineQuery(
  'replay.retros-of-version',
  async (from: ReadDb, { name, version }: { name: string; version: number }): Promise<RetrosTable[]> => {
    const own = from.db.selectFrom('retros').selectAll().where('name', '=', name).where('version', '=', version)
    return asTheyStand(from, await own.orderBy('id', 'desc').execute())
  },
)

/**
 * Agrees to a retro, which begins with that; one over an upload begins to take its archive: nothing of it comes before two people want it. Where only one person works, their own approval is enough, and marked.
 *
 * @throws AppError `stale_revision` · `conflict` it is approved or over · `second_person_required`
 */
export const approveRetro = defineWork(
  'replay.approve-retro',
  async (
    tx: Tx,
    input: { id: string; hash: string; doer: Doer; keys: RecordKeys },
  ): Promise<{ state: 'waiting' | 'collecting' }> => {
    const row = await oneRetro.run(tx, input.id)
    const { staff } = input.doer
    if (staff === null) throw new AppError('forbidden', 'A person approves, signed in by name.')
    if (row.hash !== input.hash)
      throw new AppError('stale_revision', 'It is about another hash; read it again and send that one.')
    if (row.state !== 'proposed')
      throw new AppError('conflict', `It waits for nobody’s approval any more (${row.state}).`)
    const people = (await allStaff.run(tx, undefined)).filter(({ state }) => state === 'active')
    const solo = row.by === staff
    if (solo && people.length > 1)
      throw new AppError('second_person_required', 'Nobody approves what they have proposed; ask a colleague.')
    const state = row.source === 'upload' ? 'collecting' : 'waiting'
    await tx.db
      .updateTable('retros')
      .set({ state, approved_by: staff, approved_at: tx.now, solo: solo ? 1 : 0 })
      .where('id', '=', row.id)
      .execute()
    if (state === 'collecting') await openUpload(tx, row.id, row.connection)
    else await enqueueRun(tx, row.id)
    await noteStep(tx, await versionRow(tx, row.name, row.version), {
      ...{ op: 'retro', doer: input.doer, approvals: 1, solo, reason: row.reason },
      ...{ previous: null, keys: input.keys, until: row.until },
    })
    tx.hint('backtests')
    return { state }
  },
)

/** What this version has made of an event before; undefined where it has not. */
export const findingWith = defineQuery(
  'replay.finding',
  async ({ db }: ReadDb, { hash, event }: { hash: string; event: string }): Promise<FindingsTable | undefined> =>
    db.selectFrom('retro_findings').selectAll().where('hash', '=', hash).where('event', '=', event).executeTakeFirst(),
)

/** Everything that follows from one finding. */
export interface FindingInput {
  readonly retro: string
  /** As in the table. */
  readonly event: string
  readonly rules: readonly string[]
  readonly cases: readonly CaseSeed[]
  readonly verdict: Omit<Parameters<typeof insertVerdict>[1], 'at' | 'record'>
  /** What the ledger says of it, but for the case. */
  readonly fields: Omit<Extract<LedgerAct, { kind: 'verdict' }>['fields'], 'case'>
  readonly affected: Affected
  readonly evidence: Parameters<typeof putEvidence>[2]
  readonly keys: RecordKeys
}

/** Findings of one retro that a case tells of; more of the same account would only bury the first. */
const MOST_IN_A_CASE = 20

/**
 * Makes a case of a finding, or joins the open one: case, verdict, evidence and ledger record, all of it or nothing. The same event again
 * changes nothing.
 *
 * @returns `full` when the retro may make no more cases, `enough` when its case tells of enough, `stopped` when nobody wants it any more
 */
export const keepFinding = defineWork(
  'replay.keep-finding',
  async (tx: Tx, input: FindingInput): Promise<'kept' | 'known' | 'full' | 'enough' | 'stopped'> => {
    const retro = await oneRetro.run(tx, input.retro)
    if (retro.state !== 'running') return 'stopped'
    if ((await findingWith.run(tx, { hash: retro.hash, event: input.event })) !== undefined) return 'known'
    const [first] = input.cases
    if (first === undefined) return 'known'
    const told = await tx.db
      .selectFrom('retro_findings')
      .select(({ fn }) => ['case_number', 'joined', fn.countAll<number>().as('events')])
      .where('retro', '=', retro.id)
      .groupBy(['case_number', 'joined'])
      .execute()
    const open = await caseOfSubject.run(tx, first.subject.key)
    const before = told.find(({ case_number }) => case_number === open)
    if (before === undefined && told.length >= retro.max_cases) return 'full'
    if (before !== undefined && Number(before.events) >= MOST_IN_A_CASE) return 'enough'
    let found: Awaited<ReturnType<typeof openCase>> | undefined
    for (const seed of input.cases) {
      const opened = await openCase(tx, { ...seed, verdict: input.verdict.id })
      found ??= opened
    }
    if (found === undefined) return 'known'
    const recorded = await record(
      tx,
      { kind: 'verdict', affected: input.affected, fields: { ...input.fields, case: `C-${found.case}` } },
      input.keys,
    )
    await insertVerdict(tx, { ...input.verdict, at: tx.now, record: recorded.record })
    await putEvidence(tx, found.case, input.evidence)
    await tx.db
      .insertInto('retro_findings')
      .values({
        ...{ hash: retro.hash, event: input.event, retro: retro.id, case_number: found.case },
        // A case that this retro has opened is joined by its next finding, and stays one that it has opened.
        joined: before === undefined ? Number(found.joined) : before.joined,
        ...{ rules: JSON.stringify(input.rules), at: tx.now },
      })
      .execute()
    return 'kept'
  },
)

/** The cases that came of a retro. */
export const casesOfRetro = defineQuery(
  'replay.cases',
  async ({ db }: ReadDb, id: string): Promise<{ case: number; joined: boolean; rules: string[]; events: number }[]> => {
    const rows = await db
      .selectFrom('retro_findings')
      .select(['case_number', 'joined', 'rules'])
      .where('retro', '=', id)
      .orderBy('case_number')
      .execute()
    return [...Map.groupBy(rows, (row) => row.case_number)].map(([number, own]) => ({
      case: number,
      joined: own.some(({ joined }) => joined === 1),
      rules: [...new Set(own.flatMap(({ rules }) => JSON.parse(rules) as string[]))].toSorted(),
      events: own.length,
    }))
  },
)
