import { createCipheriv, createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FOLLOW, followOnce } from '../intake/index.ts'
import { partitionLease } from '../storage/index.ts'
import { engines } from '../storage/testing/engines.ts'
import { type House, messageOf, openHouse, pdqOf, picture, reportOf, TERROR, uploadOf } from '../testing/house.ts'
import { starter } from '../testing/rule-calls.ts'
import { type Line, unpackChunk } from './line.ts'
import { measuredOf, pastOf } from './past.ts'
import { Side } from './side.ts'

// A word of its own: other tests look for theirs in every file of the database server.
const CANARY = 'crepuscular-verdigris'
const DAY = 86_400_000

describe.each(engines)('the replay log on $name', (engine) => {
  let house: House
  beforeEach(async () => {
    house = await openHouse({ engine })
  })
  afterEach(async () => {
    const { failures } = house
    await house.close()
    expect(failures).toEqual([])
  })

  const chunks = async () => {
    const rows = await house.rows('replay_chunks')
    return rows
      .toSorted((a, b) => Number(a.n) - Number(b.n))
      .map((row) => ({ segment: String(row.segment), at: Number(row.at), ...unpackChunk(row.body as Uint8Array) }))
  }
  const text = async () => (await chunks()).map(({ head, lines }) => JSON.stringify(head) + lines.join('\n')).join('\n')
  const lines = async () => (await chunks()).flatMap((chunk) => chunk.lines.map((line) => JSON.parse(line) as Line))
  const hand = (event: object) => house.platform('POST', '/v1/events', { body: event })
  const set = async (name: string, value: string) => {
    const admin = await house.person('admin')
    const { cookie } = admin.credentials
    expect(cookie).toBeDefined()
    await house.context.settings.put(name as 'replay.days', value, {
      reason: 'x',
      doer: { name: 'operator', staff: null, touch: 'operator', request: 'test' },
    })
  }

  test('holds one line for each event, however it came, and no line for what came again', async () => {
    const screened = messageOf('good morning')
    await house.screen(screened)
    await hand(messageOf('good evening'))
    await hand(screened)
    await house.report(reportOf('m-1', { item: { id: 'm-1', text: 'rude' } }))
    await house.putPicture('f-1', picture(TERROR))
    await house.screen(uploadOf('f-1'))
    await house.follow()
    await hand(screened)
    await house.follow()
    expect((await lines()).map(({ e }) => e.kind).toSorted()).toEqual(['message', 'message', 'report', 'upload'])
  })

  test('of what a switch kept from being read it says so, and a version that asks anew hears none, not unknown', async () => {
    const said = `${CANARY}, or else, tonight at school`
    await house.screen(messageOf(said, { room: { id: 'dm', type: 'direct', audience: 'private' } }))
    await house.follow()
    const [line] = await lines()
    expect(line?.e.flags).toEqual(['off:eu.private_scan'])
    expect(Object.values(line?.s ?? {})).toEqual(['off', 'off'])
    expect(line?.e.item).toMatchObject({ text: null, links: null, link_count: null })
    expect(line?.d).toEqual([0, [], []])
    expect(await text()).not.toContain(CANARY)
    const [chunk] = await chunks()
    if (chunk === undefined) throw new Error('nothing was logged')
    const past = pastOf(JSON.stringify(line), chunk.head)
    expect(measuredOf([{ name: 's', key: Object.keys(past.told)[0] ?? '' }], past)).toEqual({
      s: { known: 'off', switch: 'eu.private_scan' },
    })
    const asks = `${starter.replace('starter version 2', 'starter version 3')}
rule anything v1 {
  harm spam policy "SPAM-3" severity low phase gate
  on message
  when item.text contains "anything"
  then queue "reports" within 24h
  on unknown ignore
  because "it says anything"
}`
    const version = await house.context.registry.fit({
      text: asks,
      schemaText: house.context.registry.live().schemaText,
    })
    const side = new Side(version.rules, past.receivedAt)
    const { outcomes } = side.ask(past, new Map())
    expect([...outcomes.keys()]).not.toContain('anything')
    const { flags: _, ...open } = past.event
    const readable = { ...past, event: { ...open, item: { id: 'i' } } }
    expect(new Side(version.rules, past.receivedAt).ask(readable, new Map()).outcomes.get('anything')).toBe('unknown')
  })

  test('rules 11.10: holds no content, no hash of a file, no id in clear, and nothing of encrypted kinds', async () => {
    const account = `account-${CANARY}`
    const item = { id: `item-${CANARY}`, text: `${CANARY}, send me 50 or else, see https://prize.example` }
    const by = { actor: { id: account, age_band: 'adult' }, room: { id: `room-${CANARY}`, audience: 'public' }, item }
    await house.screen(messageOf('', { id: `e1-${CANARY}`, ...by }))
    await hand(messageOf('', { id: `e2-${CANARY}`, ...by }))
    await house.putPicture(`file-${CANARY}`, picture(TERROR))
    await house.screen({ ...uploadOf(`file-${CANARY}`), actor: { id: account } })
    await house.report(reportOf(`item-${CANARY}`, { item, actor: { id: `reporter-${CANARY}` } }))
    await hand({
      kind: 'sealed_message',
      id: `sealed-${CANARY}`,
      occurred_at: '2026-06-01T09:00:00.000Z',
      actor: { id: account, country: 'XQ' },
    })
    await house.follow()
    const found = await text()
    expect((await lines()).length).toBe(4)
    for (const word of [CANARY, 'send me 50', 'or else', pdqOf(TERROR), '"digests"', '"pdq"', '"text"', '"XQ"'])
      expect([word, found.includes(word)]).toEqual([word, false])
    // What rules may read of it is there, and that an encrypted one came.
    expect(found).toContain('"age_band":"adult"')
    expect((await chunks()).map(({ head }) => head.unlogged)).toContainEqual({ sealed_message: 1 })
    const rows = await house.rows('replay_chunks')
    for (const row of rows) expect(Object.values(row).filter((value) => String(value).includes(CANARY))).toEqual([])
  })

  test('equal ids look equal: HMAC-SHA-256 makes the IV, AES-256-CTR the rest', async () => {
    await hand(messageOf('a', { actor: { id: 'kestrel' } }))
    await hand(messageOf('b', { actor: { id: 'plover' }, target: { id: 'kestrel' } }))
    await house.follow()
    const found = await lines()
    const ids = found
      .flatMap(({ e }) => [e.actor, e.target])
      .map((record) => String(Reflect.get(record as object, 'id')))
    const { keyring } = house.context
    const [key] = keyring.live('replay')
    const expected = await keyring.use(key?.id ?? '', (held) => {
      const mac = createHmac('sha256', held.derive('replay ids: synthetic IV')).update('7:accountkestrel').digest()
      const iv = mac.subarray(0, 16)
      const sealed = createCipheriv('aes-256-ctr', held.derive('replay ids'), iv).update('kestrel')
      return Buffer.concat([iv, sealed]).toString('base64url')
    })
    // Two people in two lines, each as who speaks and as whom it is said to.
    expect(new Set(ids).size).toBe(2)
    expect(ids.filter((id) => id === expected)).toHaveLength(2)
  })

  test('lets a segment end with its key, and takes old lines away', async () => {
    const id = async () => String(Reflect.get((await lines()).at(-1)?.e.actor as object, 'id'))
    await hand(messageOf('one'))
    await house.follow()
    const first = await id()
    const { keyring, replay } = house.context
    const [key] = keyring.live('replay')
    house.clock.now += 14 * DAY
    await replay.tend()
    await expect(keyring.use(key?.id ?? '', () => true)).rejects.toMatchObject({ code: 'key_destroyed' })
    await hand(messageOf('two'))
    await house.follow()
    expect(await id()).not.toBe(first)
    expect(new Set((await chunks()).map(({ segment }) => segment)).size).toBe(2)
    house.clock.now += 14 * DAY + 1
    await replay.tend()
    expect(await chunks()).toHaveLength(1)
  })

  test('is empty when its days are lowered to 0, and nothing more goes through follow than before', async () => {
    await hand(messageOf('one'))
    await house.follow()
    await set('replay.days', '0')
    await house.context.replay.tend()
    expect(await house.rows('replay_chunks')).toEqual([])
    expect(house.context.keyring.live('replay')).toEqual([])
    await hand(messageOf('two'))
    await house.follow()
    expect(await house.rows('replay_chunks')).toEqual([])
    await set('replay.days', '3')
    await hand(messageOf('three'))
    await house.follow()
    expect(await lines()).toHaveLength(1)
    house.clock.now += 3 * DAY + 1
    await house.context.replay.tend()
    expect(await lines()).toHaveLength(0)
  })

  test('forgets a person: the lines that name them are gone, the others stay', async () => {
    for (let n = 0; n < 3; n += 1) {
      await hand(messageOf(`hello ${n}`, { actor: { id: 'kestrel' }, target: { id: 'plover' } }))
      await hand(messageOf(`hello ${n}`, { actor: { id: 'heron' }, target: { id: 'kestrel' } }))
      await hand(messageOf(`hello ${n}`, { actor: { id: 'heron' }, target: { id: 'plover' } }))
      await house.follow()
    }
    expect(await lines()).toHaveLength(9)
    await house.context.replay.erase({ type: 'account', id: 'kestrel' })
    const left = await lines()
    expect(left).toHaveLength(3)
    expect(new Set(left.flatMap(({ e }) => [JSON.stringify(e.actor), JSON.stringify(e.target)])).size).toBe(2)
  })

  test('a batch that was not written is no part of it; the batch that follows it again is', async () => {
    await hand(messageOf('one'))
    await hand(messageOf('two'))
    const { storage, intake } = house.context
    const onNothing = { onBatch: () => undefined, onPoison: () => undefined, onFailure: () => undefined }
    let lost = 0
    for (let part = 0; part < storage.stream.partitions; part += 1) {
      const fence = await storage.leases.acquire(partitionLease(FOLLOW, part), 60_000)
      if (fence === undefined) throw new Error('somebody else judges the stream')
      // The owner's lease is not the one it says: all that it settled is taken back.
      await followOnce(intake, { ...fence, epoch: fence.epoch + 1 }, onNothing).catch(() => {
        lost += 1
      })
      await storage.leases.release(fence)
    }
    expect(lost).toBeGreaterThan(0)
    expect(await lines()).toHaveLength(0)
    await house.follow()
    expect(await lines()).toHaveLength(2)
  })

  test('says what the rules decided, in the gate and in follow', async () => {
    await house.screen(messageOf('send me 50 or else'))
    await house.follow()
    const [chunk] = await chunks()
    const line = JSON.parse(chunk?.lines[0] ?? '') as Line
    expect(chunk?.head.by).toEqual([house.context.registry.live().hash])
    expect(line.d?.[1]).toEqual(['blackmail'])
    expect(Object.keys(line.l)).toContain('blackmail_terms')
    expect(line.a[1]).toContain('t')
  })
})
