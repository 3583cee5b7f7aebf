import { audit, checkpointText, checkReceipt, formatNote, KINDS, signText } from '@lamplighter/ledger'
import { describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { LogFiles } from './files.ts'
import { runtimeChecks, signerOf } from './signing.ts'
import { checkBeforeSigning } from './startup.ts'
import { tamper } from './testing/acts.store.ts'
import { decisionOn } from './testing/acts.ts'
import { expectWholeLog } from './testing/invariants.ts'
import { freshLedger } from './testing/ledger.ts'
import { Served } from './testing/served.ts'

const ORIGIN = 'safety.example/log/actions'

describe.each(engines)('before the first signature on $name', (engine) => {
  const fresh = freshLedger(engine)

  const check = async (host = 'safety.example') => {
    const lease = await fresh.it.lease('actions')
    const found = await checkBeforeSigning(fresh.it.ledger.parts, { log: 'actions', lease, host })
    await fresh.it.storage.leases.release(lease)
    return found
  }
  const files = () => new LogFiles(fresh.it.storage.blobs, ORIGIN)
  const sql = (...statements: string[]) => fresh.it.storage.store.tx(tamper, statements)
  /** The database as it was before the last batch, as one puts back a copy by hand. */
  const forgetLastBatch = () =>
    sql(
      `update ledger_heads set size = b.from_size, edge = b.edge, batches = b.n - 1,
         root = (select root from ledger_batches p where p.log = 'actions' and p.n = b.n - 1)
       from ledger_batches b where ledger_heads.log = 'actions' and b.log = 'actions' and b.n = ledger_heads.batches`,
      `update ledger_records set batch = null, leaf_index = null
       where batch = (select max(n) from ledger_batches where log = 'actions')`,
      `delete from ledger_batches where log = 'actions' and n = (select max(n) from ledger_batches where log = 'actions')`,
    )

  test('a log that is as it was left goes on', async () => {
    await fresh.it.act(decisionOn('u17'))
    await fresh.it.close()
    await fresh.it.reopen()
    expect(await check()).toBeNull()
    await fresh.it.close()
    expect(await expectWholeLog(fresh.it)).toMatchObject({ size: 32, pending: 0 })
  })

  test('files that a kill left out are written again from the row', async () => {
    await fresh.it.act(decisionOn('u17'))
    const stop = new Error('stopped')
    await expect(
      fresh.it.close('actions', (step) => {
        if (step === 'S4') throw stop
      }),
    ).rejects.toBe(stop)
    expect(await check()).toBeNull()
    expect(await expectWholeLog(fresh.it)).toMatchObject({ size: 16, placed: 3 })
  })

  test('a tile that was changed on disk halts the log: nothing is signed or promised, acts go on', async () => {
    await fresh.it.close()
    const { blobs } = fresh.it.storage
    for await (const id of blobs.list()) if (id.endsWith('tile_0_000-p_16')) await blobs.delete(id)
    await files().write('tile/0/000.p/16', new Uint8Array(16 * 32))
    expect(await check()).toBe('tiles_differ')
    expect(fresh.it.alarms).toContain('tiles_differ actions')
    const [recorded] = await fresh.it.act(decisionOn('u17'))
    expect(recorded?.promise).toBeNull()
    expect(await fresh.it.close()).toBeUndefined()
    expect((await fresh.it.ledger.states()).logs[0]).toMatchObject({ halt: 'tiles_differ', size: 16, pending: 1 })
  })

  test('ledger 18: a database put back by hand is behind its own watermark', async () => {
    await fresh.it.close()
    await fresh.it.act(decisionOn('u17'))
    await fresh.it.close()
    await forgetLastBatch()
    expect(await check()).toBe('head_behind')
    expect(await fresh.it.close()).toBeUndefined()
  })

  test('ledger 18: without its watermark nobody knows what was signed', async () => {
    await fresh.it.close()
    for await (const id of fresh.it.storage.blobs.list()) {
      if (id.includes('watermark')) await fresh.it.storage.blobs.delete(id)
    }
    expect(await check()).toBe('state_unknown')
  })

  test('ledger 18: what came through restore is not trusted, even with all its files', async () => {
    await fresh.it.close()
    await fresh.it.ledger.markRestored()
    expect(await check()).toBe('state_unknown')
  })

  test('a log that grew another way than its watermark says has a head that differs', async () => {
    await fresh.it.close()
    const parts = fresh.it.ledger.parts
    const [key] = parts.signers(ORIGIN)
    if (key === undefined) throw new Error('no key')
    const text = checkpointText(ORIGIN, { size: 16, root: new Uint8Array(32).fill(7) })
    const { blobs } = fresh.it.storage
    for await (const id of blobs.list()) {
      if (id.includes('watermark') && id.startsWith(files().prefix)) await blobs.delete(id)
    }
    await files().writeWatermark(1, formatNote(text, [await signText(text, signerOf(key))]))
    expect(await check()).toBe('head_differs')
  })

  test('ledger 18: a copy of production under another address does not sign as production', async () => {
    await fresh.it.close()
    expect(await check('staging.example')).toBe('wrong_place')
    expect(await fresh.it.close()).toBeUndefined()
    // The reason stays until a person ends it on the machine.
    expect(await check()).toBe('wrong_place')
    expect(await fresh.it.ledger.recheck('actions', false)).toMatchObject({ was: 'wrong_place', now: null })
    await fresh.it.close()
    await expectWholeLog(fresh.it)
  })

  test('who says so before the first start under the new address is not halted by it', async () => {
    await fresh.it.close()
    await fresh.it.reopen({ url: 'https://new-name.example' })
    expect(await fresh.it.ledger.recheck('actions', true)).toMatchObject({ was: 'wrong_place', now: null })
    expect(await check('new-name.example')).toBeNull()
    expect(await fresh.it.close()).toMatchObject({ size: 32 })
  })

  test('who really moved says so on the machine, and the origin stays what it was', async () => {
    await fresh.it.close()
    await fresh.it.reopen({ url: 'https://new-name.example' })
    expect(await check('new-name.example')).toBe('wrong_place')
    expect(await fresh.it.ledger.recheck('actions', false)).toMatchObject({ now: 'wrong_place' })
    expect(await fresh.it.ledger.recheck('actions', true)).toMatchObject({ was: 'wrong_place', now: null })
    expect(await check('new-name.example')).toBeNull()
    expect(await fresh.it.close()).toMatchObject({ size: 32, records: 1 })
    expect((await fresh.it.ledger.states()).logs[0]?.origin).toBe(ORIGIN)
  })

  test('ledger 18: recheck ends no halt that only a witness could end', async () => {
    await fresh.it.close()
    await fresh.it.ledger.markRestored()
    await check()
    expect(await fresh.it.ledger.recheck('actions', true)).toMatchObject({ was: 'state_unknown', now: 'state_unknown' })
    expect(await fresh.it.close()).toBeUndefined()
  })

  test('ledger 17: a log that nobody can vouch for is begun anew; receipts of both verify', async () => {
    const [old] = await fresh.it.act(decisionOn('u17'))
    await fresh.it.close()
    const [waiting] = await fresh.it.act(decisionOn('u18'))
    await expect(fresh.it.ledger.reopen('actions')).rejects.toMatchObject({ code: 'conflict' })
    await fresh.it.ledger.markRestored()
    await check()
    expect(await fresh.it.ledger.reopen('actions')).toEqual({ origin: `${ORIGIN}-2` })
    const [recorded] = await fresh.it.act(decisionOn('u19'))
    expect(recorded?.promise).toContain(`${ORIGIN}-2/promise`)
    expect(await check()).toBeNull()
    await fresh.it.close()
    const outside = new Served(fresh.it.ledger)
    const policy = await outside.policy()
    for (const [log, size] of [
      ['actions', 16],
      ['actions-2', 16],
    ] as const) {
      const seen = await audit(outside.source(undefined, log), { policy, checks: runtimeChecks })
      expect([log, seen.failed, seen.counts.leaves]).toEqual([log, undefined, size])
    }
    const told = await (await outside.get('/log/actions-2/open/000.p/16')).text()
    expect(told).toContain('continues')
    for (const one of [old, waiting, recorded]) {
      const state = await fresh.it.ledger.receiptOf(one?.record ?? '', 'person')
      if (state.state !== 'ready') throw new Error(state.state)
      await checkReceipt(state.file, policy, KINDS, runtimeChecks)
    }
    await fresh.it.reopen()
    expect(await check()).toBeNull()
    expect(await fresh.it.close()).toMatchObject({ size: 32 })
  })

  test('a tile that was put right again lets the log go on; one that was not does not', async () => {
    await fresh.it.act(...Array.from({ length: 300 }, () => decisionOn('u17')))
    await fresh.it.close()
    const good = await files().read('tile/0/000')
    const { blobs } = fresh.it.storage
    const replace = async (bytes: Uint8Array) => {
      for await (const id of blobs.list()) if (id === `${files().prefix}_tile_0_000`) await blobs.delete(id)
      await files().write('tile/0/000', bytes)
    }
    await replace(new Uint8Array(256 * 32))
    // No right edge touches this tile, so only a full recheck sees it.
    expect(await check()).toBeNull()
    expect(await fresh.it.ledger.recheck('actions', false)).toMatchObject({
      was: null,
      now: 'tiles_differ',
      leaves: 512,
    })
    expect(await fresh.it.ledger.recheck('actions', false)).toMatchObject({ was: 'tiles_differ', now: 'tiles_differ' })
    await replace(good ?? new Uint8Array())
    expect(await fresh.it.ledger.recheck('actions', false)).toMatchObject({ was: 'tiles_differ', now: null })
  })
})
