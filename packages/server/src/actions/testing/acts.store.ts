import { defineQuery, defineSchema, defineWork, type ReadDb, type Tx, table } from '../../storage/index.ts'
import { type LedgerAct, record } from '../../transparency/index.ts'
import {
  type DecidedAppeal,
  type NewAppeal,
  type OpenCase,
  receiveAppeal,
  tellAppealDecided,
} from '../appeals.store.ts'
import { cancelNotice, createNotice, withdrawNotice } from '../notices.store.ts'
import { cancelUnsent, requestAction } from '../request.store.ts'
import type { ActionMeans, ActionWish, NoticeWish } from '../wishes.ts'
import { type Withdrawal, withdrawActions } from '../withdraw.store.ts'

/** What a decision writes: its record and the actions that follow from it, in one transaction. */
export const decide = defineWork(
  'testing.decide',
  async (tx: Tx, input: { wishes: readonly Omit<ActionWish, 'recorded'>[]; means: ActionMeans }) => {
    const made: string[] = []
    for (const wish of input.wishes) {
      const recorded = await record(tx, actOf(wish), input.means.record)
      made.push((await requestAction(tx, { ...wish, recorded }, input.means)).action)
    }
    return made
  },
)

function actOf(wish: Omit<ActionWish, 'recorded'>): LedgerAct {
  return {
    kind: 'decision',
    affected: wish.account === null ? { kind: 'platform' } : { kind: 'account', id: wish.account },
    fields: {
      op: 'made',
      case: null,
      item: wish.item?.id ?? null,
      account: wish.account,
      policy: null,
      effects: [wish.do],
      reason: null,
      statement: null,
      source: 'rule',
      automated: 'no',
      by: null,
      second: null,
      solo: false,
      until: null,
      about: null,
    },
  }
}

export const undo = defineWork('testing.undo', (tx: Tx, input: { decision: string; means: ActionMeans }) =>
  cancelUnsent(tx, { decision: input.decision }, input.means),
)

export const reverse = defineWork(
  'testing.reverse',
  async (tx: Tx, input: { withdrawal: Omit<Withdrawal, 'recorded'>; account: string; means: ActionMeans }) => {
    const wish = { do: 'restore', item: null, account: input.account } as Omit<ActionWish, 'recorded'>
    const recorded = await record(tx, actOf(wish), input.means.record)
    return withdrawActions(tx, { ...input.withdrawal, recorded }, input.means)
  },
)

/** A row as it is in the outbox, written without the ways of the subject. */
export const plant = defineWork('testing.plant', async (tx: Tx, row: Record<string, unknown>) => {
  await tx.db
    .insertInto('outbox')
    .values(row as never)
    .execute()
})

/** Makes one row a call that the other side cannot deduplicate. */
export const makeUnrepeatable = defineWork('testing.unrepeatable', async (tx: Tx, id: string) => {
  await tx.db.updateTable('outbox').set({ repeatable: 0 }).where('id', '=', id).execute()
})

export const allOf = defineQuery('testing.outbox', async ({ db }: ReadDb) => ({
  outbox: await db.selectFrom('outbox').selectAll().orderBy('order_key').orderBy('order_no').execute(),
  actions: await db.selectFrom('actions').selectAll().orderBy('id').execute(),
  attempts: await db.selectFrom('outbox_attempts').selectAll().orderBy('at').execute(),
  records: await db.selectFrom('ledger_records').select(['id', 'kind']).orderBy('id').execute(),
  connections: await db.selectFrom('connections').selectAll().orderBy('id').execute(),
}))

/** A notice as a decision would write it. */
export const notify = defineWork('testing.notify', (tx: Tx, input: { wish: NoticeWish; means: ActionMeans }) =>
  createNotice(tx, input.wish, input.means),
)

export const takeBack = defineWork('testing.takeBack', (tx: Tx, input: { decision: string; means: ActionMeans }) =>
  cancelNotice(tx, { decision: input.decision }, input.means),
)

export const withdrawStatement = defineWork('testing.withdrawStatement', (tx: Tx, decision: string) =>
  withdrawNotice(tx, { decision }),
)

export const answerAppeal = defineWork(
  'testing.answerAppeal',
  (tx: Tx, input: { decided: DecidedAppeal; means: ActionMeans }) => tellAppealDecided(tx, input.decided, input.means),
)

/** Takes an appeal as review does: the case is a row of the test's own table. `fail` throws after all writes. */
export const takeAppeal = defineWork(
  'testing.takeAppeal',
  async (tx: Tx, input: { appeal: NewAppeal; means: ActionMeans; fail?: boolean }) => {
    const openCase: OpenCase = async (inside, seed) => {
      const seen = JSON.stringify({ lane: seed.lane, exclude: seed.exclude, account: seed.account, ref: seed.ref })
      await inside.db.insertInto('opened_cases').values({ ref: seed.ref, seed: seen }).execute()
      return { case: 1042, joined: false }
    }
    const taken = await receiveAppeal(tx, input.appeal, { means: input.means, openCase })
    if (input.fail === true) throw new TypeError('the transaction failed after the appeal was written')
    return taken
  },
)

declare module '../../storage/tables.ts' {
  interface Tables {
    opened_cases: { ref: string; seed: string }
  }
}

export const schema = defineSchema({
  subject: 'testing',
  steps: [
    {
      id: '0001-cases',
      up: (engine) => [table(engine, 'opened_cases', { ref: 'text primary key', seed: 'text not null' })],
    },
  ],
  tables: { opened_cases: { kept: { forever: 'a test' } } },
})

export const said = defineQuery('testing.said', async ({ db }: ReadDb) => ({
  notices: await db.selectFrom('notices').selectAll().execute(),
  links: await db.selectFrom('notice_links').selectAll().execute(),
  appeals: await db.selectFrom('appeals').selectAll().execute(),
  cases: await db.selectFrom('opened_cases').selectAll().execute(),
  numbers: await db.selectFrom('used_form_numbers').selectAll().execute(),
  records: await db.selectFrom('ledger_records').select(['id', 'kind']).execute(),
}))
