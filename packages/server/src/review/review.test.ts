import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, LISTED, messageOf, openHouse, type Person, reportOf } from '../testing/house.ts'

let house: House
let ravi: Person
let mira: Person
let lead: Person
let safety: Person

beforeAll(async () => {
  house = await openHouse()
  ravi = await house.person('reviewer')
  mira = await house.person('reviewer')
  lead = await house.person('lead')
  safety = await house.person('child-safety')
})
afterAll(() => house.close())

/** A case about one reported message. Gives its number. */
async function reported(more: Record<string, unknown> = {}): Promise<{ number: number; item: string }> {
  const event = messageOf('you are no good')
  const item = String(event.id)
  const { status } = await house.report(reportOf(item, { item: { id: item, text: 'you are no good' }, ...more }))
  expect(status).toBe(201)
  return { number: Number((await house.newestCase()).number), item }
}

/** Number of that kind of record (ledger.md §5). */
const DECISION = 2
const heard = () => house.receiver.words()
const leaves = async () => (await house.rows('decision_endings')).length + (await house.rows('staff_decisions')).length

describe('undo', () => {
  test('console 10: undone at 9 s, no webhook leaves, the case is back, and the log has both acts', async () => {
    const { number } = await reported()
    const before = { heard: heard().length, records: await decisionRecords() }
    const decided = await ravi.decide(await ravi.take(number), 'remove')
    expect(decided.status).toBe(201)
    await house.pass(9_000)
    const undone = await ravi.call('POST', `/v1/decisions/${decided.body.decision}/undo`, { body: {} })
    expect([undone.status, undone.body.number]).toEqual([200, number])
    await house.pass(60_000)
    expect(heard().length).toBe(before.heard)
    const back = (await ravi.call('GET', `/v1/cases/${number}`)).body
    expect([back.state, back.claim.mine, back.decided.undone, back.account.strikes]).toEqual(['claimed', true, true, 0])
    expect(await decisionOps(number)).toEqual(['made', 'undone'])
    expect(await decisionRecords()).toBe(before.records + 2)
    expect((await ravi.decide(back, 'none', { policy: null })).status).toBe(201)
  })

  test('console 11: at 11 s it is too late to undo, and reversing works', async () => {
    const { number } = await reported()
    const decided = await ravi.decide(await ravi.take(number), 'remove')
    await house.pass(11_000)
    expect(heard()).toContain('remove')
    const late = await ravi.call('POST', `/v1/decisions/${decided.body.decision}/undo`, { body: {} })
    expect([late.status, late.body.code]).toEqual([409, 'window_closed'])
    const other = await mira.call('POST', `/v1/decisions/${decided.body.decision}/reverse`, { body: { reason: 'no' } })
    expect(other.status).toBe(403)
    const reversed = await ravi.call('POST', `/v1/decisions/${decided.body.decision}/reverse`, {
      body: { reason: 'it was a quotation' },
    })
    expect(reversed.status).toBe(201)
    await house.pass(1_000)
    expect(heard().at(-1)).toBe('restore!')
    expect((await house.rows('strikes')).find((row) => row.decision === decided.body.decision)?.ended_at).not.toBeNull()
    const again = await lead.call('POST', `/v1/decisions/${reversed.body.decision}/reverse`, { body: { reason: 'no' } })
    expect([again.status, again.body.code]).toEqual([409, 'conflict'])
  })

  test('undoing works also when a new case about the same item was opened meanwhile', async () => {
    const { number, item } = await reported()
    const decided = await ravi.decide(await ravi.take(number), 'warn')
    await house.report(reportOf(item))
    const undone = await ravi.call('POST', `/v1/decisions/${decided.body.decision}/undo`, { body: {} })
    expect([undone.status, undone.body.number]).toEqual([200, number])
    await ravi.decide(await ravi.take(number), 'none', { policy: null })
  })

  /** Records of decisions that are in the log or wait for its next batch. */
  const decisionRecords = async () =>
    (await house.rows('ledger_records')).filter(({ kind }) => kind === DECISION).length

  async function decisionOps(number: number): Promise<string[]> {
    const made = (await house.rows('staff_decisions')).filter((row) => row.case_number === number)
    const ended = (await house.rows('decision_endings')).filter((row) => made.some(({ id }) => id === row.decision))
    return [...made.map(() => 'made'), ...ended.map(({ how }) => String(how))]
  }
})

describe('deciding', () => {
  test('console 15: a statement with an unfilled placeholder is not sent', async () => {
    const { number } = await reported()
    const opened = await ravi.take(number)
    const before = await leaves()
    const refused = await ravi.decide(opened, 'warn', { statement: { language: 'en', text: 'You wrote {{how}}.' } })
    expect([refused.status, refused.body.code]).toEqual([422, 'placeholder_left'])
    expect(await leaves()).toBe(before)
    expect((await ravi.decide(opened, 'none', { policy: null })).status).toBe(201)
  })

  test('console 49: a case that changed while it was open answers 409 and loses nothing', async () => {
    const { number, item } = await reported()
    const opened = await ravi.take(number)
    await house.report(reportOf(item))
    const stale = await ravi.decide(opened, 'none', { policy: null })
    expect([stale.status, stale.body.code]).toEqual([409, 'stale_revision'])
    const seen = (await ravi.call('GET', `/v1/cases/${number}`)).body
    expect([seen.reports.count, seen.claim.mine]).toEqual([2, true])
    expect((await ravi.decide(seen, 'none', { policy: null })).status).toBe(201)
  })

  test('platform P-06: of two who decide one case at once, one does', async () => {
    const rounds = process.env.LAMPLIGHTER_DEEP === '1' ? 1_000 : 20
    for (let round = 0; round < rounds; round += 1) {
      const { number } = await reported()
      const opened = await ravi.take(number)
      const answers = await Promise.all([
        ravi.decide(opened, 'none', { policy: null }),
        ravi.decide(opened, 'warn'),
        mira.decide(opened, 'remove'),
      ])
      const statuses = answers.map(({ status }) => status)
      expect(statuses.filter((status) => status === 201)).toHaveLength(1)
      expect(statuses.slice(0, 2).toSorted()).toEqual([201, 409])
      expect([403, 409]).toContain(statuses[2])
      expect((await house.rows('staff_decisions')).filter((row) => row.case_number === number)).toHaveLength(1)
    }
  })

  test('a held message goes on when a person sees nothing wrong, after the undo window', async () => {
    const event = messageOf(`pay me 50 ${LISTED.blackmail_terms}`)
    expect((await house.screen(event)).body.verdict).toBe('hold')
    await house.follow()
    await house.pass(0)
    const number = Number((await house.newestCase()).number)
    const opened = await ravi.take(number)
    expect(opened.evidence[0]).toMatchObject({ state: 'held', provenance: 'server' })
    await ravi.decide(opened, 'none', { policy: null })
    await house.pass(9_000)
    expect(heard()).not.toContain('release!')
    await house.pass(1_001)
    expect(heard()).toContain('release!')
  })
})

describe('reports', () => {
  test('a second report joins the case, and both reporters are told after the undo window', async () => {
    const { number, item } = await reported()
    await house.report(reportOf(item, { report: { id: 'r', harm: 'hate' } }))
    const opened = await ravi.take(number)
    expect(opened.reports).toMatchObject({ count: 2 })
    await ravi.decide(opened, 'warn')
    await house.pass(9_999)
    const told = () => house.receiver.calls.filter(({ type }) => type === 'report.closed').length
    const before = told()
    await house.pass(1)
    await house.pass(1)
    expect(told()).toBe(before + 2)
    const closed = (await house.rows('reports')).filter((row) => row.case_number === number)
    expect(closed.map((row) => row.state)).toEqual(['upheld', 'upheld'])
  })

  test('a report of a held item joins its case and hides nothing of what the server saw', async () => {
    const event = messageOf(`pay me 60 ${LISTED.blackmail_terms}`)
    await house.screen(event)
    const number = Number((await house.newestCase()).number)
    await house.report(reportOf(String(event.id)))
    const opened = await ravi.take(number)
    expect(opened.reports.count).toBe(1)
    expect(opened.evidence).toHaveLength(1)
    expect(opened.evidence[0]).toMatchObject({
      reported: true,
      state: 'held',
      text: `pay me 60 ${LISTED.blackmail_terms}`,
    })
    expect(opened.evidence[0].marks).toHaveLength(1)
    await ravi.decide(opened, 'none', { policy: null })
  })

  test('a report of a post joins the case of that post', async () => {
    const text = `see https://${LISTED.bad_domains}/now`
    const event: Record<string, unknown> = messageOf(text, { kind: 'post', target: undefined, tie: undefined })
    await house.screen(event)
    const number = Number((await house.newestCase()).number)
    await house.report(reportOf(String(event.id)))
    expect((await ravi.take(number)).reports.count).toBe(1)
  })

  test('a report through the batch path becomes a case too', async () => {
    const report = reportOf('some-item')
    const before = (await house.rows('reports')).length
    for (let twice = 0; twice < 2; twice += 1) {
      expect((await house.platform('POST', '/v1/events', { body: report })).status).toBe(202)
      await house.follow()
    }
    expect((await house.rows('reports')).length).toBe(before + 1)
  })

  test('the same report again changes nothing and gets the same answer', async () => {
    const report = reportOf('another-item')
    const answers = await Promise.all([house.report(report), house.report(report)])
    expect(answers[0].body).toEqual(answers[1].body)
    expect((await house.rows('reports')).filter((row) => row.id === answers[0].body.id)).toHaveLength(1)
  })
})

describe('claims', () => {
  test('console 48: of two who claim at once, one gets it', async () => {
    const { number } = await reported()
    const answers = await Promise.all(
      [ravi, mira].map((one) => one.call('POST', `/v1/cases/${number}/claim`, { body: {} })),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403])
  })

  test('console 48: a lost lock returns the case, with the draft kept for its author', async () => {
    const { number } = await reported()
    await ravi.take(number)
    house.clock.now += 600_001
    const kept = await ravi.call('POST', `/v1/cases/${number}/release`, { body: { draft: { note: 'half a thought' } } })
    expect(kept.status).toBe(200)
    const other = await mira.take(number)
    expect([other.claim.mine, other.draft]).toEqual([true, null])
    await mira.call('POST', `/v1/cases/${number}/release`, { body: {} })
    expect((await ravi.take(number)).draft).toEqual({ note: 'half a thought' })
  })

  test('activity keeps a claim alive without making one’s own page stale', async () => {
    const { number } = await reported()
    const opened = await ravi.take(number)
    house.clock.now += 599_000
    await ravi.call('POST', `/v1/cases/${number}/claim`, { body: {} })
    house.clock.now += 599_000
    expect((await ravi.decide(opened, 'none', { policy: null })).status).toBe(201)
  })

  test('what is handed to a lead goes to a lead next', async () => {
    const { number } = await reported({ report: { id: 'r', harm: 'threat_to_life' } })
    await ravi.take(number)
    await ravi.call('POST', `/v1/cases/${number}/handoff`, { body: { to: 'lead', reason: 'beyond me' } })
    const lane = (await lead.call('GET', `/v1/cases/${number}`)).body.lane.id
    expect((await mira.call('POST', `/v1/lanes/${lane}/next`, { body: {} })).body.number).not.toBe(number)
    expect((await lead.next(lane)).number).toBe(number)
    expect((await lead.call('GET', `/v1/cases/${number}`)).body.notes[0].text).toBe('beyond me')
  })
})

describe('child safety', () => {
  const meeting = (more: object = {}) =>
    messageOf(`meet me at the harbour, ${LISTED.meeting_terms}`, {
      target: { id: 'wren', age_band: 'minor', kind: 'person' },
      ...more,
    })

  test('a reviewer and a lead get the same bytes for such a case as for none', async () => {
    await house.screen(meeting())
    await house.follow()
    const number = Number((await house.newestCase()).number)
    expect((await safety.take(number)).lane).toMatchObject({ id: 'csea-behaviour', childSafety: true })
    const verdict = (await house.rows('case_links')).find((row) => row.case_number === number)?.ref
    const paths = (of: number, id: unknown): [string, string, object?][] => [
      ['GET', `/v1/cases/${of}`],
      ['POST', `/v1/cases/${of}/claim`, {}],
      ['POST', `/v1/cases/${of}/note`, { text: 'x' }],
      ['GET', `/v1/decisions/${id}/explanation`],
    ]
    for (const who of [ravi, lead]) {
      for (const [place, [method, path, body]] of paths(number, verdict).entries()) {
        const [, none] = paths(number + 5_000, `${String(verdict).slice(0, -3)}aaa`)[place] ?? []
        const there = await who.call(method, path, body && { body })
        const absent = await who.call(method, String(none), body && { body })
        expect([path, there.status]).toEqual([path, 404])
        expect(without(there.body)).toEqual(without(absent.body))
      }
      expect((await who.decide({ number, revision: 1 }, 'none', { policy: null })).status).toBe(404)
      expect((await who.call('POST', '/v1/lanes/csea-behaviour/next', { body: {} })).status).toBe(404)
      const { lanes } = (await who.call('GET', '/v1/lanes')).body
      expect(lanes.filter((lane: { childSafety: boolean }) => lane.childSafety)).toEqual([])
    }
  })

  test('a case that turns into one leaves the hands of a reviewer', async () => {
    const event = meeting()
    const { number } = await reported({ item: { id: event.id, text: 'hello' } })
    const opened = await ravi.take(number)
    await house.screen(event)
    await house.follow()
    expect((await ravi.call('GET', `/v1/cases/${number}`)).status).toBe(404)
    expect((await ravi.decide(opened, 'none', { policy: null })).status).toBe(404)
    expect((await safety.take(number)).lane.id).toBe('csea-behaviour')
  })

  test('and stays one, also when a life is at risk', async () => {
    const event = meeting({ item: undefined })
    const id = String(event.id)
    const text = `meet me at the harbour, ${LISTED.meeting_terms}, or you ${LISTED.threat_terms}`
    await house.screen({ ...event, item: { id, text } })
    await house.follow()
    const row = await house.newestCase()
    expect(row).toMatchObject({ lane: 'csea-behaviour', due_at: Number(row.opened_at) + 600_000 })
    expect(JSON.parse(String(row.harms)).toSorted()).toEqual(['csea', 'threat_to_life'])
  })

  // The request has an id of its own in every answer.
  const without = ({ instance: _, ...body }: Record<string, unknown>) => body
})

test('nothing went wrong on our side', () => expect(house.failures).toEqual([]))
