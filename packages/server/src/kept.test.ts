import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Example, featuresOf, train } from '@lamplighter/text'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { removeExpired } from './jobs/retention.ts'
import { slotDone } from './jobs/store.ts'
import { receiveAppealWork } from './review/index.ts'
import { defineQuery, type ReadDb } from './storage/index.ts'
import { engines } from './storage/testing/engines.ts'
import { EntryMakes } from './testing/entry-calls.ts'
import { ExchangeMakes } from './testing/exchange-calls.ts'
import { Makes, openTown } from './testing/good-calls.ts'
import { freshId, type House, LISTED, messageOf, openHouse, picture, uploadOf } from './testing/house.ts'
import { operatorCalls } from './testing/operator-calls.ts'
import { RuleMakes } from './testing/rule-calls.ts'
import { operatorDoer } from './testing/server.ts'
import { signedFile } from './testing/term-files.ts'
import { verifyLog, walkThinPath } from './testing/thin-path.ts'

const YEARS_MS = 20 * 365 * 86_400_000

/** How many rows of a table meet a condition, from our own declarations. */
const countOf = defineQuery('test.count', async ({ db }: ReadDb, of: { table: string; where: string }) => {
  const { rows } = await sql<{
    n: number
  }>`select count(*) as n from ${sql.id(of.table)} where ${sql.raw(of.where)}`.execute(db)
  return Number(rows[0]?.n)
})

/** Tables that nobody changes (platform.md §4): what was decided, said, shown and published. */
const APPEND_ONLY = [
  'audit',
  'decision_endings',
  'ledger_checkpoints',
  'ledger_erasures',
  'ledger_open_entries',
  'reveal_servings',
  'reveals',
  'ruleset_approvals',
  'ruleset_history',
  'staff_decisions',
  'verdicts',
]

describe.each(engines)('the tables of the product on $name', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ engine, demo: true })
    // The first picture waits for the decoder to start, and what is late is another case.
    await house.putPicture('first', picture(['boat', 4]))
    await house.context.vault.find('main', 'first', 100_000)
    await liveIn(house)
  }, 240_000)
  afterAll(() => house.close())

  const count = (table: string, where = '1 = 1') => house.context.storage.store.read(countOf, { table, where })

  test('security S-47: what is append-only is neither changed nor deleted, whoever asks the database', async () => {
    const outsider = await outsiderOf(house)
    expect((await outsider.guarded()).toSorted()).toEqual(APPEND_ONLY)
    for (const table of APPEND_ONLY) {
      expect([table, await count(table)]).not.toEqual([table, 0])
      const column = await outsider.firstColumn(table)
      const changes = [`update ${table} set ${column} = ${column}`, `delete from ${table}`, ...outsider.more(table)]
      for (const change of changes) {
        await expect(outsider.run(change), change).rejects.toThrow(`append_only ${table}`)
      }
    }
    await outsider.close()
  })

  test('platform P-28: of each table aged past its number the rows are gone, held ones stay', async () => {
    const rules = house.context.storage.retention.rules.flatMap(({ table, kept }) =>
      'from' in kept ? [{ table, ...kept }] : [],
    )
    const isHeld = ({ from, unless = '1 = 0' }: { from: string; unless?: string }) =>
      `${from} is null or (${unless}) is true`
    const heldOf: Record<string, number> = {}
    for (const rule of rules) {
      expect([rule.table, await count(rule.table)]).not.toEqual([rule.table, 0])
      heldOf[rule.table] = await count(rule.table, isHeld(rule))
    }
    house.clock.now += YEARS_MS
    await removeExpired(house.context.storage, house.clock.now)
    for (const rule of rules) expect([rule.table, await count(rule.table)]).toEqual([rule.table, heldOf[rule.table]])
    // The present setting; what waits for a person, with what it is about; what has not ended.
    const held = Object.keys(heldOf).filter((table) => heldOf[table] !== 0)
    expect(held.toSorted()).toEqual([
      'actions',
      'appeals',
      'cases',
      'jobs',
      'list_versions',
      'models',
      'outbox',
      'reports',
      'settings',
      'switch_changes',
      'term_files',
      'withheld_notices',
    ])
    for (const table of ['case_links', 'case_history', 'case_notes', 'case_excludes']) {
      expect([table, await count(table, 'case_number not in (select number from cases)')]).toEqual([table, 0])
    }
  })

  test('nothing of it was a fault of ours', () => expect(house.failures).toEqual([]))
})

/** Does so much that every table has rows: one whole life of an item, and what only some of them have. */
async function liveIn(house: House): Promise<void> {
  const town = await openTown(house)
  const { reviewer, lead, admin } = town
  const make = new Makes(town, 'x')
  await walkThinPath(house, { first: reviewer, second: lead })
  await reviewer.call('GET', await make.revealed())
  const reported = await make.decided()
  await reviewer.call('POST', `/v1/cases/${reported.number}/note`, { body: { text: 'x' } })
  await make.offered()
  await make.importEnded()
  const notice = await make.noticed()
  await new ExchangeMakes(town).told('x')
  await house.pass(11_000)
  const { number } = await make.taken()
  await reviewer.call('POST', `/v1/cases/${number}/release`, { body: { draft: { choice: 'warn' } } })
  for (const value of ['Harbour', 'Port'])
    await admin.call('PUT', '/v1/settings/platform.name', { body: { value, reason: 'x' } })
  await house.screen({ ...messageOf('hello'), mood: 'fine' })
  // Of the two the newer one stays: a file must be above it.
  for (const version of [1, 2])
    await lead.call('POST', '/v1/lists/signed_terms/versions', {
      body: await signedFile({ id: 'signed_terms', version }),
    })
  // An entry is hot: it hits what many people send.
  for (let person = 0; person < 21; person += 1) {
    const actor = { id: `person-${person}`, age_band: 'adult', kind: 'person' }
    await house.screen(messageOf(`pay ${LISTED.blackmail_terms}`, { actor }))
  }
  // A sealed list is asked.
  const hashes = [{ kind: 'sha256', value: '0'.repeat(64) }]
  await operatorCalls(house, '/v1/match', { hashes, lists: ['csam_digests'] })
  // The first is withdrawn, the second waits.
  for (const _ of [1, 2]) await make.switchAsked()
  await liveByRules(new RuleMakes(town))
  await new ExchangeMakes(town).pulled('x')
  await new EntryMakes(town, 'x').agreed()
  await new EntryMakes(town, 'x').removedCanary()
  for (const seed of [1, 2]) await teach(house, seed)
  await lookBack(house)
  const { storage, meansFor, transparency } = house.context
  const appeal = { notice, text: 'x', formNumber: new Uint8Array(32) }
  await storage.store.tx(receiveAppealWork, { appeal, means: await meansFor([{ kind: 'account', id: 'kestrel' }]) })
  await storage.jobs.enqueue({ queue: 'schedule', runAt: 0, payload: {} })
  for (const job of await storage.jobs.claim('schedule', 1, 60_000))
    await storage.store.tx(slotDone, { job, name: 'x', slot: 0, result: 'x' })
  await storage.jobs.enqueue({ queue: freshId(), runAt: 0, payload: {} })
  await verifyLog(house)
  await transparency.erase({ kind: 'account', id: 'kestrel' }, 'request')
  await verifyLog(house)
  await transparency.afterBatches()
}

/** Something public that nothing flags is kept. */
async function lookBack(house: House): Promise<void> {
  await house.context.settings.put('lookback.hours', '72', { reason: 'x', doer: operatorDoer })
  const id = freshId()
  await house.putPicture(id, picture(['boat', 5]))
  await house.platform('POST', '/v1/events', { body: uploadOf(id) })
  await house.follow()
}

/** A model of a policy; the one before is retired. */
async function teach({ context }: House, seed: number): Promise<void> {
  const examples = Array.from({ length: 40 }, (_, place): Example => {
    const label = place % 2 === 0 ? 0 : 1
    return {
      id: String(place),
      label,
      account: String(place),
      features: featuresOf(label === 1 ? 'it rots' : 'it shines'),
    }
  })
  const heldOut = { positive: 0, negative: 0, at: [], unfamiliar: 0 }
  const card = { madeOf: 'x', licence: 'CC0-1.0', heldOut, limits: 'x', blind: [] }
  await context.models.publish('threat', train(examples, { seed }), { card, by: 'operator' })
}

/** A version that judged something, was read and agreed to; a rule of grave harm that is paused, which is told to people. */
async function liveByRules(make: RuleMakes): Promise<void> {
  await make.approved()
  await make.paused('known_csam')
  await make.backtested()
  await make.collecting(1)
  await make.lookedBack()
  await make.filled()
}

interface Outsider {
  /** Tables with a trigger against changes. */
  guarded(): Promise<string[]>
  run(statement: string): Promise<unknown>
  firstColumn(table: string): Promise<string>
  /** Ways to change a whole table that only this engine has. */
  more(table: string): string[]
  close(): Promise<void>
}

/** Somebody with a connection of their own and no part in the product. */
async function outsiderOf({ place }: House): Promise<Outsider> {
  if (place.url === undefined) {
    const database = new DatabaseSync(join(place.folder, 'lamplighter.db'))
    const triggers = "select tbl_name from sqlite_master where type = 'trigger' and name like '%_no_delete'"
    return {
      guarded: async () =>
        database
          .prepare(triggers)
          .all()
          .map((row) => String(row.tbl_name)),
      run: async (statement) => database.exec(statement),
      firstColumn: async (table) => Object.keys(database.prepare(`select * from ${table}`).get() ?? {})[0] ?? '',
      more: () => [],
      close: async () => database.close(),
    }
  }
  const client = new pg.Client(place.url)
  await client.connect()
  await client.query(`set search_path = ${place.schema}`)
  const triggers = `select distinct event_object_table as name from information_schema.triggers
    where trigger_schema = '${place.schema}' and trigger_name like '%_no_delete'`
  return {
    guarded: async () => (await client.query(triggers)).rows.map(({ name }) => name),
    run: (statement) => client.query(statement),
    firstColumn: async (table) => (await client.query(`select * from ${table}`)).fields[0]?.name ?? '',
    more: (table) => [`truncate ${table}`],
    close: () => client.end(),
  }
}
