import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sqlite } from '../storage/testing/engines.ts'
import {
  CSAM,
  type House,
  LISTED,
  messageOf,
  openHouse,
  type Person,
  picture,
  reportOf,
  uploadOf,
} from '../testing/house.ts'

let house: House
let ravi: Person
let lead: Person
beforeAll(async () => {
  house = await openHouse({ engine: sqlite })
  ravi = await house.person('reviewer')
  lead = await house.person('lead')
})
afterAll(() => house.close())

/** A person's decision on a reported message, told to the person affected. Gives the notice and the decision. */
async function decidedAgainst(by: Person): Promise<{ notice: string; decision: string }> {
  const item = String(messageOf('x').id)
  await house.report(reportOf(item, { item: { id: item, text: 'you are no good' } }))
  const opened = await by.take(Number((await house.newestCase()).number))
  const { body } = await by.decide(opened, 'remove')
  await house.pass(10_001)
  await house.pass(1)
  const row = (await house.rows('notices')).find(({ decision }) => decision === body.decision)
  return { notice: String(row?.id), decision: body.decision }
}

async function appealed(notice: string): Promise<{ id: string; number: number }> {
  const sent = await house.platform('POST', '/v1/appeals', {
    body: { notice, text: 'it was a quotation' },
    headers: { 'idempotency-key': `appeal-${notice}` },
  })
  expect(sent.status).toBe(201)
  return { id: sent.body.id, number: Number((await house.newestCase()).number) }
}

const grant = (by: Person, id: string, revision: number, outcome = 'reversed') =>
  by.call('POST', `/v1/appeals/${id}/decide`, {
    body: { outcome, reasons: 'You are right, it was a quotation.' },
    headers: { 'if-match': `"${revision}"` },
  })

test('console 17: a granted appeal takes back measure and strike and answers the person', async () => {
  const { notice, decision } = await decidedAgainst(ravi)
  const appeal = await appealed(notice)
  const opened = await lead.take(appeal.number)
  expect(opened.appeal).toMatchObject({ text: 'it was a quotation', notice: { effects: ['remove'] } })
  expect(opened.card.preselected).toBeNull()
  expect(JSON.stringify(opened)).not.toContain(`"${ravi.label}"`)
  const answer = await grant(lead, appeal.id, opened.revision)
  expect(answer.status).toBe(201)
  await house.pass(1)
  expect(await stateOf(decision, appeal.id)).toEqual({
    strike: false,
    ended: 'reversed',
    appeal: 'decided',
    withdrawn: true,
    notice: 'withdrawn',
    closed: true,
  })
  expect(house.receiver.words()).toEqual(expect.arrayContaining(['restore!', 'appeal.decided']))
})

test('console 14: the same matter as a case and as an appeal: another order, nothing preselected, no trace of who decided', async () => {
  const item = String(messageOf('x').id)
  await house.report(reportOf(item, { item: { id: item, text: 'you are no good' } }))
  const live = await ravi.take(Number((await house.newestCase()).number))
  expect(live.card.preselected).not.toBeNull()
  const { body } = await ravi.decide(live, 'remove', { reasonCode: 'insult', note: 'a note between us' })
  await house.pass(10_001)
  await house.pass(1)
  const notice = (await house.rows('notices')).find(({ decision }) => decision === body.decision)
  const appeal = await appealed(String(notice?.id))
  const opened = await lead.take(appeal.number)
  const order = ({ card }: typeof live) => card.policies.map(({ id }: { id: string }) => id)
  expect(order(opened)).not.toEqual(order(live))
  expect(order(opened).toSorted()).toEqual(order(live).toSorted())
  expect([opened.card.preselected, opened.decided, opened.draft, opened.notes]).toEqual([null, null, null, []])
  const said = JSON.stringify(opened)
  const traces = [ravi.id, ravi.label, body.decision, `C-${live.number}`, 'a note between us', 'decided: remove']
  // As whole words: a policy may be called HAR-1, and R-1 is a person.
  expect(traces.filter((trace) => new RegExp(`\\b${trace}\\b`).test(said))).toEqual([])
  await grant(lead, appeal.id, opened.revision, 'upheld')
})

test('the reviewer of an appeal sees what the first one saw', async () => {
  const { notice } = await decidedAgainst(ravi)
  const appeal = await appealed(notice)
  const opened = await lead.take(appeal.number)
  expect(opened.evidence.map(({ text }: { text: string }) => text)).toEqual(['you are no good'])
  await grant(lead, appeal.id, opened.revision, 'upheld')
})

test('an appeal that is not granted leaves everything as it was', async () => {
  const { notice, decision } = await decidedAgainst(ravi)
  const appeal = await appealed(notice)
  const opened = await lead.take(appeal.number)
  expect((await grant(lead, appeal.id, opened.revision, 'upheld')).status).toBe(201)
  expect(await stateOf(decision, appeal.id)).toMatchObject({
    strike: true,
    ended: undefined,
    withdrawn: false,
    closed: true,
  })
})

test('nobody decides the appeal against their own decision, nor closes it as an ordinary case', async () => {
  const { notice } = await decidedAgainst(lead)
  const appeal = await appealed(notice)
  const own = await lead.call('POST', `/v1/cases/${appeal.number}/claim`, { body: {} })
  expect([own.status, own.body.code]).toEqual([403, 'first_decider'])
  expect((await lead.call('POST', '/v1/lanes/appeals/next', { body: {} })).body.number).toBeNull()
  expect((await ravi.call('GET', `/v1/cases/${appeal.number}`)).status).toBe(404)
  const other = await house.person('lead')
  const opened = await other.take(appeal.number)
  const wrong = await other.decide(opened, 'none', { policy: null })
  expect([wrong.status, wrong.body.code]).toEqual([409, 'conflict'])
  expect((await grant(other, appeal.id, opened.revision)).status).toBe(201)
})

test('an appeal is neither counted nor next for whoever took part, and its page says why they cannot claim it', async () => {
  const other = await house.person('lead')
  const { notice } = await decidedAgainst(ravi)
  const beside = await appealed(notice)
  const first = await decidedAgainst(lead)
  const own = await appealed(first.notice)
  const seen = async (who: Person) => {
    const { lanes } = (await who.call('GET', '/v1/lanes')).body
    const { next } = (await who.call('GET', `/v1/cases/${beside.number}`)).body
    return {
      waiting: lanes.find(({ id }: { id: string }) => id === 'appeals').waiting,
      next: next.map(({ number }: { number: number }) => number),
      tookPart: (await who.call('GET', `/v1/cases/${own.number}`)).body.tookPart,
    }
  }
  const ofOther = await seen(other)
  expect(ofOther).toMatchObject({ next: expect.arrayContaining([own.number]), tookPart: false })
  expect(await seen(lead)).toEqual({
    waiting: ofOther.waiting - 1,
    next: ofOther.next.filter((number: number) => number !== own.number),
    tookPart: true,
  })
})

test('a machine’s hold is taken back by an appeal too', async () => {
  const event = messageOf(`send me 90 ${LISTED.blackmail_terms}`)
  await house.screen(event)
  await house.pass(0)
  await house.pass(1)
  const verdict = (await house.rows('verdicts')).at(-1)
  const notice = (await house.rows('notices')).find(({ decision }) => decision === verdict?.id)
  const appeal = await appealed(String(notice?.id))
  const opened = await lead.take(appeal.number)
  expect(opened.evidence[0]?.text).toContain(LISTED.blackmail_terms)
  expect((await grant(lead, appeal.id, opened.revision)).status).toBe(201)
  await house.pass(1)
  expect(house.receiver.words()).toContain('release!')
})

test('console 17: a fault before or after any write leaves nothing done, and without a fault all is', async () => {
  const untouched = {
    strike: true,
    ended: undefined,
    appeal: 'received',
    withdrawn: false,
    notice: 'standing',
    closed: false,
  }
  const first = await decidedAgainst(ravi)
  const trial = await appealed(first.notice)
  const tables = await tablesWritten(async () => {
    const { revision } = await lead.take(trial.number)
    const before = await house.rows('cases')
    expect(before.length).toBeGreaterThan(0)
    expect((await grant(lead, trial.id, revision)).status).toBe(201)
  })
  expect(tables).toEqual(
    expect.arrayContaining([
      'actions',
      'appeals',
      'cases',
      'decision_endings',
      'notices',
      'outbox',
      'staff_decisions',
      'strikes',
    ]),
  )
  const { notice, decision } = await decidedAgainst(ravi)
  const appeal = await appealed(notice)
  const opened = await lead.take(appeal.number)
  for (const table of tables) {
    for (const when of ['before', 'after']) {
      const mend = breakTable(table, when)
      const answer = await grant(lead, appeal.id, opened.revision)
      mend()
      expect([table, when, answer.status]).toEqual([table, when, 500])
      expect(await stateOf(decision, appeal.id)).toEqual(untouched)
    }
  }
  expect(house.failures.splice(0)).toHaveLength(tables.length * 2)
  expect((await grant(lead, appeal.id, opened.revision)).status).toBe(201)
  expect(await stateOf(decision, appeal.id)).toEqual(granted)
})

const granted = {
  strike: false,
  ended: 'reversed',
  appeal: 'decided',
  withdrawn: true,
  notice: 'withdrawn',
  closed: true,
}

const database = () => new DatabaseSync(join(house.place.folder, 'lamplighter.db'))

/** The tables whose rows differ after an act, without those of storage's own books. */
async function tablesWritten(act: () => Promise<void>): Promise<string[]> {
  const shots = () => {
    using db = database()
    const names = db.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").all()
    return new Map(names.map(({ name }) => [String(name), JSON.stringify(db.prepare(`select * from "${name}"`).all())]))
  }
  const before = shots()
  await act()
  const after = shots()
  return [...after.keys()].filter(
    (name) => before.get(name) !== after.get(name) && !['sessions', 'commands', 'once'].includes(name),
  )
}

/** Lets every write to a table fail. Gives what mends it. */
function breakTable(table: string, when: string): () => void {
  const acts = ['insert', 'update']
  using db = database()
  for (const act of acts) {
    db.exec(`create trigger made_up_${act} ${when} ${act} on "${table}" begin select raise(abort, 'made up'); end`)
  }
  return () => {
    using again = database()
    for (const act of acts) again.exec(`drop trigger made_up_${act}`)
  }
}

async function stateOf(decision: string, appeal: string) {
  const strike = (await house.rows('strikes')).find((row) => row.decision === decision)
  const ending = (await house.rows('decision_endings')).find((row) => row.decision === decision)
  const row = (await house.rows('appeals')).find(({ id }) => id === appeal)
  const actions = (await house.rows('actions')).filter((one) => one.decision === decision && one.undo_of === null)
  const told = (await house.rows('notices')).find((one) => one.decision === decision)
  const open = (await house.rows('cases')).find((one) => one.ref === appeal)
  return {
    strike: strike !== undefined && strike.ended_at === null,
    ended: ending?.how,
    appeal: row?.state,
    withdrawn: actions.every(({ withdrawn_by }) => withdrawn_by !== null),
    notice: told?.state,
    closed: open?.closed_at !== null,
  }
}

test('an appeal in a child-safety matter stays with child safety', async () => {
  const safety = await house.person('child-safety')
  const other = await house.person('child-safety')
  await house.screen(
    messageOf(`meet me, ${LISTED.meeting_terms}`, { target: { id: 'wren', age_band: 'minor', kind: 'person' } }),
  )
  await house.follow()
  const opened = await safety.next('csea-behaviour')
  const { body } = await safety.decide(opened, 'limit', { policy: 'CSEA-4', reasonCode: 'meeting' })
  await house.pass(10_001)
  const notice = (await house.rows('notices')).find(({ decision }) => decision === body.decision)
  const appeal = await appealed(String(notice?.id))
  expect((await lead.call('GET', `/v1/cases/${appeal.number}`)).status).toBe(404)
  expect((await other.take(appeal.number)).evidence[0].text).toContain(LISTED.meeting_terms)
})

test('whoever decides an appeal about a picture may reveal it', async () => {
  const safety = await house.person('child-safety')
  await house.putPicture('f1', picture(CSAM))
  expect((await house.screen(uploadOf('f1'))).body.verdict).toBe('block')
  const verdict = (await house.rows('verdicts')).find((row) => String(row.event_kind) === 'upload')
  const notice = (await house.rows('notices')).find(({ decision }) => decision === verdict?.id)
  const appeal = await appealed(String(notice?.id))
  const { evidence } = await safety.take(appeal.number)
  const body = { case: appeal.number, exhibit: evidence[0].media.exhibit, step: 'lowpass' }
  const granted = await safety.call('POST', '/v1/reveals', { body })
  expect(granted.status).toBe(201)
  expect((await safety.call('GET', granted.body.url)).status).toBe(200)
  expect((await lead.call('POST', '/v1/reveals', { body })).status).toBe(409)
})

test('nothing went wrong on our side', () => expect(house.failures).toEqual([]))
