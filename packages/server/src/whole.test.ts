import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from './storage/testing/engines.ts'
import { type Answered, type House, LISTED, messageOf, openHouse, reportOf } from './testing/house.ts'
import { verifyLog, type Walked, walkThinPath } from './testing/thin-path.ts'

/** Sends a call again while it is told that there is too much at once. */
async function patiently(call: () => Promise<Answered>): Promise<Answered> {
  for (;;) {
    const answer = await call()
    if (answer.status !== 503) return answer
  }
}

describe.each(engines)('the whole product on $name', (engine) => {
  let house: House
  let walked: Walked

  beforeAll(async () => {
    house = await openHouse({ engine })
    const first = await house.person('reviewer')
    const second = await house.person('lead')
    walked = await walkThinPath(house, { first, second })
  })
  afterAll(() => house.close())

  test('runs on that engine', () => expect(house.context.storage.engine).toBe(engine.name))

  test('a message is held, removed by a person, told of, appealed, and put back by somebody else', () => {
    expect(walked.screened.verdict).toBe('hold')
    expect(walked.noticePage.status).toBe(200)
    expect(walked.noticePage.text).toContain('It asks for money with a threat.')
    expect([walked.appealCase.kind, walked.outcome]).toEqual(['appeal', 201])
    const asked = walked.heard.filter((word) => !word.includes('.'))
    expect(asked.slice(0, 2)).toEqual(['hold', 'remove'])
    expect(walked.heard).toContain('appeal.decided')
    // Whatever is told again on the way, the platform hears last that the message is to be seen.
    expect(asked.at(-1)).toBe('release!')
    expect(house.receiver.refused).toEqual([])
  })

  test('tells those who may read the metrics how it stands, in numbers', async () => {
    const { body } = await house.platform('GET', '/stands')
    expect(body).toMatchObject({
      engine: engine.name,
      stream: { records: 0 },
      endpoints: [{ paused: false, parked: 0 }],
    })
    expect(body.bytes).toBeGreaterThan(100_000)
    expect(JSON.stringify(body)).not.toMatch(/kestrel|walk-1/)
  })

  test('an outsider finds every record of it in the log', async () => {
    expect(await verifyLog(house)).toMatchObject({ exit: 0 })
    const records = await house.rows('ledger_records')
    expect(records.length).toBeGreaterThan(8)
  })

  test('twenty reports of one item and its screening, all at once, make one case and one verdict', async () => {
    const event = messageOf(`all at once ${LISTED.blackmail_terms}`, { id: 'at-once' })
    const reports = Array.from({ length: 20 }, () => reportOf('at-once'))
    const calls = [...reports.map((report) => () => house.report(report)), () => house.screen(event)]
    const answers = await Promise.all(calls.map(patiently))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...reports.map(() => 201)])
    const cases = (await house.rows('cases')).filter((row) => String(row.subject_key).endsWith(':at-once'))
    expect(cases).toHaveLength(1)
    const joined = (await house.rows('reports')).filter((row) => row.case_number === cases[0]?.number)
    expect(joined).toHaveLength(20)
  })

  test('opened again it goes on where it was', async () => {
    await house.reopen()
    expect((await house.rows('notices')).map(({ state }) => state)).not.toEqual([])
    expect(
      (
        await house.screen({
          kind: 'message',
          id: 'after',
          occurred_at: '2026-06-01T09:00:00.000Z',
          actor: { id: 'x' },
          item: { id: 'after', text: 'hello' },
        })
      ).status,
    ).toBe(200)
  })

  test('nothing went wrong on our side', () => expect(house.failures).toEqual([]))
})
