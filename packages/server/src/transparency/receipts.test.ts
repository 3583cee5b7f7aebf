import { checkPromise, checkReceipt, findPromised, KINDS, leavesOf, parseNote, promiseName } from '@lamplighter/ledger'
import { describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { runtimeChecks } from './signing.ts'
import { tamper } from './testing/acts.store.ts'
import { decisionOn, someAct } from './testing/acts.ts'
import { freshLedger, HOUR, START } from './testing/ledger.ts'
import { Served } from './testing/served.ts'

describe.each(engines)('receipts on $name', (engine) => {
  const fresh = freshLedger(engine)

  const ready = async (record: string) => {
    const state = await fresh.it.ledger.receiptOf(record, 'person')
    if (state.state !== 'ready') throw new Error(`expected a receipt, found ${state.state}`)
    return state
  }

  test('ledger 22: a receipt shows what concerns the person, and nothing else is in its bytes', async () => {
    const secrets = { case: 'C-987654', by: 'R-4711', second: 'R-4712' }
    const signals = ['list:secret-signal']
    const recorded = await fresh.it.act(decisionOn('u17', secrets), someAct('verdict', { signals, case: 'C-987654' }))
    await fresh.it.close()
    for (const { record } of recorded) {
      const { file } = await ready(record)
      const extra = Buffer.from(file.split('\n')[1]?.slice('extra '.length) ?? '', 'base64').toString()
      expect(extra).toContain('message:8731')
      for (const secret of [...Object.values(secrets), ...signals, record]) expect(extra).not.toContain(secret)
    }
  })

  test('ledger 20: an act of three days ago says that it was recorded 72 hours late', async () => {
    const [recorded] = await fresh.it.act({ ...decisionOn('u17'), at: START - 72 * HOUR })
    await fresh.it.close()
    const state = await ready(recorded?.record ?? '')
    expect(state.lateHours).toBe(72)
    const checked = await checkReceipt(state.file, await new Served(fresh.it.ledger).policy(), KINDS, runtimeChecks)
    expect(checked.late).toBe(72)
  })

  test('ledger 20: a promise is found among the leaves; that of a dropped record is broken, and counted', async () => {
    const [kept, dropped] = await fresh.it.act(decisionOn('u17'), decisionOn('u18'))
    await fresh.it.storage.store.tx(tamper, [`delete from ledger_records where id = '${dropped?.record}'`])
    await fresh.it.close()
    const leaves = leavesOf(await new Served(fresh.it.ledger).source().bundle(0, 16), 16)
    const [key] = fresh.it.ledger.parts.signers(promiseName('safety.example/log/actions'))
    if (key === undefined) throw new Error('no promise key')
    const read = async (note: string | null | undefined) => checkPromise(note ?? '', key.vkey, runtimeChecks)
    const afterDeadline = (START + 25 * HOUR) / 1000
    const state = await ready(kept?.record ?? '')
    expect(findPromised(await read(kept?.promise), leaves, afterDeadline)).toBe(state.index)
    const broken = await read(dropped?.promise)
    expect(() => findPromised(broken, leaves, afterDeadline)).toThrow('promise_broken')
  })

  test('ledger 20: a promise whose time is over while its record waits is counted for ever', async () => {
    await fresh.it.act(decisionOn('u17'))
    fresh.it.now = START + 25 * HOUR
    expect(await fresh.it.ledger.states()).toMatchObject({ promisesLate: 3, overdue: 3 })
    await fresh.it.close()
    expect(await fresh.it.ledger.states()).toMatchObject({ promisesLate: 3, overdue: 0 })
  })

  test('what may be shown only from tomorrow on does not exist for others, and staff are told', async () => {
    const [recorded] = await fresh.it.act({ ...decisionOn('u17'), notBefore: START + 24 * HOUR })
    await fresh.it.close()
    const outside = new Served(fresh.it.ledger)
    const strange = await outside.asPlatform('/v1/receipts/rec_00000000000000000000000000')
    const hidden = await outside.asPlatform(`/v1/receipts/${recorded?.record}`)
    const facts = async (answer: Response) => {
      const { instance: _, ...body } = (await answer.json()) as Record<string, unknown>
      return [answer.status, body]
    }
    const told = await outside.as('auditor', `/v1/receipts/${recorded?.record}`)
    expect([told.status, await told.json()]).toEqual([403, expect.objectContaining({ code: 'not_yet' })])
    expect(await facts(hidden)).toEqual(await facts(strange))
    fresh.it.now = START + 24 * HOUR
    expect((await ready(recorded?.record ?? '')).state).toBe('ready')
  })

  test('the platform gets 202 with the promise, then the file that says it is not witnessed', async () => {
    const [recorded] = await fresh.it.act(decisionOn('u17'))
    const outside = new Served(fresh.it.ledger)
    const path = `/v1/receipts/${recorded?.record}`
    const waiting = await outside.asPlatform(path)
    expect(waiting.status).toBe(202)
    expect(await waiting.json()).toEqual(recorded)
    await fresh.it.close()
    const answer = await outside.asPlatform(path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('lamplighter-witnessed')).toBe('no')
    expect(parseNote((await answer.text()).split('\n\n').slice(1).join('\n\n')).text).toContain(
      'safety.example/log/actions',
    )
  })

  test('a reviewer reads receipts of own acts only', async () => {
    const [own, other] = await fresh.it.act(decisionOn('u17', { by: 'R-7' }), decisionOn('u17', { by: 'R-8' }))
    await fresh.it.close()
    const outside = new Served(fresh.it.ledger)
    expect((await outside.as('reviewer', `/v1/receipts/${own?.record}`)).status).toBe(200)
    expect((await outside.as('reviewer', `/v1/receipts/${other?.record}`)).status).toBe(403)
    expect((await outside.as('auditor', `/v1/receipts/${other?.record}`)).status).toBe(200)
  })
})
