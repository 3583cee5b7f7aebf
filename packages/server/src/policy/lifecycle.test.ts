import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse, type Person } from '../testing/house.ts'
import { startTestServer } from '../testing/server.ts'
import { countRules } from './hours.store.ts'

const HOUR = 3_600_000
const starter = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/starter.wick')), 'utf8')
const schema = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/chat.schema.wick')), 'utf8')

let house: House
let ada: Person
let ben: Person
let cat: Person

beforeAll(async () => {
  // The demo gives the touch that an approval asks for.
  house = await openHouse({ demo: true })
  ada = await house.person('lead')
  ben = await house.person('lead')
  cat = await house.person('legal')
})
afterAll(async () => {
  await house.close()
  expect(house.failures).toEqual([])
})

/** The starter rules as another version, with the rule `bad_link` (medium, limits and blocks) or another one changed. */
function edition(version: number, edit: (text: string) => string = linkFor('2h')): string {
  return edit(starter.replace('starter version 2', `starter version ${version}`))
}
const linkFor = (time: string) => (text: string) =>
  text
    .replace('rule bad_link v1', `rule bad_link v${time.replace('h', '')}`)
    .replace('block, limit "links" for 1h', `block, limit "links" for ${time}`)
    .replace('expect effect limit "links" for 1h', `expect effect limit "links" for ${time}`)
const graver = (text: string) =>
  text.replace('rule known_csam v1', 'rule known_csam v7').replace('preserve for 365d', 'preserve for 300d')

let last = 2
interface Draft {
  readonly version: number
  readonly hash: string
  readonly path: string
}

async function draft(by = ada, edit?: (text: string) => string): Promise<Draft> {
  last += 1
  const { status, body } = await by.call('POST', '/v1/rulesets/starter/versions', {
    body: { text: edition(last, edit) },
  })
  expect({ status, body }).toMatchObject({ status: 201, body: { state: 'draft' } })
  return { version: last, hash: body.hash, path: `/v1/rulesets/starter/versions/${last}` }
}

const step = (by: Person, { path, hash }: Draft, name: string, body: object = {}) =>
  by.call('POST', `${path}/${name}`, { body, headers: { 'if-match': `"${hash}"` } })
const live = async () =>
  (await ada.call('GET', '/v1/rulesets')).body.items.find((one: { state: string }) => one.state === 'live')
const needs = (answer: { body: { errors: { code: string }[] } }) => answer.body.errors.map(({ code }) => code)
const approve = async (by: Person, { path, hash }: Draft) => {
  await by.call('GET', `${path}/shadow-report`)
  return by.call('POST', `${path}/approvals`, { body: { hash, note: 'read it' } })
}
/** As if so many events of every rule had been judged beside the live version in the hour that now begins. */
async function watched({ version }: Draft, events: number): Promise<void> {
  const rules = ['bad_link', 'known_csam']
  const hour = house.clock.now - (house.clock.now % HOUR)
  await house.context.storage.store.tx(countRules, {
    keys: await house.context.transparency.keysFor([]),
    counts: rules.map((rule) => ({
      name: 'starter',
      version,
      rule,
      hour,
      asked: events,
      fired: 3,
      undecided: 1,
      only_new: 1,
      only_live: 2,
      people: 2,
    })),
  })
}

/** Lets time pass; who works goes on working. */
async function wait(ms: number): Promise<void> {
  house.clock.now += ms
  for (const person of [ada, ben, cat]) await person.signIn()
}

describe('the way of a version', () => {
  test('from draft to live: shadow, time, approvals, and each step in ledger, audit and history', async () => {
    const before = await live()
    const draught = await draft()
    expect((await step(ben, draught, 'live', { reason: 'hurry' })).body).toMatchObject({ code: 'needs_unmet' })
    expect(needs(await step(ben, draught, 'shadow'))).toEqual(['not_author'])
    const shadow = await step(ada, draught, 'shadow')
    expect([shadow.status, shadow.body.state]).toEqual([200, 'shadow'])
    expect(needs(await step(ada, draught, 'live', { reason: 'hurry' }))).toEqual(['shadow_short', 'approvals'])

    await wait(6 * HOUR)
    await watched(draught, 4_999)
    expect(needs(await step(ada, draught, 'live', { reason: 'hurry' }))).toEqual(['shadow_short', 'approvals'])
    await watched(draught, 1)
    expect((await approve(ada, draught)).body.errors).toMatchObject([{ code: 'own_version' }])
    expect(
      needs(await ben.call('POST', `${draught.path}/approvals`, { body: { hash: draught.hash, note: '' } })),
    ).toEqual(['report_unopened'])
    const agreed = await approve(ben, draught)
    expect([agreed.status, agreed.body]).toEqual([201, { approvals: 1, needed: 1 }])
    const done = await step(ada, draught, 'live', { reason: 'two hours are enough' })
    expect([done.status, done.body.state]).toEqual([200, 'live'])

    expect((await live()).hash).toBe(draught.hash)
    expect(house.context.registry.live().hash).toBe(draught.hash)
    const { body } = await ada.call('GET', draught.path)
    expect(body.history.map(({ op, by }: { op: string; by: string }) => `${op} ${by}`)).toEqual([
      `uploaded ${ada.label}`,
      `shadow ${ada.label}`,
      `approved ${ben.label}`,
      `live ${ada.label}`,
    ])
    expect(body.history.at(-1)).toMatchObject({ solo: false, approvals: 1, hash: draught.hash })
    const old = await ada.call('GET', `/v1/rulesets/starter/versions/${before.version}`)
    expect(old.body.state).toBe('retired')
    const acts = (await house.rows('audit')).filter(({ object }) => object === `starter ${draught.version}`)
    expect(acts.map(({ act }) => act).sort()).toEqual([
      'rules.approved',
      'rules.live',
      'rules.shadow',
      'rules.uploaded',
    ])
    const records = await house.rows('ledger_records')
    for (const { op, record } of body.history as { op: string; record: string | null }[]) {
      expect([op, records.some(({ id }) => id === record)]).toEqual([op, op === 'shadow' || op === 'live'])
    }
  })

  test('grave harm takes two, one of them child-safety or legal, and never a trial', async () => {
    const grave = await draft(ada, graver)
    await step(ada, grave, 'shadow')
    await wait(24 * HOUR)
    await watched(grave, 10_000)
    expect(needs(await step(ada, grave, 'trial', { percent: 5, by: 'actor.id' }))).toEqual([
      'trial_forbidden',
      'approvals',
    ])
    await approve(ben, grave)
    const dan = await house.person('lead')
    await approve(dan, grave)
    const answer = await step(ada, grave, 'live', { reason: 'x' })
    expect([needs(answer), answer.body.detail]).toEqual([
      ['approvals'],
      expect.stringContaining('child-safety or legal'),
    ])
    await approve(cat, grave)
    expect((await ada.call('GET', grave.path)).body.needs.live).toEqual([])
    await step(ada, grave, 'retire')
  })

  test('an approval ends with the person’s access', async () => {
    const one = await draft(ada, (text) => linkFor('3h')(graver(text)))
    await step(ada, one, 'shadow')
    const eve = await house.person('lead')
    await approve(eve, one)
    await approve(cat, one)
    const missing = async () =>
      (await ada.call('GET', one.path)).body.needs.live.map(({ code }: { code: string }) => code)
    expect(await missing()).toEqual(['shadow_short'])
    const boss = await house.person('admin')
    expect((await boss.call('POST', `/v1/people/${eve.id}/revoke`, { body: { reason: 'left' } })).status).toBe(200)
    expect(await missing()).toEqual(['shadow_short', 'approvals'])
    expect((await step(ada, one, 'retire')).status).toBe(200)
  })

  test('expedited: one approval more, no waiting, and a case that reviews it', async () => {
    const early = await draft(ada, linkFor('4h'))
    await step(ada, early, 'shadow')
    await approve(ben, early)
    expect(needs(await step(ada, early, 'live', { reason: 'x', expedite: true }))).toEqual(['approvals'])
    await approve(cat, early)
    expect((await step(ada, early, 'live', { reason: 'a wave of spam', expedite: true })).status).toBe(200)
    expect(await house.newestCase()).toMatchObject({
      lane: 'second-review',
      words: `rule set starter ${early.version} went live early: look at what it does`,
      due_at: house.clock.now + 72 * HOUR,
    })
  })

  test('one version at a time runs beside the live one', async () => {
    const [one, other] = [await draft(ada, linkFor('5h')), await draft(ada, linkFor('6h'))]
    await step(ada, one, 'shadow')
    expect(needs(await step(ada, other, 'shadow'))).toEqual(['taken'])
    expect((await step(ada, one, 'retire')).status).toBe(200)
    expect((await step(ada, other, 'shadow')).status).toBe(200)
    await step(ada, other, 'retire')
  })
})

describe('what is kept', () => {
  test('a draft may be written anew, what ran beside may not', async () => {
    const one = await draft(ada, linkFor('7h'))
    const send = (edit: (text: string) => string) =>
      ada.call('POST', '/v1/rulesets/starter/versions', { body: { text: edition(one.version, edit) } })
    const anew = await send(linkFor('8h'))
    expect([anew.status, anew.body.hash === one.hash]).toEqual([201, false])
    const stale = await step(ada, one, 'shadow')
    expect([stale.status, stale.body.code]).toEqual([409, 'stale_revision'])
    await step(ada, { ...one, hash: anew.body.hash }, 'shadow')
    const refused = await send(linkFor('9h'))
    expect([refused.status, refused.body.code]).toEqual([422, 'rules_refused'])
    expect(refused.body.errors[0].code).toBe('V01')
    await step(ada, { ...one, hash: anew.body.hash }, 'retire')
  })

  test('a rule’s version never changes its meaning once it ran beside', async () => {
    const text = edition(last + 1, (all) => all.replace('block, limit "links" for 1h', 'block'))
    const refused = await ada.call('POST', '/v1/rulesets/starter/versions', { body: { text } })
    expect(refused.body.errors).toMatchObject([{ code: 'V01', detail: expect.stringContaining("'bad_link' v1") }])
  })

  test('the author’s own lock counts, too', async () => {
    const rules = { 'bad_link v12': `sha256:${'0'.repeat(64)}` }
    const send = (lock: string) =>
      ada.call('POST', '/v1/rulesets/starter/versions', { body: { text: edition(last + 1, linkFor('12h')), lock } })
    expect(needs(await send(JSON.stringify({ format: 1, rulesets: {}, rules })))).toEqual(['V01'])
    expect((await send('not a lock')).body.code).toBe('invalid')
  })

  test('a call without the hash, with another one, or for another name changes nothing', async () => {
    const one = await draft(ada, linkFor('13h'))
    const bare = await ada.call('POST', `${one.path}/shadow`, { body: {} })
    expect([bare.status, bare.body.code]).toEqual([428, 'precondition_required'])
    const odd = await ada.call('POST', `${one.path}/shadow`, { body: {}, headers: { 'if-match': '"12"' } })
    expect([odd.status, odd.body.code]).toEqual([400, 'malformed'])
    const other = await ada.call('POST', '/v1/rulesets/other/versions', { body: { text: edition(one.version) } })
    expect([other.status, other.body.code]).toEqual([422, 'invalid'])
    expect((await ada.call('GET', one.path)).body.state).toBe('draft')
  })

  test('the same key again gives the same answer and one step', async () => {
    const one = await draft(ada, linkFor('14h'))
    const headers = { 'if-match': `"${one.hash}"`, 'idempotency-key': 'once' }
    const first = await ada.call('POST', `${one.path}/shadow`, { body: {}, headers })
    const again = await ada.call('POST', `${one.path}/shadow`, { body: {}, headers })
    expect([first.status, again.text]).toEqual([200, first.text])
    await step(ada, one, 'retire')
  })

  test('a version says what it changes, and what each step still lacks', async () => {
    const one = await draft(ada, linkFor('15h'))
    const { body } = await ben.call('GET', one.path)
    expect(body.changes).toMatchObject([
      { kind: 'changed', rule: 'bad_link', to: 15, approvals: 1, severity: 'medium' },
    ])
    expect(body.checked).toHaveLength(9)
    expect(body.needs.shadow).toEqual([{ code: 'not_author', detail: 'Only its author puts a version in shadow.' }])
    expect((await ada.call('GET', one.path)).body.needs.shadow).toEqual([])
  })

  test('all of it is there after a restart', async () => {
    const one = await draft(ada, linkFor('16h'))
    await step(ada, one, 'shadow')
    const running = house.context.registry.running()
    await house.reopen()
    expect(house.context.registry.running().live.hash).toBe(running.live.hash)
    expect(house.context.registry.running().beside?.rules.hash).toBe(one.hash)
    await step(ada, one, 'retire')
    expect(house.context.registry.running().beside).toBeUndefined()
  })
})

describe('going back', () => {
  test('a lead alone, with a reason, to what was live before; twice leads further back', async () => {
    const third = await live()
    const back = (by: Person, hash: string) =>
      by.call('POST', '/v1/rulesets/starter/rollback', {
        body: { reason: 'too many' },
        headers: { 'if-match': `"${hash}"` },
      })
    expect((await back(cat, third.hash)).status).toBe(403)
    expect((await back(ada, `sha256:${'0'.repeat(64)}`)).body.code).toBe('stale_revision')
    const first = await back(ada, third.hash)
    expect([first.status, first.body.state]).toEqual([200, 'live'])
    expect(first.body.version).toBeLessThan(third.version)
    const second = await back(ada, first.body.hash)
    expect(second.body.version).toBeLessThan(first.body.version)
    expect(house.context.registry.live().hash).toBe(second.body.hash)
    const history = (await ada.call('GET', `/v1/rulesets/starter/versions/${second.body.version}`)).body.history
    expect(history.at(-1)).toMatchObject({ op: 'rollback', reason: 'too many', by: ada.label })
  })

  test('a pause ends within a day, is seen, and can be ended before', async () => {
    const { hash } = await live()
    const path = '/v1/rulesets/starter/rules/bad_link/pause'
    const headers = { 'if-match': `"${hash}"` }
    const pause = (until: number, by = ada) =>
      by.call('POST', path, { body: { reason: 'a wrong list', until }, headers })
    expect((await pause(house.clock.now + HOUR, cat)).status).toBe(403)
    expect((await pause(house.clock.now + 24 * HOUR + 1)).body).toMatchObject({ code: 'invalid', pointer: '/until' })
    expect((await pause(house.clock.now + HOUR)).status).toBe(200)
    const seen = async () => (await ada.call('GET', '/v1/rulesets/starter')).body.pauses
    expect(await seen()).toMatchObject([{ rule: 'bad_link', reason: 'a wrong list', by: ada.label }])
    expect((await ada.call('DELETE', path, { headers })).status).toBe(200)
    expect([await seen(), (await ada.call('DELETE', path, { headers })).body.code]).toEqual([[], 'conflict'])
    await pause(house.clock.now + HOUR)
    house.clock.now += HOUR
    expect([await seen(), (await ada.call('DELETE', path, { headers })).body.code]).toEqual([[], 'conflict'])
  })
})

test('a pause of a rule against grave harm is told to every lead and to child-safety; of another rule to nobody', async () => {
  const { hash } = await live()
  const alerts = async () => (await ada.call('GET', '/v1/rulesets/starter')).body.alerts
  const pause = (rule: string) =>
    ada.call('POST', `/v1/rulesets/starter/rules/${rule}/pause`, {
      body: { reason: 'a wrong list', until: house.clock.now + HOUR },
      headers: { 'if-match': `"${hash}"` },
    })
  const before = await alerts()
  expect((await pause('bad_link')).status).toBe(200)
  expect(await alerts()).toEqual(before)
  expect((await pause('known_csam')).status).toBe(200)
  expect((await alerts())[0]).toMatchObject({ kind: 'paused', rule: 'known_csam', roles: ['lead', 'child-safety'] })
  await ada.call('DELETE', '/v1/rulesets/starter/rules/known_csam/pause', { headers: { 'if-match': `"${hash}"` } })
})

test('decisions 20: the operator makes a file live at once, marked solo; untested questions stop even that', async () => {
  const server = await startTestServer({ demo: true })
  try {
    const put = (text: string) => server.operator('PUT', '/v1/rulesets/live', { text, schema, reason: 'first rules' })
    expect((await put(starter)).status).toBe(200)
    const untested = `${edition(3)}
      rule untested v1 {
        harm terrorism policy "TERR-2" severity high phase follow
        on post
        when item.link_count > 3
        then queue "terrorism" within 4h
        because "many links"
      }`
    const refused = await put(untested)
    expect([refused.status, refused.body.code]).toEqual([409, 'needs_unmet'])
    const cookie = await server.signIn('lead')
    const { body } = await server.operator('GET', '/v1/rulesets/starter/versions/2')
    expect(body.history).toMatchObject([
      { op: 'uploaded' },
      { op: 'live', by: 'operator', solo: true, reason: 'first rules' },
    ])
    const lead = await server.call('/v1/rulesets/live', { method: 'PUT', cookie, json: { text: starter, reason: 'x' } })
    expect(lead.status).toBe(403)
  } finally {
    await server.close()
  }
})
