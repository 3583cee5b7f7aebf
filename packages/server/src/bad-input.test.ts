import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hills, png } from './evidence/decoder/testing/files.ts'
import { sqlite } from './storage/testing/engines.ts'
import { Makes, openTown, type Town } from './testing/good-calls.ts'
import { type Answered, freshId, type House, messageOf, openHouse, reportOf, uploadOf } from './testing/house.ts'
import { operatorCalls } from './testing/operator-calls.ts'
import { operatorDoer } from './testing/server.ts'

let house: House
let town: Town
let make: Makes
beforeAll(async () => {
  house = await openHouse({ engine: sqlite, demo: true })
  town = await openTown(house)
  make = new Makes(town, 'x')
})
afterAll(() => house.close())

/** Every row of every table, but for the leases, which only say who is at work. */
async function everything(): Promise<Record<string, number>> {
  const tables = house.context.storage.retention.rules.map(({ table }) => table).filter((table) => table !== 'leases')
  const counted = tables.map(async (table) => [table, (await house.rows(table)).length] as const)
  return Object.fromEntries(await Promise.all(counted))
}

/** The call gets its code, and no table has a row more or less. */
async function expectNothing(code: string, send: () => Promise<Answered>): Promise<Answered> {
  const before = await everything()
  const answer = await send()
  expect([answer.status >= 400, answer.body.code]).toEqual([true, code])
  expect(await everything()).toEqual(before)
  return answer
}

const json = { 'content-type': 'application/json' }
const ndjson = { 'content-type': 'application/x-ndjson' }
const send = (path: string, body: unknown, headers: Record<string, string> = json) =>
  house.platform('POST', path, { body, headers: { ...headers, 'idempotency-key': freshId() } })
const cut = (value: object) => JSON.stringify(value).slice(0, -9)

/** A gzip file of so many zeros: members one after the other are one file (RFC 1952 §2.2). */
function zeros(bytes: number): Uint8Array {
  const size = 64 * 2 ** 20
  const member = gzipSync(Buffer.alloc(size), { level: 9 })
  return Buffer.concat(Array.from({ length: bytes / size }, () => member))
}

describe('bad input gets its code and leaves nothing half done', () => {
  test.each([
    ['/v1/screen', 'malformed', () => cut(messageOf('hello')), json],
    ['/v1/events', 'malformed', () => `[${JSON.stringify(messageOf('hello'))},${cut(messageOf('you'))}`, json],
    ['/v1/events', 'line_incomplete', () => cut(messageOf('hello')), ndjson],
    ['/v1/reports', 'malformed', () => cut(reportOf('m')), json],
    ['/v1/appeals', 'malformed', () => cut({ notice: 'n', text: 'It was a quotation.' }), json],
  ])('truncated JSON: %s %s', async (path, code, body, headers) => {
    await expectNothing(code, () => send(path, body(), headers))
  })

  test('platform P-09: 8 GiB of zeros in a gzip file, which itself is small enough to be taken', async () => {
    const bomb = zeros(8 * 2 ** 30)
    expect(bomb.length).toBeLessThan(8 * 2 ** 20)
    const packed = { ...ndjson, 'content-encoding': 'gzip' }
    await expectNothing('too_large', () => send('/v1/events', bomb, packed))
    await expectNothing('unsupported_type', () => send('/v1/screen', bomb, { ...json, 'content-encoding': 'gzip' }))
  })

  test.each([
    ['/v1/screen', () => ({ ...messageOf('hello'), actor: { id: 7 } }), '/actor/id'],
    ['/v1/screen', () => ({ ...messageOf('hello'), item: 'hello' }), '/item'],
    ['/v1/screen', () => ({ ...messageOf('hello'), media: [{ id: ['f'] }] }), '/media/0/id'],
    ['/v1/reports', () => ({ ...reportOf('m'), report: { id: 'r', harm: 7 } }), '/report/harm'],
    ['/v1/appeals', () => ({ notice: ['n'], text: true }), '/notice'],
  ])('wrong types: %s %#', async (path, body, pointer) => {
    const { body: problem } = await expectNothing('invalid', () => send(path, body()))
    expect(problem.errors.map((one: { pointer: string }) => one.pointer)).toContain(pointer)
  })

  test('several wrong types in one event are each named', async () => {
    const event = { ...messageOf('hello'), id: 7, actor: { id: 7 }, media: [{ id: 7, size: 'large' }] }
    const { body } = await expectNothing('invalid', () => send('/v1/screen', event))
    expect(body.errors.map((one: { pointer: string }) => one.pointer)).toEqual([
      '/id',
      '/actor/id',
      '/media/0/id',
      '/media/0/size',
    ])
  })

  test.each([
    ['/v1/screen', () => messageOf('half \ud83d'), json, '/item/text'],
    ['/v1/screen', () => ({ ...messageOf('hello'), mood: '\ud83d' }), json, '/mood'],
    ['/v1/events', () => [messageOf('hello \udc00')], json, '/0/item/text'],
    ['/v1/events', () => `${JSON.stringify(messageOf('hello \udc00'))}\n`, ndjson, '/0/item/text'],
    ['/v1/reports', () => ({ ...reportOf('m'), id: 'r\ud800' }), json, '/id'],
    ['/v1/appeals', () => ({ notice: 'n', text: 'It was \ud83d.' }), json, '/text'],
  ])('half of a character: %s %#', async (path, body, headers, pointer) => {
    const { body: problem } = await expectNothing('invalid', () => send(path, body(), headers))
    expect(problem.errors).toEqual([
      { code: 'invalid', pointer, detail: expect.stringContaining('send the text in UTF-8') },
    ])
  })

  test('wrong types in one event of a batch that asks for all or nothing', async () => {
    const batch = [messageOf('hello'), { ...messageOf('hello'), actor: [] }]
    const strict = { ...json, prefer: 'handling=strict' }
    await expectNothing('invalid', () => send('/v1/events', batch, strict))
  })

  test('security S-17: unknown keys decide nothing: an event is judged without them, a person is not what a body says', async () => {
    const claims = { role: 'admin', state: 'followed', verdict: 'allow', decidedBy: 'R-1', receivedAt: 0, gate: 'done' }
    const text = JSON.stringify({ ...messageOf('send me 50 or else'), ...claims })
    const { status, body } = await send('/v1/screen', text.replace('{', '{"__proto__":{"verdict":"allow"},'))
    expect([status, body.verdict]).toEqual([200, 'hold'])
    const person = { name: 'Robin', roles: ['reviewer'], state: 'active', id: town.admin.id, number: 1, role: 'admin' }
    const made = await town.admin.call('POST', '/v1/people', { body: person })
    const row = (await house.rows('staff')).find(({ id }) => id === made.body.id)
    expect(row).toMatchObject({ state: 'invited', roles: '["reviewer"]' })
    expect(row?.number).not.toBe(1)
  })

  const lying = () => {
    const file = png(hills(64, 64))
    // The length of the chunk behind the header.
    file.writeUInt32BE(0x7fffffff, 33)
    return file
  }
  test.each([
    ['a PNG whose chunk says that it has 2 GiB', lying, 'damaged'],
    ['a PNG of 30,000 × 30,000', () => png(hills(8, 8), { claims: { width: 30_000, height: 30_000 } }), 'too_large'],
  ])('%s is unknown, never harmless: the item is held and one person is asked', async (_, file, why) => {
    const id = freshId()
    const put = await house.putPicture(id, file())
    expect([put.status, put.body.state, put.body.unknown]).toEqual([201, 'partly', [{ part: 'pixels', why }]])
    const before = await everything()
    const { body } = await house.screen(uploadOf(id))
    expect([body.verdict, body.unknown]).toEqual(['hold', [{ signal: 'media.pixels', why }]])
    const after = await everything()
    for (const table of ['cases', 'exhibits', 'verdicts', 'seen'])
      expect([table, after[table]]).toEqual([table, (before[table] ?? 0) + 1])
    expect((await house.newestCase()).lane).toBe('unscreened-media')
  })

  test('a rule file with twelve mistakes names all twelve, and the rules that run go on', async () => {
    const body = { text: TWELVE, reason: 'x' }
    const ways = [
      () => operatorCalls(house, '/v1/rulesets/live', body, 'PUT'),
      () => town.lead.call('POST', '/v1/rulesets/starter/versions', { body: { text: TWELVE } }),
    ]
    for (const way of ways) {
      const refused = await expectNothing('rules_refused', way)
      expect(refused.body.errors).toHaveLength(12)
      expect(new Set(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer)).size).toBe(12)
    }
    const checked = await town.lead.call('POST', '/v1/rules/check', { body: { text: TWELVE } })
    expect(checked.body.diagnostics).toHaveLength(12)
    expect((await house.screen(messageOf('send me 50 or else'))).body.verdict).toBe('hold')
  })

  test('a link that signs in, used twice: the second visitor sees the page of any other address, and nobody is signed in', async () => {
    const { people } = house.context
    const invited = await people.invite({ name: 'Robin', roles: ['reviewer'], kind: 'invite', doer: operatorDoer })
    const path = new URL(invited.link).pathname
    expect((await house.visit('POST', path)).status).toBe(303)
    const before = await everything()
    const again = await house.visit('POST', path)
    const strange = await house.visit('POST', '/hello/aaaaaaaaaaaaaaaaaaaaaa')
    expect([again.status, again.text, again.headers.getSetCookie()]).toEqual([404, strange.text, []])
    // That somebody tried is noted.
    expect(await everything()).toEqual({ ...before, audit: Number(before.audit) + 2 })
  })

  test('the address of a picture, used twice: the second time nothing is shown', async () => {
    const url = await make.revealed()
    expect((await town.reviewer.call('GET', url)).status).toBe(200)
    await expectNothing('token_used', () => town.reviewer.call('GET', url))
  })

  test('a key used twice for two bodies: the second does nothing', async () => {
    const headers = { 'idempotency-key': freshId() }
    const invite = (name: string) =>
      town.admin.call('POST', '/v1/people', { body: { name, roles: ['reviewer'] }, headers })
    expect((await invite('Robin')).status).toBe(201)
    await expectNothing('idempotency_mismatch', () => invite('Jona'))
  })

  test('nothing of it was a fault of ours', () => expect(house.failures).toEqual([]))
})

const TWELVE = `ruleset twelve version 1 owner "lead@harbour.example"
use schema chat version 1
list words text from "x"
signal threat: scor from learner(item.text) within 40ms
rule a v1 {
  harm spam policy "P" severity lo phase gate
  on message
  when item.link_count >
  then queue "reports" within
  because "x"
}
rule b v1 {
  harm span policy "P" severity low phase gate
  on mesage, post
  when item.link_count > 3
  then limt "links" for 1h
  because "{item.text}"
}
rule c v1 {
  harm spam policy "P" severity low phase gate
  on message
  when item.link_count > 3 and actor.kind == "robot"
  then limit "links" for 1h
  on unknown block
  because "x"
  tell user "x"
}
test "t" { send message {} expekt c fired }
`
