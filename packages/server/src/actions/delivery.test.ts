import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OutgoingAnswer } from '../http/outgoing.ts'
import {
  cancelDelivery,
  openSecret,
  pauseConnection,
  replayDelivery,
  resumeConnection,
  rotateSecret,
} from './connections.store.ts'
import { claimDeliveries } from './deliveries.store.ts'
import { bodySweep } from './sweep.store.ts'
import { makeUnrepeatable, plant, reverse, undo } from './testing/acts.store.ts'
import { TestOutbox } from './testing/outbox.ts'

const never = {} as never
let box: TestOutbox
beforeEach(async () => {
  box = await TestOutbox.open()
})
afterEach(() => box.close())

const hour = 3_600
const answering = (status: number, headers: Record<string, string> = {}, body = '') => {
  box.receiver.behave = (answer) => answer.writeHead(status, headers).end(body)
}
const withdrawal = { by: 'person' as const, reason: null }

test('an action arrives once, signed, with its promise, and its delivery is in the ledger', async () => {
  const action = await box.ask('remove', { item: { type: 'message', id: '8731' } })
  await box.deliver()
  expect(box.receiver.calls).toHaveLength(1)
  expect(box.receiver.refused).toEqual([])
  const [call] = box.receiver.calls
  expect(call).toMatchObject({
    type: 'action.requested',
    data: { action, do: 'remove', item: { type: 'message', id: '8731' }, account: 'u17', by: 'person', undoOf: null },
  })
  expect(call?.data.recorded).toMatchObject({ promise: expect.stringContaining('safety.example') })
  const { outbox, records } = await box.all()
  expect(outbox[0]).toMatchObject({ state: 'delivered', attempts: 1 })
  expect(records.filter((record) => record.kind === 3)).toHaveLength(1)
  await box.pass(10)
  expect(box.receiver.calls).toHaveLength(1)
})

test('nothing goes to an endpoint that does not carry the action', async () => {
  await box.ask('offer')
  expect(await box.states()).toEqual([])
})

describe('console 10 and 11: undo inside the window', () => {
  test('nothing was sent at 9 s, the undo cancels it with a record of its own, and nothing comes later', async () => {
    await box.ask('remove', { decision: 'dec_1', notBefore: box.now() + 10_000 })
    await box.pass(9)
    const means = await box.meansFor([{ kind: 'account', id: 'u17' }])
    expect(await box.store.tx(undo, { decision: 'dec_1', means })).toEqual({ cancelled: 1, left: 0 })
    await box.pass(60)
    expect(box.receiver.calls).toEqual([])
    expect((await box.all()).records.filter((record) => record.kind === 3)).toHaveLength(1)
  })

  test('after 11 s nothing can be cancelled any more', async () => {
    await box.ask('remove', { decision: 'dec_1', notBefore: box.now() + 10_000 })
    await box.pass(11)
    expect(box.receiver.words()).toEqual(['remove'])
    const means = await box.meansFor([{ kind: 'account', id: 'u17' }])
    expect(await box.store.tx(undo, { decision: 'dec_1', means })).toEqual({ cancelled: 0, left: 1 })
  })
})

describe('platform P-22 and ecosystem 6: a receiver that fails', () => {
  test('503 for a day: tried after 5 s, 1 min, 5 min, 30 min, 2 h, 6 h, 12 h, 12 h and delivered once it is up', async () => {
    answering(503)
    await box.ask('remove')
    await box.deliver()
    for (const [n, wait] of [5, 60, 300, 1_800, 2 * hour, 6 * hour, 12 * hour].entries()) {
      await box.pass(wait - 1, wait - 1)
      expect(box.receiver.calls).toHaveLength(n + 1)
      await box.pass(1)
      expect(box.receiver.calls).toHaveLength(n + 2)
    }
    answering(204)
    await box.pass(12 * hour, 12 * hour)
    expect(await box.states()).toEqual(['delivered'])
    expect(box.receiver.refused).toEqual([])
  })

  test('what waited a day for one account arrives in order, and none is lost', async () => {
    answering(503)
    for (const act of ['limit', 'warn', 'label', 'suspend'] as const) await box.ask(act)
    await box.pass(24 * hour, 300)
    answering(204)
    box.receiver.calls.splice(0)
    await box.pass(13 * hour, 60)
    expect(new Set(await box.states())).toEqual(new Set(['delivered']))
    const told = box.receiver.words()
    expect(new Set(told.map((word) => word.replace('*', '')))).toEqual(new Set(['limit', 'warn', 'label', 'suspend']))
  })

  test('every retry has the same id and the same bytes, and a time of its own', async () => {
    answering(500)
    await box.ask('remove')
    await box.pass(400, 5)
    const { calls } = box.receiver
    expect(calls.length).toBeGreaterThanOrEqual(4)
    expect(new Set(calls.map((call) => call.id)).size).toBe(1)
    expect(new Set(calls.map((call) => call.body)).size).toBe(1)
    expect(new Set(calls.map((call) => call.at)).size).toBe(calls.length)
  })

  test('a hanging receiver is a failure and the row is tried again', async () => {
    box.receiver.behave = () => undefined
    await box.ask('remove')
    await box.deliver()
    expect((await box.all()).outbox[0]).toMatchObject({
      state: 'waiting',
      fails: 1,
      why: expect.stringContaining('timeout'),
    })
    answering(204)
    await box.pass(6)
    expect(await box.states()).toEqual(['delivered'])
  })

  test('a redirect to loopback is not followed', async () => {
    answering(302, { location: `${box.receiver.url}/elsewhere` })
    await box.ask('remove')
    await box.deliver()
    expect(box.receiver.calls).toHaveLength(1)
    expect((await box.all()).attempts[0]).toMatchObject({ status: 302 })
  })

  test('an answer of 2 GB is cut at 4 KiB: no more is kept, the connection is dropped, and its status counts', async () => {
    const size = 2 * 10 ** 9
    const gone = Promise.withResolvers<number>()
    box.receiver.behave = (answer) => {
      answer.writeHead(200, { 'content-length': String(size) })
      const piece = Buffer.alloc(65_536, 'x')
      const { socket } = answer
      // As fast as it is taken: nothing but the other side ends it before all of it was sent.
      const pour = () => {
        while (!answer.destroyed && answer.write(piece));
      }
      answer.on('drain', pour)
      answer.on('close', () => gone.resolve(socket?.bytesWritten ?? size))
      pour()
    }
    const kept: OutgoingAnswer[] = []
    const send = box.outgoing.send.bind(box.outgoing)
    box.outgoing.send = async (...given) => {
      const answer = await send(...given)
      kept.push(answer)
      return answer
    }
    await box.ask('remove')
    await box.deliver()
    expect(kept.map(({ body, cut, status }) => [body.length, cut, status])).toEqual([[4_096, 'size', 200]])
    // What the systems on both sides hold for the connection, and far from all of it.
    expect(await gone.promise).toBeLessThan(size / 20)
    expect(await box.states()).toEqual(['delivered'])
    const [attempt] = (await box.all()).attempts
    expect(attempt?.answer?.length).toBeLessThanOrEqual(200 + 29)
  })

  test('Retry-After is honoured', async () => {
    answering(429, { 'retry-after': '120' })
    await box.ask('remove')
    await box.pass(119)
    expect(box.receiver.calls).toHaveLength(1)
    await box.pass(2)
    expect(box.receiver.calls).toHaveLength(2)
  })
})

test('ecosystem 7: 410 pauses the endpoint, is shown to the admin, drops nothing; resuming sends all', async () => {
  answering(410)
  await box.ask('remove')
  await box.ask('warn', { account: 'u18' })
  await box.deliver()
  const [paused] = (await box.all()).connections
  expect(paused).toMatchObject({ state: 'paused', paused_why: expect.stringContaining('410') })
  answering(204)
  await box.pass(60)
  expect((await box.states()).sort()).not.toContain('delivered')
  await box.store.tx(resumeConnection, { connection: box.connection })
  await box.deliver()
  expect(await box.states()).toEqual(['delivered', 'delivered'])
})

describe('platform P-23: order per account', () => {
  test('a label passes a suspension that failed three times and names it; the withdrawal waits; the last word is true', async () => {
    box.receiver.behave = (answer, call) => answer.writeHead(call.data.do === 'suspend' ? 500 : 204).end()
    const suspension = await box.ask('suspend', { decision: 'dec_s' })
    const label = await box.ask('label', { what: 'spam' })
    await box.pass(70)
    expect(box.receiver.words()).toEqual(['suspend', 'suspend', 'suspend', 'label'])
    expect(box.receiver.calls.at(-1)?.data).toMatchObject({ action: label, overtakes: [suspension] })

    const means = await box.meansFor([{ kind: 'account', id: 'u17' }])
    const reversal = { ...withdrawal, decision: 'dec_s', notBefore: box.now() }
    const made = await box.store.tx(reverse, { withdrawal: reversal, account: 'u17', means })
    expect(made).toHaveLength(1)
    await box.pass(60)
    expect(box.receiver.words()).not.toContain('unsuspend!')

    answering(204)
    await box.pass(600, 5)
    const after = box.receiver.words().slice(4)
    expect(after.filter((word) => word !== 'suspend')).toEqual(expect.arrayContaining(['unsuspend!', 'label*']))
    expect(after.lastIndexOf('suspend')).toBeLessThan(after.indexOf('unsuspend!'))
    expect(box.receiver.calls.find((call) => call.type === 'action.withdrawn')?.data).toMatchObject({
      undoOf: suspension,
    })
    expect(new Set(await box.states())).toEqual(new Set(['delivered']))
  })

  test('two accounts do not wait for each other', async () => {
    box.receiver.behave = (answer, call) => answer.writeHead(call.data.account === 'u17' ? 500 : 204).end()
    await box.ask('suspend')
    await box.ask('suspend', { account: 'u18' })
    await box.deliver()
    expect((await box.states()).sort()).toEqual(['delivered', 'waiting'])
  })

  test('what was never tried is cancelled together with its withdrawal', async () => {
    await box.store.tx(pauseConnection, { connection: box.connection, reason: 'maintenance' })
    await box.ask('suspend', { decision: 'dec_s' })
    const means = await box.meansFor([{ kind: 'account', id: 'u17' }])
    const reversal = { ...withdrawal, decision: 'dec_s', notBefore: box.now() }
    expect(await box.store.tx(reverse, { withdrawal: reversal, account: 'u17', means })).toEqual([])
    await box.store.tx(resumeConnection, { connection: box.connection })
    await box.pass(60)
    expect(box.receiver.calls).toEqual([])
    expect(await box.states()).toEqual(['cancelled'])
  })
})

test('platform P-24: a call that cannot be repeated, killed after its intent, is unclear and never sent again by itself', async () => {
  await box.ask('remove')
  const [row] = (await box.all()).outbox
  await box.store.tx(makeUnrepeatable, row?.id ?? '')
  const [batch] = await box.store.tx(claimDeliveries, { now: box.now() })
  expect(batch?.rows).toHaveLength(1)
  expect((await box.all()).outbox[0]).toMatchObject({ state: 'sending', intent_at: box.now() })
  // The process dies here: nobody settles.
  await box.pass(48 * hour, 600)
  expect(await box.states()).toEqual(['unclear'])
  expect(box.receiver.calls).toEqual([])
})

test('a webhook whose sender died is sent again under the same id', async () => {
  await box.ask('remove')
  const [batch] = await box.store.tx(claimDeliveries, { now: box.now() })
  await box.pass(59)
  expect(box.receiver.calls).toEqual([])
  await box.pass(5)
  expect(box.receiver.calls.map((call) => call.id)).toEqual([batch?.rows[0]?.webhookId])
})

describe('platform P-25: parked rows wait for a person', () => {
  async function parked(): Promise<string> {
    answering(410)
    await box.ask('remove')
    await box.deliver()
    answering(204)
    const [row] = (await box.all()).outbox
    expect(row?.state).toBe('parked')
    return row?.id ?? ''
  }

  test('none disappears in 200 days', async () => {
    await parked()
    await box.pass(200 * 24 * hour, 24 * hour)
    expect(await box.states()).toEqual(['parked'])
  })

  test('replayed once, it keeps its id', async () => {
    const id = await parked()
    await box.store.tx(replayDelivery, { delivery: id })
    expect(await box.states()).toEqual(['waiting'])
    await box.store.tx(resumeConnection, { connection: box.connection })
    await box.deliver()
    expect(new Set(box.receiver.calls.map((call) => call.id)).size).toBe(1)
    expect(await box.states()).toEqual(['delivered'])
  })

  test('cancelled with a reason, it is kept as cancelled and recorded', async () => {
    const id = await parked()
    const means = await box.meansFor([{ kind: 'account', id: 'u17' }])
    await box.store.tx(cancelDelivery, { delivery: id, by: 'st_1', reason: 'endpoint replaced', means })
    const { outbox, records } = await box.all()
    expect(outbox[0]).toMatchObject({ state: 'cancelled', closed_by: 'st_1', why: 'endpoint replaced' })
    expect(records.filter((record) => record.kind === 3)).toHaveLength(1)
    await expect(box.store.tx(replayDelivery, { delivery: id })).rejects.toMatchObject({ code: 'conflict' })
  })
})

test('platform P-26: down for an hour with many rows, at most 40 tries; then all of them, oldest first', async () => {
  const count = process.env.LAMPLIGHTER_DEEP === '1' ? 100_000 : 300
  answering(503)
  for (let from = 0; from < count; from += 50) await box.askMany('remove', { from, count: 50 })
  await box.pass(hour, 5)
  expect(box.receiver.calls.length).toBeGreaterThan(20)
  expect(box.receiver.calls.length).toBeLessThanOrEqual(40)
  answering(204)
  box.receiver.calls.splice(0)
  await box.pass(400, 5)
  expect(new Set(await box.states())).toEqual(new Set(['delivered']))
  expect(new Set(box.receiver.calls.map((call) => call.id)).size).toBe(count)
})

test('security S-30: after a rotation both secrets are accepted for a day, then the new one alone', async () => {
  const means = await box.meansFor([])
  const made = await box.store.tx(rotateSecret, { connection: box.connection, means })
  const secret = openSecret(means.columns, box.connection, made.secret) ?? ''
  const [old = ''] = box.receiver.secrets
  for (const [secrets, after, refused] of [
    [[old], 0, 0],
    [[secret], 0, 0],
    [[old], 24 * hour, 1],
    [[secret], 0, 1],
  ] as const) {
    box.receiver.secrets = [...secrets]
    await box.pass(after, hour)
    await box.ask('warn')
    await box.deliver()
    expect(box.receiver.refused).toHaveLength(refused)
  }
})

test('ledger [2]: the database refuses a row that tells of an act without its record', async () => {
  await box.ask('remove')
  const [row] = (await box.all()).outbox
  for (const record of [null, '']) {
    const planted = { ...row, id: 'out_planted', webhook_id: 'msg_planted', order_no: 99, record }
    await expect(box.store.tx(plant, planted)).rejects.toThrow()
  }
  expect(await box.states()).toHaveLength(1)
})

test('security S-29: what a receiver answers is kept sealed and cut to 200 visible characters', async () => {
  answering(500, {}, `\u202e<script>\u0000${'x'.repeat(10_000)}`)
  await box.ask('remove')
  await box.deliver()
  const [attempt] = (await box.all()).attempts
  expect(Buffer.from(attempt?.answer ?? []).toString()).not.toContain('script')
  expect(attempt?.answer?.length).toBeLessThanOrEqual(200 + 29)
})

test('what a delivery said is deleted 30 days after its end; that it was made stays, and it cannot be replayed', async () => {
  await box.ask('limit', { what: 'post', decision: 'dec_l' })
  await box.deliver()
  await box.ask('warn', { account: 'u18', notBefore: box.now() + 90 * 24 * hour * 1_000 })
  expect(await bodySweep(box.store, () => box.now() + 29 * 24 * hour * 1_000).run(0, never)).toBe('0 bodies')
  expect(await bodySweep(box.store, () => box.now() + 31 * 24 * hour * 1_000).run(0, never)).toBe('1 bodies')
  const { outbox } = await box.all()
  expect(outbox.map((row) => [row.state, row.body.length > 0]).sort()).toEqual([
    ['delivered', false],
    ['waiting', true],
  ])
  const gone = outbox.find((row) => row.state === 'delivered')
  await expect(box.store.tx(replayDelivery, { delivery: gone?.id ?? '' })).rejects.toMatchObject({ code: 'conflict' })
})
