import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Claimed } from '../../storage/index.ts'
import { sqlite } from '../../storage/testing/engines.ts'
import { type House, openHouse, type Person } from '../../testing/house.ts'
import type { Terms } from '../lists/declaration.ts'
import type { FakeServer } from './testing/fake-server.ts'
import { fakeStopNcii, stopNciiKeys } from './testing/fake-stopncii.ts'
import { fakeTcap, tcapSignIn } from './testing/fake-tcap.ts'
import { feed, ncmecAt, pull } from './testing/fed.ts'
import { asking, matchedCase } from './testing/matched.ts'
import { NCMEC_MEMBER, startNcmecFake } from './testing/ncmec-fake.ts'

const terms = { name: 'x', share: false, export: false, device: false, harms: ['csea'], feedback: 'welcome' } as const
const md5 = (digit: string): string => digit.repeat(32)

let house: House
let safety: Person
let lead: Person
const fakes: FakeServer[] = []
const exchanges = ['ncmec', 'tcap', 'stopncii', 'parked', 'open', 'shut'] as const
beforeAll(async () => {
  house = await openHouse({
    ...{ engine: sqlite, demo: true, bare: true },
    rules: asking([
      ...exchanges.map((name) => ({ list: `${name}_files`, sealed: name === 'shut' })),
      ...['by_id', 'by_value', 'silent', 'own'].map((list) => ({ list })),
      { list: 'hidden', sealed: true },
      { list: 'guarded', lane: 'csea-verified' },
    ]),
    mediaNets: exchanges.map((name) => `exchange:${name}`),
  })
  safety = await house.person('reviewer', 'child-safety')
  lead = await house.person('lead')
}, 120_000)
afterAll(() => house.close())
afterEach(async () => {
  for (const fake of fakes.splice(0)) await fake.close()
})

/** A list from a file. */
async function listed(id: string, row: string, of: Partial<Terms> = {}): Promise<void> {
  const facts = { id, kind: 'digest', harm: 'csea', sealed: id === 'hidden', context: false } as const
  await house.context.library.import({
    facts: { ...facts, source: `the makers of ${id}`, staleAfterMs: null, terms: { ...terms, ...of } },
    ...{ text: `value,source_id\n${row}\n`, contentType: 'text/csv', by: 'operator', live: true },
  })
}
const feedbackOf = async (number: number, who = safety) => who.call('GET', `/v1/cases/${number}/feedback`)
const matchesOf = async (number: number) => (await feedbackOf(number)).body.matches
async function decide(number: number, choice: 'warn' | 'none'): Promise<string> {
  const { body, status, text } = await safety.decide(await safety.take(number), choice)
  if (status !== 201) throw new Error(text)
  return body.decision
}
const send = async (id: string) => {
  const job: Claimed = {
    ...{ id: 'job', queue: 'exchanges.push', token: 't', attempts: 1, order: undefined, leaseUntil: 0 },
    payload: { id },
  }
  return house.context.exchanges.pushHandler(job, { signal: new AbortController().signal, claimed: () => job })
}
const stateOf = async (id: string) => (await house.rows('exchange_pushes')).find((row) => row.id === id)?.state

test('matching 28: a case says what may be told of each match, from before its decision to after the recall', async () => {
  const fake = await startNcmecFake({ now: () => house.clock.now })
  fakes.push(fake)
  fake.put({ member: 42, id: 'i', type: 'image', at: house.clock.now - 86_400_000, fingerprints: { md5: md5('a') } })
  await feed(house, 'ncmec', ncmecAt(fake), { lists: { digest: 'ncmec_files' }, facts: { terms } })
  await pull(house, 'ncmec')
  const number = await matchedCase(house, { md5: md5('a') })
  const before = await feedbackOf(number)
  expect(before.body).toMatchObject({ decision: null, stands: 'undecided' })
  const [match] = before.body.matches
  expect(match).toMatchObject({ list: 'ncmec_files', exchange: 'ncmec', way: 'call', why: null, needsReason: true })
  expect(match).toMatchObject({ hearsOfWaiting: false, reference: null, said: null, waiting: null })
  const decision = await decide(number, 'warn')
  expect((await feedbackOf(number)).body).toMatchObject({ decision, stands: 'open' })
  house.clock.now += 11_000
  expect((await feedbackOf(number)).body.stands).toBe('upheld')
  const body = { list: match.list, entry: match.entry, decision }
  const told = await safety.call('POST', '/v1/exchanges/ncmec/feedback', { body })
  expect((await matchesOf(number))[0].said).toMatchObject({ id: told.body.push, state: 'waiting' })
  await send(told.body.push)
  expect((await matchesOf(number))[0].said).toMatchObject({ state: 'delivered' })
  const reversed = await safety.call('POST', `/v1/decisions/${decision}/reverse`, { body: { reason: 'x' } })
  expect(reversed.status).toBeLessThan(300)
  await house.context.exchanges.task.run(0, { signal: new AbortController().signal, claimed: () => expect.fail() })
  const { body: after } = await feedbackOf(number)
  expect(after).toMatchObject({ stands: 'over', matches: [{ unsaid: { state: 'waiting' } }] })
})

test('a case says who disputes what it matched; of a sealed list that it is disputed, and by nobody’s name', async () => {
  const fake = await startNcmecFake({ now: () => house.clock.now })
  fakes.push(fake)
  const at = house.clock.now - 86_400_000
  const said = [{ member: 50, says: 'negative', of: 'md5' }] as const
  fake.put({ member: 42, id: 'i', type: 'image', at, fingerprints: { md5: md5('9') }, said })
  fake.put({ member: 42, id: 'j', type: 'image', at, fingerprints: { md5: md5('8') } })
  for (const name of ['open', 'shut'] as const) {
    const { settings, ...rest } = ncmecAt(fake)
    const source = { ...rest, settings: { ...settings, ownMember: String(NCMEC_MEMBER) } }
    await feed(house, name, source, { lists: { digest: `${name}_files` }, facts: { terms, sealed: name === 'shut' } })
    await pull(house, name)
  }
  const disputes = async (digit: string) => {
    const matches = await matchesOf(await matchedCase(house, { md5: md5(digit) }))
    return Object.fromEntries(
      matches.map((one: { list: string; disputed: boolean; disputedBy: string[] }) => [
        one.list,
        [one.disputed, one.disputedBy],
      ]),
    )
  }
  expect(await disputes('9')).toEqual({ open_files: [true, ['open: member 50']], shut_files: [true, []] })
  const number = await matchedCase(house, { md5: md5('9') })
  const [open] = (await matchesOf(number)).filter(({ list }: { list: string }) => list === 'open_files')
  await lead.call('POST', `/v1/lists/open_files/entries/${open.entry}/opinions`, { body: { says: 'doubt' } })
  expect((await disputes('9')).open_files).toEqual([true, ['open: member 50', expect.stringMatching(/^R-\d+$/)]])
  expect(await disputes('8')).toEqual({ open_files: [false, []], shut_files: [false, []] })
})

test('a source without a call gets a mail that names its entry as it does; a sealed list never shows a hash for that', async () => {
  const fake = await fakeTcap()
  fakes.push(fake)
  fake.clockMicros = (house.clock.now - 60_000) * 1_000
  fake.put({ id: 4711, hash_digest: md5('b'), algorithm: 'MD5' })
  const settings = { address: `${fake.origin}/` }
  const source = { source: 'tcap', settings, credentials: tcapSignIn }
  await feed(house, 'tcap', source, { lists: { digest: 'tcap_files' }, facts: { terms } })
  await pull(house, 'tcap')
  await listed('by_id', `${md5('c')},BY-12`)
  await listed('by_value', `${md5('d')},`)
  await listed('hidden', `${md5('e')},`)
  await listed('silent', `${md5('f')},S-1`, { feedback: 'none' })
  const ways = async (digit: string) => {
    const [one] = await matchesOf(await matchedCase(house, { md5: md5(digit) }))
    return [one.way, one.why, one.reference]
  }
  expect(await ways('b')).toEqual(['mail', null, '4711'])
  expect(await ways('c')).toEqual(['mail', null, 'BY-12'])
  expect(await ways('d')).toEqual(['mail', null, md5('d')])
  expect(await ways('e')).toEqual(['nothing', 'unnamed', null])
  expect(await ways('f')).toEqual(['nothing', 'terms', null])
  // An id that holds the hash would show it all the same.
  await listed('hidden', `${md5('e')},hash-${md5('E')}`)
  expect(await ways('e')).toEqual(['nothing', 'unnamed', null])
})

test('an entry of our own rests on a decision made here: nobody else hears of it', async () => {
  const first = await matchedCase(house, { md5: md5('c') })
  const decision = await decide(first, 'warn')
  house.clock.now += 11_000
  await listed('own', `${md5('1')},${decision}`)
  const [one] = await matchesOf(await matchedCase(house, { md5: md5('1') }))
  expect([one.way, one.why]).toEqual(['nothing', 'own'])
})

test('StopNCII hears of a match that waits, if a person asks for it, and then of what was decided', async () => {
  const fake = await fakeStopNcii()
  fakes.push(fake)
  fake.clockS = Math.floor(house.clock.now / 1_000) - 60
  for (const digit of ['2', '3']) fake.put({ signalType: 'VideoMD5', hashValue: md5(digit) })
  const source = { source: 'stopncii', settings: { address: `${fake.origin}/v1` }, credentials: stopNciiKeys }
  await feed(house, 'stopncii', source, { lists: { digest: 'stopncii_files' }, facts: { terms } })
  await pull(house, 'stopncii')
  const waiting = async (number: number) => {
    const [{ list, entry, hearsOfWaiting }] = await matchesOf(number)
    expect(hearsOfWaiting).toBe(true)
    const body = { list, entry, case: number }
    return { body, answer: await safety.call('POST', '/v1/exchanges/stopncii/waiting', { body }) }
  }
  const sent = await matchedCase(house, { md5: md5('2') })
  const { body, answer } = await waiting(sent)
  expect([answer.status, answer.body.state]).toEqual([202, 'waiting'])
  await send(answer.body.push)
  expect((await matchesOf(sent))[0].waiting).toMatchObject({ state: 'delivered' })
  expect((await waiting(sent)).answer.body).toEqual({ push: answer.body.push, state: 'delivered' })
  const decision = await decide(sent, 'warn')
  house.clock.now += 11_000
  const said = { list: body.list, entry: body.entry, decision }
  await send((await safety.call('POST', '/v1/exchanges/stopncii/feedback', { body: said })).body.push)
  expect(fake.feedbacks.map(({ feedbackValue }) => feedbackValue)).toEqual(['PendingReview', 'Blocked'])

  // What did not leave before the decision was told never leaves.
  const unsent = await matchedCase(house, { md5: md5('3') })
  const { body: about, answer: asked } = await waiting(unsent)
  const other = await decide(unsent, 'none')
  house.clock.now += 11_000
  const told = await safety.call('POST', '/v1/exchanges/stopncii/feedback', {
    body: { list: about.list, entry: about.entry, decision: other },
  })
  await send(told.body.push)
  await send(asked.body.push)
  expect(await stateOf(asked.body.push)).toBe('cancelled')
  expect(fake.feedbacks.at(-1)?.feedbackValue).toBe('NotBlocked')
  // Of a case that is decided nobody says that it waits.
  const third = await matchedCase(house, { md5: md5('3') })
  await decide(third, 'none')
  const over = await safety.call('POST', '/v1/exchanges/stopncii/waiting', {
    body: { list: about.list, entry: about.entry, case: third },
  })
  expect([over.status, over.body.code]).toEqual([409, 'conflict'])
})

test('what was refused may be sent again by a person', async () => {
  const fake = await startNcmecFake({ now: () => house.clock.now })
  fakes.push(fake)
  fake.put({ member: 42, id: 'p', type: 'image', at: house.clock.now - 86_400_000, fingerprints: { md5: md5('4') } })
  await feed(house, 'parked', ncmecAt(fake), { lists: { digest: 'parked_files' }, facts: { terms } })
  await pull(house, 'parked')
  const number = await matchedCase(house, { md5: md5('4') })
  const decision = await decide(number, 'warn')
  house.clock.now += 11_000
  const [{ list, entry }] = await matchesOf(number)
  const tell = () => safety.call('POST', '/v1/exchanges/parked/feedback', { body: { list, entry, decision } })
  const first = await tell()
  fake.trap(() => ({ status: 403, body: 'not for you' }))
  await send(first.body.push)
  expect((await matchesOf(number))[0].said).toMatchObject({ state: 'parked', why: 'status 403: not for you' })
  const second = await tell()
  expect(second.body.state).toBe('waiting')
  await send(second.body.push)
  expect((await matchesOf(number))[0].said).toMatchObject({ id: second.body.push, state: 'delivered' })
  expect((await tell()).body.push).toBe(second.body.push)
})

test('nothing is told of an entry that the case did not match, nor by whoever may not open the case', async () => {
  await listed('guarded', `${md5('5')},G-1`)
  const number = await matchedCase(house, { md5: md5('5') })
  expect((await feedbackOf(number)).status).toBe(200)
  expect((await feedbackOf(number, lead)).status).toBe(404)
  const decision = await decide(number, 'warn')
  house.clock.now += 11_000
  const entries = (await house.rows('list_entries')).filter((row) => row.list === 'ncmec_files' && row.gone === null)
  const about = { list: 'ncmec_files', entry: Math.max(...entries.map(({ n }) => Number(n))), decision }
  const wrong = await safety.call('POST', '/v1/exchanges/ncmec/feedback', { body: about })
  expect([wrong.status, wrong.body.detail]).toEqual([409, 'The case is not about a match with this entry.'])
  expect((await lead.call('POST', '/v1/exchanges/ncmec/feedback', { body: about })).status).toBe(404)
  expect((await house.rows('exchange_pushes')).filter((row) => row.decision === decision)).toEqual([])
})
