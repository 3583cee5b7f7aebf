import { readFileSync } from 'node:fs'
import { type Code, codes, isCode, Problem } from '@lamplighter/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqlite } from './storage/testing/engines.ts'
import {
  type Answered,
  freshId,
  type House,
  LISTED,
  messageOf,
  openHouse,
  type Person,
  reportOf,
} from './testing/house.ts'

const starter = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/starter.wick')), 'utf8')

/** Stands wherever a caller's words can stand: no refusal may repeat it. */
const CANARY = 'canary-9c41'

let house: House
let ravi: Person
let mira: Person
let admin: Person
/** In demo mode, where a touch is given, and without rules. */
let young: House
let boss: Person

beforeAll(async () => {
  house = await openHouse({ engine: sqlite })
  ravi = await house.person('reviewer')
  mira = await house.person('lead')
  admin = await house.person('admin')
  young = await openHouse({ engine: sqlite, demo: true, rules: null, bare: true })
  boss = await young.person('admin')
})
afterAll(() => Promise.all([house.close(), young.close()]))

async function reported(more: Record<string, unknown> = {}): Promise<number> {
  const item = freshId()
  await house.report(reportOf(item, { item: { id: item, text: CANARY }, ...more }))
  return Number((await house.rows('cases')).at(-1)?.number)
}

async function decided(by = ravi): Promise<{ number: number; decision: string }> {
  const number = await reported()
  const { body } = await by.decide(await by.take(number), 'warn')
  return { number, decision: body.decision }
}

async function noticed(by = ravi): Promise<string> {
  await decided(by)
  return String((await house.rows('notices')).at(-1)?.id)
}

const appeal = (notice: string, text = CANARY, key = freshId()) =>
  house.platform('POST', '/v1/appeals', { body: { notice, text }, headers: { 'idempotency-key': key } })
const json = { 'content-type': 'application/json' }
const screenRaw = (body: string, headers: Record<string, string> = json) =>
  house.platform('POST', '/v1/screen', { body, headers })

/** A test elsewhere that provokes the code through HTTP. */
const elsewhere = (file: string, title: string) => ({ file, title })

const provoked: Record<Code, (() => Promise<Answered>) | { file: string; title: string }> = {
  malformed: () => screenRaw(`{"${CANARY}":`),
  idempotency_key_required: () => house.platform('POST', '/v1/appeals', { body: { notice: CANARY, text: CANARY } }),
  unauthenticated: () => house.visit('GET', '/v1/me'),
  fresh_passkey_required: () => admin.call('POST', '/v1/keys', { body: { name: CANARY, scopes: ['screen'] } }),
  forbidden: () => house.platform('GET', '/v1/lanes'),
  second_person_required: () => boss.call('POST', '/v1/people', { body: { name: CANARY, roles: ['admin'] } }),
  async not_yours() {
    const number = await reported()
    await ravi.take(number)
    return mira.call('POST', `/v1/cases/${number}/claim`, { body: {} })
  },
  token_used: () => ravi.call('GET', `/v1/renditions/${CANARY}`),
  not_yet: elsewhere(
    'transparency/receipts.test.ts',
    'what may be shown only from tomorrow on does not exist for others',
  ),
  not_found: () => ravi.call('GET', '/v1/cases/999999'),
  record_unknown: () => house.platform('GET', `/v1/receipts/${CANARY}`),
  method_not_allowed: () => house.platform('DELETE', '/v1/screen'),
  async stale_revision() {
    const { number, revision } = await ravi.take(await reported())
    return ravi.decide({ number, revision: revision + 7 }, 'warn', { note: CANARY })
  },
  conflict: () => house.platform('GET', '/v1/actions'),
  in_progress: elsewhere('http/pressure.test.ts', 'over HTTP is told 409 in_progress'),
  async window_closed() {
    const { decision } = await decided()
    house.clock.now += 11_000
    return ravi.call('POST', `/v1/decisions/${decision}/undo`, { body: {} })
  },
  async not_claimed() {
    return ravi.decide({ number: await reported(), revision: 1 }, 'warn')
  },
  async first_decider() {
    await appeal(await noticed(mira))
    const row = (await house.rows('cases')).at(-1)
    return mira.call('POST', `/v1/cases/${row?.number}/claim`, { body: {} })
  },
  async already_decided() {
    const { number } = await decided()
    return mira.call('POST', `/v1/cases/${number}/claim`, { body: {} })
  },
  async placeholder_left() {
    const statement = { language: 'en', text: `${CANARY} {{how}}` }
    return ravi.decide(await ravi.take(await reported()), 'warn', { statement })
  },
  async unknown_policy() {
    return ravi.decide(await ravi.take(await reported()), 'warn', { policy: CANARY })
  },
  async unsupported_action() {
    return ravi.decide(await ravi.take(await reported({ target: undefined })), 'suspend')
  },
  async gone() {
    const notice = await noticed()
    const { now } = house.clock
    house.clock.now += 184 * 86_400_000
    const answer = await appeal(notice)
    house.clock.now = now
    return answer
  },
  async opening_destroyed() {
    const { decision } = await decided()
    const record = (await house.rows('staff_decisions')).find(({ id }) => id === decision)?.record
    await house.context.transparency.erase({ kind: 'account', id: 'kestrel' }, 'request')
    return ravi.call('GET', `/v1/receipts/${record}`)
  },
  too_large: () => screenRaw(JSON.stringify({ text: CANARY.repeat(30_000) })),
  unsupported_type: () => screenRaw(CANARY, { 'content-type': 'text/plain' }),
  wrong_host: () => house.visit('GET', '/v1/me', { headers: { host: `${CANARY}.example` } }),
  invalid: () => screenRaw(JSON.stringify({ [CANARY]: CANARY, kind: CANARY })),
  line_incomplete: () =>
    house.platform('POST', '/v1/events', {
      body: `{"id":"${CANARY}`,
      headers: { 'content-type': 'application/x-ndjson' },
    }),
  async idempotency_mismatch() {
    const notice = await noticed()
    await appeal(notice, CANARY, 'once')
    return appeal(notice, `${CANARY}!`, 'once')
  },
  rules_refused: () => mira.call('POST', '/v1/rulesets/starter/versions', { body: { text: `rule ${CANARY}` } }),
  async needs_unmet() {
    const text = starter.replace('starter version 1', 'starter version 2')
    const { body } = await mira.call('POST', '/v1/rulesets/starter/versions', { body: { text } })
    await mira.call('POST', '/v1/rulesets/starter/versions/2/retire', {
      body: {},
      headers: { 'if-match': `"${body.hash}"` },
    })
    return mira.call('POST', '/v1/rulesets/starter/versions/2/shadow', {
      body: {},
      headers: { 'if-match': `"${body.hash}"` },
    })
  },
  async precondition_required() {
    return ravi.call('POST', `/v1/cases/${await reported()}/decisions`, { body: { note: CANARY } })
  },
  rate_limited: elsewhere('pressure.test.ts', 'a key over its rate waits until its bucket has room'),
  internal: elsewhere('http/app.test.ts', 'security S-50: what fails inside tells nobody how'),
  overloaded: elsewhere('pressure.test.ts', 'large bodies of machines leave room for a person’s'),
  backlog_full: elsewhere('pressure.test.ts', 'while events are unread for more than ten minutes no more are taken'),
  storage_full: elsewhere('pressure.test.ts', 'below the floor of the disk events are refused'),
  storage_unavailable: elsewhere('pressure.test.ts', 'is said, nothing is lost or doubled'),
  commit_unknown: elsewhere('http/pressure.test.ts', "['commit unknown'"),
  async deadline() {
    const { store } = house.context.storage
    const tx = store.tx.bind(store)
    store.tx = async (...given: Parameters<typeof tx>) => {
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      return tx(...given) as never
    }
    const answer = await house.platform('POST', '/v1/screen', {
      body: messageOf(`${CANARY} ${LISTED.blackmail_terms}`, { id: CANARY }),
    })
    store.tx = tx
    return answer
  },
  not_ready: () => young.screen(messageOf(CANARY)),
}

describe('platform P-14: every code that a call declares', () => {
  const here = Object.entries(provoked).flatMap(([code, by]) => (typeof by === 'function' ? [[code, by] as const] : []))

  test.each(here)('%s is provoked, as a problem that repeats nothing of the caller’s', async (code, provoke) => {
    const answer = await provoke()
    expect([answer.status, answer.body.code]).toEqual([isCode(code) ? codes[code][0] : 0, code])
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(Problem.strict().parse(answer.body)).toMatchObject({
      type: `http://localhost:4100/problems/${code}`,
      title: isCode(code) ? codes[code][1] : '',
      instance: answer.headers.get('request-id'),
    })
    for (const word of [CANARY, 'kestrel', 'plover']) expect(answer.text).not.toContain(word)
  })

  test('the others are provoked by the tests that are named here', () => {
    for (const by of Object.values(provoked)) {
      if (typeof by === 'function') continue
      expect(readFileSync(new URL(by.file, import.meta.url), 'utf8')).toContain(by.title)
    }
  })

  test('no call answered what it does not declare', () => {
    expect([house.failures, young.failures]).toEqual([[], []])
  })
})
