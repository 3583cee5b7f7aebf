import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { answerAppeal, said, takeAppeal, takeBack } from './testing/acts.store.ts'
import { TestOutbox } from './testing/outbox.ts'

let box: TestOutbox
beforeEach(async () => {
  box = await TestOutbox.open()
})
afterEach(() => box.close())

const meansOf = () => box.meansFor([{ kind: 'account', id: 'u17' }])
const day = 86_400

describe('a notice', () => {
  test('is told with its words, its page, its end and its promise; the database holds neither words nor token', async () => {
    const { notice, token } = await box.notify()
    const [call] = box.receiver.calls
    expect(call).toMatchObject({
      type: 'notice.created',
      data: {
        notice,
        account: 'u17',
        policy: { id: 'THREAT-1' },
        automated: false,
        page: `https://safety.example/n/${token}`,
        recorded: { promise: expect.any(String) },
      },
    })
    expect(Buffer.from(token, 'base64url')).toHaveLength(16)
    const kept = Buffer.concat((await allBytes()).map((one) => Buffer.from(one))).toString('latin1')
    expect(kept).not.toContain('threatens')
    expect(kept).not.toContain(token)
  })

  test('goes to one connection alone, so that nobody is told twice', async () => {
    await box.pass(1)
    await box.add({ name: 'second', kind: 'poll', url: null, does: ['remove'] })
    await box.notify()
    expect(await box.states()).toEqual(['delivered'])
  })

  test('comes after the actions of its decision', async () => {
    await box.ask('remove')
    await box.notify()
    expect(box.receiver.words()).toEqual(['remove', 'notice.created'])
  })

  test('undone before anybody was told, is never told, and its page is closed', async () => {
    await box.notify({ notBefore: box.now() + 10_000 })
    expect(await box.store.tx(takeBack, { decision: 'dec_1', means: await meansOf() })).toEqual({
      cancelled: 1,
      left: 0,
    })
    await box.pass(60, 10)
    expect(box.receiver.calls).toEqual([])
    expect(await box.store.read(said, null)).toMatchObject({ notices: [{ state: 'cancelled' }], links: [] })
  })

  test('that was told cannot be taken back in silence', async () => {
    await box.notify()
    expect(await box.store.tx(takeBack, { decision: 'dec_1', means: await meansOf() })).toEqual({
      cancelled: 0,
      left: 1,
    })
  })

  async function allBytes(): Promise<Uint8Array[]> {
    const { notices, links } = await box.store.read(said, null)
    const rows: Record<string, unknown>[] = [...notices, ...links]
    return rows
      .flatMap((row) => Object.values(row))
      .map((value) => (value instanceof Uint8Array ? value : Buffer.from(String(value))))
  }
})

describe('an appeal', () => {
  const appealTo = async (notice: string, more: { fail?: boolean } = {}) =>
    box.store.tx(takeAppeal, { appeal: { notice, text: 'It was a joke.' }, means: await meansOf(), ...more })

  test('becomes a case that nobody who took part may decide, with a record of its own', async () => {
    const { notice } = await box.notify()
    const { id, recorded } = await appealTo(notice)
    expect(recorded.promise).toEqual(expect.any(String))
    const { cases, records } = await box.store.read(said, null)
    expect(JSON.parse(cases[0]?.seed ?? '')).toEqual({
      lane: 'appeals',
      exclude: ['st_first'],
      account: 'u17',
      ref: id,
    })
    expect(records.filter(({ kind }) => kind === 6)).toHaveLength(1)
  })

  test('leaves nothing at all when its transaction fails', async () => {
    const { notice } = await box.notify()
    await expect(appealTo(notice, { fail: true })).rejects.toThrow()
    expect(await box.store.read(said, null)).toMatchObject({ appeals: [], cases: [] })
  })

  test('is taken once', async () => {
    const { notice } = await box.notify()
    await appealTo(notice)
    await expect(appealTo(notice)).rejects.toMatchObject({ name: 'ActionsError', code: 'already_decided' })
    expect((await box.store.read(said, null)).appeals).toHaveLength(1)
  })

  test('against an unknown notice or after its time is refused', async () => {
    const { notice } = await box.notify()
    await expect(appealTo('ntc_none')).rejects.toMatchObject({ code: 'not_found' })
    await box.pass(184 * day, 184 * day)
    await expect(appealTo(notice)).rejects.toMatchObject({ code: 'gone' })
  })

  test('is answered once, told to the platform without who decided, and recorded', async () => {
    const { notice } = await box.notify()
    const { id } = await appealTo(notice)
    const reasons = { language: 'en', text: 'It was quoted from a play.' }
    const decided = { appeal: id, outcome: 'reversed' as const, reasons, by: 'R-7', notBefore: box.now() }
    await box.store.tx(answerAppeal, { decided, means: await meansOf() })
    await box.deliver()
    const call = box.receiver.calls.at(-1)
    expect(call).toMatchObject({ type: 'appeal.decided', data: { appeal: id, notice, outcome: 'reversed', reasons } })
    expect(call?.body).not.toContain('R-7')
    const { records } = await box.store.read(said, null)
    expect(records.filter(({ kind }) => kind === 6)).toHaveLength(2)
    await expect(box.store.tx(answerAppeal, { decided, means: await meansOf() })).rejects.toMatchObject({
      code: 'already_decided',
    })
  })
})
