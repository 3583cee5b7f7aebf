import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, LISTED, messageOf, openHouse, type Person } from '../testing/house.ts'
import { endWithholdingWork } from './store.ts'

const DAY = 86_400_000
/** `withhold because … for 14d` of the rule on propaganda. */
const WITHHELD = 14 * DAY

let house: House
let lead: Person
let ravi: Person
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

/** A post that is held as propaganda: its author is not told why until the ground has had its time. */
async function propaganda(more: Record<string, unknown> = {}) {
  const text = `Join ${LISTED.proscribed_orgs}, see https://front.example`
  const event: Record<string, unknown> = messageOf(text, { kind: 'post', target: undefined, tie: undefined, ...more })
  expect((await house.screen(event)).body.verdict).toBe('hold')
  await house.pass(0)
  return event
}

/** Signed in anew: a session does not last for weeks. */
async function signIn() {
  lead = await house.person('lead')
  ravi = await house.person('reviewer')
}

const noticeCases = async () => (await house.rows('cases')).filter(({ kind }) => kind === 'notice')
const waiting = async () => (await noticeCases()).filter(({ closed_at }) => closed_at === null)
const told = () => house.receiver.calls.filter(({ type }) => type === 'notice.created')
const act = (who: Person, opened: { number: number; revision: number }, body: object) =>
  who.call('POST', `/v1/cases/${opened.number}/notice`, { body, headers: { 'if-match': `"${opened.revision}"` } })

describe('a notice that a rule withholds', () => {
  test('is told to nobody when its time is over: a case asks, once for each item, and a second run changes nothing', async () => {
    const event = await propaganda()
    await propaganda({ ...event, room: { id: 'square' } })
    expect(await house.rows('withheld_notices')).toHaveLength(2)
    const letters = house.receiver.calls.map(({ body }) => body).join()
    expect(letters).not.toContain('under our policy on terrorism')
    await house.pass(WITHHELD - 60_000)
    expect(await waiting()).toEqual([])
    await house.pass(60_000)
    const [asked, ...more] = await waiting()
    expect(more).toEqual([])
    expect(asked).toMatchObject({
      lane: 'notices',
      account: 'kestrel',
      words: 'notice to send or to withhold: post: proscribed propaganda',
      due_at: Number(asked?.opened_at) + DAY,
    })
    for (const { id } of await house.rows('withheld_notices'))
      await house.context.storage.store.tx(endWithholdingWork, { id: String(id) })
    expect(await waiting()).toEqual([asked])
    expect(told()).toEqual([])
  })

  test('is shown with its ground, and sent by a person; only then can it be read and appealed', async () => {
    await signIn()
    const opened = await lead.next('notices')
    const title = {
      what: 'notice',
      of: { what: 'rule', kind: 'post', rule: 'proscribed_propaganda', undecided: false },
    }
    expect(opened.title).toEqual(title)
    expect(opened.history).toContainEqual(expect.objectContaining({ step: { did: 'opened', title } }))
    expect(opened.withheld).toHaveLength(2)
    expect(opened.withheld[0]).toMatchObject({
      text: 'This is waiting for review under our policy on terrorism.',
      effects: ['hold'],
      because: 'Telling now could prejudice a terrorism investigation',
    })
    expect(opened.evidence[0].text).toContain(LISTED.proscribed_orgs)
    expect((await ravi.call('GET', `/v1/cases/${opened.number}`)).status).toBe(404)
    expect((await act(ravi, opened, { do: 'send' })).status).toBe(404)
    const wrong = await lead.decide(opened, 'none', { policy: null })
    expect([wrong.status, wrong.body.code]).toEqual([409, 'conflict'])
    const sent = await act(lead, opened, { do: 'send' })
    expect([sent.status, sent.body.effects]).toEqual([201, ['the notice is sent']])
    await house.pass(0)
    expect(told()).toHaveLength(2)
    const page = await house.visit('GET', new URL(String(told()[0]?.data.page)).pathname)
    expect(page.text).toContain('under our policy on terrorism')
    // Half a year from the telling, not from the decision.
    expect(Date.parse(String(told()[0]?.data.appealUntil))).toBe(house.clock.now + 183 * DAY)
    expect(await waiting()).toEqual([])
    expect(told()[0]?.data.recorded).toMatchObject({ record: expect.any(String) })
  })

  test('waits on with a reason, at most 90 days at a time, and is asked about again', async () => {
    await propaganda()
    await house.pass(WITHHELD)
    await signIn()
    const before = told().length
    const opened = await lead.next('notices')
    for (const body of [
      { do: 'withhold', days: 7, reason: ' ' },
      { do: 'withhold', days: 91, reason: 'x' },
      { do: 'withhold', days: 7 },
    ])
      expect((await act(lead, opened, body)).body.code).toBe('invalid')
    const kept = await act(lead, opened, { do: 'withhold', days: 7, reason: 'The police asked for another week.' })
    expect(kept.status).toBe(201)
    expect(await waiting()).toEqual([])
    expect((await house.rows('staff_decisions')).at(-1)).toMatchObject({ choice: 'notice', reason_code: 'withheld' })
    await house.pass(7 * DAY - 1)
    expect(await waiting()).toEqual([])
    await house.pass(1)
    expect(await waiting()).toHaveLength(1)
    expect(told().length).toBe(before)
    await signIn()
    expect((await act(lead, await lead.next('notices'), { do: 'send' })).status).toBe(201)
  })

  test('is never told when its decision was withdrawn before', async () => {
    const event = await propaganda()
    await signIn()
    const number = Number(
      (await house.rows('cases')).findLast(({ subject_key }) => String(subject_key).endsWith(`:${event.id}`))?.number,
    )
    await ravi.decide(await ravi.take(number), 'none', { policy: null })
    await house.pass(10_001)
    const before = told().length
    await house.pass(WITHHELD)
    expect(await waiting()).toEqual([])
    expect(told().length).toBe(before)
    expect((await house.rows('withheld_notices')).at(-1)?.state).toBe('dropped')
  })
})

test('nothing went wrong on our side', () => expect(house.failures).toEqual([]))
