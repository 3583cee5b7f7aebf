import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MediaVault } from '../evidence/index.ts'
import { partitionLease, StorageError } from '../storage/index.ts'
import { sqlite } from '../storage/testing/engines.ts'
import { type House, LISTED, messageOf, openHouse } from '../testing/house.ts'
import { acceptEvent } from './event.ts'
import { FOLLOW, followOnce } from './follow.ts'
import { type Gate, screenEvent } from './gate.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

const blackmail = (more: Record<string, unknown> = {}) => messageOf(`send me 50 ${LISTED.blackmail_terms}`, more)
const verdictsOf = async (id: unknown) =>
  (await house.rows('verdicts')).filter((row) => String(row.event_key).endsWith(`|${id}`))
const casesOf = async (id: unknown) =>
  (await house.rows('cases')).filter((row) => String(row.subject_key).endsWith(`:${id}`))
const without = ({ repeat: _, ...answer }: Record<string, unknown>) => answer
const onNothing = { onBatch: () => undefined, onPoison: () => undefined, onFailure: () => undefined }

function accepted(event: Record<string, unknown>) {
  const edge = acceptEvent(event, house.context.registry.live().schema, { connection: 'main', now: house.clock.now })
  if (!('accepted' in edge)) throw new Error(JSON.stringify(edge.faults))
  return edge.accepted
}

describe('the same event', () => {
  test('platform P-07: screened twice and handed in twice, all at once, is judged once, with equal answers', async () => {
    const rounds = process.env.LAMPLIGHTER_DEEP === '1' ? 1_000 : 10
    for (let round = 0; round < rounds; round += 1) {
      const event = blackmail()
      const batch = () => house.platform('POST', '/v1/events', { body: event })
      const [one, , two] = await Promise.all([house.screen(event), batch(), house.screen(event), batch()])
      await house.follow()
      const later = await house.screen(event)
      expect([one.status, two.status]).toEqual([200, 200])
      expect(without(two.body)).toEqual(without(one.body))
      expect(without(later.body)).toEqual(without(one.body))
      expect(one.body.verdict).toBe('hold')
      expect(await verdictsOf(event.id)).toHaveLength(1)
      expect(await casesOf(event.id)).toHaveLength(1)
    }
  })

  test('handed in and followed before it is screened gets the verdict of follow', async () => {
    const event = blackmail()
    await house.platform('POST', '/v1/events', { body: event })
    await house.follow()
    const { body } = await house.screen(event)
    expect([body.verdict, body.repeat]).toEqual(['hold', true])
    expect(await verdictsOf(event.id)).toHaveLength(1)
  })

  test('platform P-10: sent again after a lost answer has one effect', async () => {
    const event = blackmail()
    for (let tries = 0; tries < 3; tries += 1) {
      const { status } = await house.platform('POST', '/v1/events', { body: event })
      expect(status).toBe(202)
    }
    await house.follow()
    expect(await verdictsOf(event.id)).toHaveLength(1)
    expect((await house.rows('actions')).filter((row) => row.item_id === event.id)).toHaveLength(1)
  })

  test('platform P-08: with another body it is judged again and joins the same case', async () => {
    const event = blackmail()
    await house.screen(event)
    const changed = await house.screen({
      ...event,
      item: { id: event.id, text: `send me 70 ${LISTED.blackmail_terms}` },
    })
    expect([changed.body.verdict, changed.body.repeat]).toEqual(['hold', undefined])
    expect(await verdictsOf(event.id)).toHaveLength(2)
    expect(await casesOf(event.id)).toHaveLength(1)
  })
})

describe('gate and follow', () => {
  test('a follow rule that fires takes nothing back of what the gate has blocked', async () => {
    const text = `you ${LISTED.threat_terms} at the harbour tonight, see https://${LISTED.bad_domains}/x`
    const event = messageOf(text)
    expect((await house.screen(event)).body.verdict).toBe('block')
    await house.follow()
    await house.pass(0)
    const asked = (await house.rows('actions')).filter((row) => row.item_id === event.id || row.account === 'kestrel')
    expect(asked.filter((row) => row.withdrawn_by !== null)).toEqual([])
    expect((await casesOf(event.id)).map(({ lane }) => lane)).toEqual(['life-at-risk'])
    expect((await house.screen(event)).body.verdict).toBe('block')
  })

  test('a link beyond those that rules may read is unknown, not harmless', async () => {
    const many = Array.from({ length: 20 }, (_, place) => `https://p${place}.example`).join(' ')
    const { body } = await house.screen(messageOf(`${many} https://${LISTED.bad_domains}`))
    expect(body.effects).toContainEqual(expect.objectContaining({ do: 'queue', what: 'unscreened' }))
    const sent = messageOf(`https://${LISTED.bad_domains}`, { id: 'sent-links' })
    const covered = await house.screen({
      ...sent,
      item: { id: 'sent-links', text: `https://${LISTED.bad_domains}`, links: ['fine.example'] },
    })
    expect(covered.body.verdict).toBe('block')
  })

  test('nothing of an event that nothing flagged is kept but its id', async () => {
    const event = messageOf('see you at the weekend')
    const before = await Promise.all(['verdicts', 'cases', 'evidence', 'actions'].map((table) => house.rows(table)))
    const { body } = await house.screen(event)
    expect(without(body)).toEqual({ verdict: 'allow', effects: [], unknown: [], because: [] })
    await house.follow()
    const after = await Promise.all(['verdicts', 'cases', 'evidence', 'actions'].map((table) => house.rows(table)))
    expect(after.map(({ length }) => length)).toEqual(before.map(({ length }) => length))
    expect((await house.rows('seen')).find((row) => row.event_key === `main|message|${event.id}`)).toMatchObject({
      state: 'followed',
      answer: null,
    })
  })
})

describe('deadlines', () => {
  test('platform P-11: signals that hang and that only follow reads do not hold up the gate; follow judges later', async () => {
    const hanging = () => new Promise<boolean>(() => undefined)
    const { intake } = house.context
    const providers = new Map([...intake.bench.providers.keys()].map((name) => [name, hanging] as const))
    const stuck: Gate = { ...intake, bench: { ...intake.bench, providers } }
    const threat = messageOf(`you ${LISTED.threat_terms} at the harbour tonight`)
    const started = performance.now()
    const answer = await screenEvent(accepted(threat), stuck, 2_000)
    expect(performance.now() - started).toBeLessThan(2_050)
    expect(answer.verdict).toBe('allow')
    await house.follow()
    expect((await casesOf(threat.id)).map(({ lane }) => lane)).toEqual(['life-at-risk'])
  })

  test('a picture that is never measured leaves time for the answer: unknown, held, judged in follow', async () => {
    const { intake } = house.context
    const given: number[] = []
    const vault = {
      ...intake.bench.vault,
      find: async (_: string, __: string, ms: number) => void given.push(ms),
    }
    const stuck: Gate = { ...intake, bench: { ...intake.bench, vault } }
    const event = {
      kind: 'upload',
      id: 'late-1',
      occurred_at: '2026-06-01T09:00:00Z',
      actor: { id: 'kestrel' },
      room: { id: 'square', audience: 'public' },
      media: [{ id: 'late-1' }],
    }
    const answer = await screenEvent(accepted(event), stuck, 1_500)
    expect(given).toEqual([1_450])
    expect(answer.verdict).toBe('hold')
    expect(answer.unknown).not.toEqual([])
  })

  test('platform P-12: a stalled writer gives 503 deadline, never allow, and the same event then gets its verdict', async () => {
    const { intake } = house.context
    const { store } = intake.storage
    const stalled: Gate = {
      ...intake,
      storage: {
        ...intake.storage,
        store: {
          ...store,
          read: store.read.bind(store),
          tx: async (...given: Parameters<typeof store.tx>) => {
            await new Promise((done) => setTimeout(done, 600))
            return store.tx(...given)
          },
        } as typeof store,
      },
    }
    const event = blackmail()
    await expect(screenEvent(accepted(event), stalled, 200)).rejects.toMatchObject({ code: 'deadline' })
    await expect.poll(async () => (await verdictsOf(event.id)).length, { timeout: 10_000 }).toBe(1)
    const { body } = await house.screen(event)
    expect([body.verdict, body.repeat]).toEqual(['hold', true])
  })

  test('platform P-12: while the writer itself stands still for two seconds the gate answers 503 deadline, then the verdict', async () => {
    const stalled = await openHouse({ engine: sqlite })
    try {
      const event = blackmail()
      // Somebody else holds the database's one write lock, as a slow disk would.
      const other = new DatabaseSync(join(stalled.place.folder, 'lamplighter.db'))
      other.exec('begin immediate')
      const asked = performance.now()
      const answer = await stalled.screen(event, { prefer: 'wait=1' })
      expect([answer.status, answer.body.code]).toEqual([503, 'deadline'])
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(answer.text).not.toContain('allow')
      await new Promise((done) => setTimeout(done, Math.max(0, 2_000 - (performance.now() - asked))))
      other.exec('rollback')
      other.close()
      // Whoever asks again may do so before the first writing is done; nobody hears `allow`.
      const again = await stalled.screen(event)
      expect([again.status, again.body.verdict]).toEqual([200, 'hold'])
      expect((await stalled.rows('verdicts')).length).toBe(1)
      expect(stalled.failures).toEqual([])
    } finally {
      await stalled.close()
    }
  })

  test('platform P-13: a full database answers its own code, never a verdict', async () => {
    const { intake } = house.context
    for (const code of ['busy', 'storage_full', 'storage_unavailable'] as const) {
      const tx = () => Promise.reject(new StorageError(code, 'made up'))
      const { store } = intake.storage
      const full = {
        ...intake,
        storage: {
          ...intake.storage,
          store: { ...store, read: store.read.bind(store), tx } as unknown as typeof store,
        },
      }
      await expect(screenEvent(accepted(blackmail()), full, 500)).rejects.toMatchObject({ code })
    }
  })
})

describe('a gate rule that reads a signal', () => {
  const RULES = `ruleset slow version 1 owner "lead@harbour.example"
use schema chat version 1
list threat_terms: text from "threat-terms"
signal names_place: bool from place_finder(item.text) within 20ms
rule place v1 {
  harm threat_to_life policy "TTL-1" severity high phase gate
  on message
  when item.text contains any threat_terms and names_place
  then block, queue "life-at-risk" within 10m
  on unknown hold for 2m then release, queue "unscreened" within 1h
  because "names a place: {names_place}"
  tell user "It names a place."
}
test "a threat that names a place is blocked" {
  given threat_terms has "regret"
  send message { item.text: "regret it at the harbour", names_place: true }
  expect place fired
}
test "neither half of it is" {
  given threat_terms has "regret"
  send message { item.text: "regret it", names_place: false }
  expect place quiet
  send message { item.text: "see you at the harbour", names_place: true }
  expect place quiet
}
`

  test('platform P-11: that hangs: the answer comes in time and says unknown; follow blocks, and the platform is told', async () => {
    const slow = await openHouse({ rules: RULES })
    try {
      const { intake, registry } = slow.context
      const hanging = new Map(
        [...intake.bench.providers.keys()].map((name) => [name, () => Promise.withResolvers<boolean>().promise]),
      )
      const stuck: Gate = { ...intake, bench: { ...intake.bench, providers: hanging } }
      const event = messageOf('you will regret it at the harbour tonight')
      const edge = acceptEvent(event, registry.live().schema, { connection: 'main', now: slow.clock.now })
      if (!('accepted' in edge)) throw new Error('not accepted')
      const answer = await screenEvent(edge.accepted, stuck, 2_000)
      expect(answer).toMatchObject({ verdict: 'hold', unknown: [{ signal: 'names_place', why: 'late' }] })
      await slow.follow()
      await slow.pass(0)
      // Long after the hold would have ended by itself.
      await slow.pass(600_000)
      expect(slow.receiver.words().filter((word) => !word.includes('.'))).toEqual(['hold', 'remove'])
      expect((await slow.screen(event)).body).toMatchObject({ verdict: 'block', repeat: true })
      expect(slow.failures).toEqual([])
    } finally {
      await slow.close()
    }
  })
})

describe('follow', () => {
  test('platform P-16: an event that cannot be judged becomes a case, and the others of its batch are judged', async () => {
    const lines = Array.from({ length: 500 }, (_, place) =>
      (place % 25 === 7 ? blackmail : (more: object) => messageOf('hello', { ...more }))({
        actor: { id: `a${place}` },
        id: `b-${place}`,
      }),
    )
    const poisoned = lines.map((line) =>
      line.id === 'b-7' ? { ...line, media: [{ id: 'poison', type: 'image/png' }] } : line,
    )
    await house.platform('POST', '/v1/events', { body: poisoned })
    const { intake } = house.context
    const { live } = house.context.registry
    const find: MediaVault['find'] = (connection, id, waitMs) =>
      id === 'poison' ? Promise.reject(new Error('made up')) : intake.bench.vault.find(connection, id, waitMs)
    const gate: Gate = { ...intake, bench: { ...intake.bench, vault: { ...intake.bench.vault, find } } }
    expect(live().rules).toBeGreaterThan(0)
    let poison = 0
    const before = (await house.rows('cases')).filter((row) => row.kind === 'gathered').length
    const { stream, leases } = house.context.storage
    for (let part = 0; part < stream.partitions; part += 1) {
      const fence = await leases.acquire(partitionLease(FOLLOW, part), 60_000)
      if (fence === undefined) throw new Error('no lease')
      const on = { ...onNothing, onPoison: () => (poison += 1) }
      while ((await followOnce(gate, fence, on)) > 0);
      await leases.release(fence)
    }
    expect(poison).toBe(1)
    const ofBatch = async (table: string) =>
      (await house.rows(table)).map((row) => String(row.event_key)).filter((key) => key.startsWith('main|message|b-'))
    expect((await ofBatch('seen')).toSorted()).toEqual(
      lines.flatMap(({ id }) => (id === 'b-7' ? [] : [`main|message|${id}`])).toSorted(),
    )
    expect(await ofBatch('verdicts')).toHaveLength(19)
    const gathered = (await house.rows('cases')).filter((row) => row.kind === 'gathered')
    expect(gathered.length).toBe(before + 1)
    expect(gathered).toContainEqual(
      expect.objectContaining({ lane: 'unscreened', words: 'event that could not be judged' }),
    )
    expect((await stream.backlog(FOLLOW)).records).toBe(0)
  })

  test('platform P-16: whoever looks at an event that could not be judged sees what it says', async () => {
    const event = messageOf('nobody could judge this', { media: [{ id: 'f', type: 'image/png' }] })
    await house.platform('POST', '/v1/events', { body: event })
    const { intake, storage } = house.context
    const vault = { ...intake.bench.vault, find: () => Promise.reject(new Error('made up')) }
    const gate: Gate = { ...intake, bench: { ...intake.bench, vault } }
    for (let part = 0; part < storage.stream.partitions; part += 1) {
      const fence = await storage.leases.acquire(partitionLease(FOLLOW, part), 60_000)
      if (fence === undefined) throw new Error('no lease')
      await followOnce(gate, fence, onNothing)
      await storage.leases.release(fence)
    }
    const reviewer = await house.person('reviewer')
    const opened = await reviewer.take(Number((await house.newestCase()).number))
    expect(opened).toMatchObject({ kind: 'gathered', lane: { id: 'unscreened' }, account: { ref: '@kestrel' } })
    expect(opened.evidence[0]).toMatchObject({ text: 'nobody could judge this', provenance: 'server' })
  })

  test('platform P-17: an owner that was frozen writes nothing', async () => {
    const event = blackmail({ actor: { id: 'frozen' } })
    await house.platform('POST', '/v1/events', { body: event })
    const { stream, leases } = house.context.storage
    const frozen = await Promise.all(
      Array.from({ length: stream.partitions }, (_, part) => leases.acquire(partitionLease(FOLLOW, part), 1)),
    )
    await new Promise((done) => setTimeout(done, 5))
    const owners = await Promise.all(
      Array.from({ length: stream.partitions }, (_, part) => leases.acquire(partitionLease(FOLLOW, part), 60_000)),
    )
    const ends = await Promise.allSettled(
      frozen.map((fence) =>
        fence === undefined
          ? Promise.reject(new Error('no lease'))
          : followOnce(house.context.intake, fence, onNothing),
      ),
    )
    expect(ends.some((end) => end.status === 'rejected' && end.reason.code === 'lease_lost')).toBe(true)
    expect(await verdictsOf(event.id)).toHaveLength(0)
    for (const owner of owners) if (owner !== undefined) await leases.release(owner)
    await house.follow()
    expect(await verdictsOf(event.id)).toHaveLength(1)
  })
})

describe('POST /v1/events', () => {
  const line = (id: string) => JSON.stringify(messageOf('hello', { id }))
  const send = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    house.platform('POST', '/v1/events', { body, headers: { 'content-type': 'application/x-ndjson', ...headers } })
  const waiting = async () => (await house.context.storage.stream.backlog(FOLLOW)).records

  test('platform P-09: of a thousand lines with three bad ones 997 are durable, and three are named', async () => {
    await house.follow()
    const lines = Array.from({ length: 1_000 }, (_, place) => line(`p9-${place}`))
    lines[4] = '{"kind":"message"}'
    lines[99] = 'not json'
    lines[999] = JSON.stringify({ ...messageOf('x'), actor: { id: 7 } })
    const taken = await send(`${lines.join('\n')}\n`)
    expect([taken.status, taken.body.accepted, taken.body.rejected]).toEqual([202, 997, 3])
    expect(taken.body.results).toMatchObject([
      { line: 5, problem: { code: 'invalid', pointer: '/id' } },
      { line: 100, problem: { code: 'malformed' } },
      { line: 1000, problem: { code: 'invalid', pointer: '/actor/id' } },
    ])
    // Each fault of a line, not the first alone.
    expect(taken.body.results[0].problem.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/id',
      '/occurred_at',
      '/actor',
      '/item',
    ])
    expect(taken.body.results[2].problem).not.toHaveProperty('errors')
    expect(await waiting()).toBe(997)
    await house.follow()
    const strict = await send(`${lines.join('\n')}\n`, { prefer: 'handling=strict' })
    expect(strict.status).toBe(422)
    expect(strict.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/4/id',
      '/4/occurred_at',
      '/4/actor',
      '/4/item',
      '/99',
      '/999/actor/id',
    ])
    expect(await waiting()).toBe(0)
  })

  test('platform P-09: a cut line is named, line ends of Windows and a byte-order mark are taken', async () => {
    const cut = await send(`${line('c1')}\n${line('c2').slice(0, 40)}`)
    expect([cut.status, cut.body.accepted]).toEqual([202, 1])
    expect(cut.body.results[0].problem.code).toBe('line_incomplete')
    expect((await send(`${line('c3')}\r\n${line('c4')}\r\n`)).body.accepted).toBe(2)
    expect((await send(`\uFEFF${line('c5')}\n`)).body.accepted).toBe(1)
    expect((await send(line('c6').slice(0, 40))).body.code).toBe('line_incomplete')
  })

  test('platform P-09: nothing, a bomb and too many are refused whole', async () => {
    expect([(await send('')).status, (await send('\n\n')).status]).toEqual([422, 422])
    const { gzipSync } = await import('node:zlib')
    const bomb = await send(gzipSync(Buffer.alloc(32 * 2 ** 20)), { 'content-encoding': 'gzip' })
    expect([bomb.status, bomb.body.code]).toEqual([413, 'too_large'])
    expect((await send(gzipSync(`${line('z1')}\n`), { 'content-encoding': 'gzip' })).body.accepted).toBe(1)
    expect((await send('garbage', { 'content-encoding': 'gzip' })).status).toBe(400)
    expect((await send('x', { 'content-encoding': 'br' })).status).toBe(415)
    expect((await send('{}\n'.repeat(1_001))).status).toBe(413)
  })
})

test('nothing went wrong on our side', () => expect(house.failures).toEqual([]))
