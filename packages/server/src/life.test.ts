import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { makeBackup, restoreBackup } from './backup/index.ts'
import { engines, sqlite } from './storage/testing/engines.ts'
import { freshId, type House, LISTED, messageOf, openHouse, type Person, reportOf } from './testing/house.ts'

let house: House
afterEach(() => house.close())

describe.each(engines)('platform P-34: a stop on $name', (engine) => {
  test('frees its leases at once: the next process takes them without waiting', async () => {
    house = await openHouse({ engine })
    house.context.start()
    const holders = () => house.context.storage.leases.holders('')
    await expect.poll(async () => (await holders()).length, { timeout: 20_000 }).toBeGreaterThan(0)
    await house.reopen()
    expect(await holders()).toEqual([])
  })
})

describe.each(engines)('platform P-06: two reviewers at once on $name', (engine) => {
  test('decide one case: one decision each time, the others are refused', async () => {
    house = await openHouse({ engine })
    const [ravi, mira] = [await house.person('reviewer'), await house.person('reviewer')]
    const rounds = process.env.LAMPLIGHTER_DEEP === '1' ? 1_000 : 20
    for (let round = 0; round < rounds; round += 1) {
      house.clock.now += 1_000
      const item = freshId()
      await house.report(reportOf(item, { item: { id: item, text: 'you are no good' } }))
      const number = Number((await house.newestCase()).number)
      const deciding = async (who: Person) => {
        const claimed = await who.call('POST', `/v1/cases/${number}/claim`, { body: {} })
        const { revision } = (await who.call('GET', `/v1/cases/${number}`)).body
        return claimed.status === 200 ? who.decide({ number, revision }, 'warn') : claimed
      }
      const answers = await Promise.all([deciding(ravi), deciding(mira), deciding(ravi)])
      const codes = answers.map(({ status, body }) => (status === 201 ? 'decided' : body.code))
      expect(codes.filter((code) => code === 'decided')).toHaveLength(1)
      const refusals = ['already_decided', 'stale_revision', 'not_yours', 'not_claimed', 'conflict']
      expect(codes.filter((code) => code !== 'decided' && !refusals.includes(code))).toEqual([])
      expect((await house.rows('staff_decisions')).filter((row) => row.case_number === number)).toHaveLength(1)
    }
    expect(house.failures).toEqual([])
  }, 120_000)
})

describe('platform P-32: not ready', () => {
  const missing = async () => {
    const { status, body } = await house.visit('GET', '/health/ready')
    return [status, body.missing.map(({ name }: { name: string }) => name)]
  }

  test('names what is missing: rules, lists, the keyring, or that it is stopping', async () => {
    house = await openHouse({ engine: sqlite, rules: null })
    expect(await missing()).toEqual([503, ['rules']])
    await house.reopen()
    const { library, keyring, readiness } = house.context
    Object.defineProperty(library, 'loaded', { value: false })
    expect(await missing()).toEqual([503, ['lists', 'rules']])
    keyring.make = () => Promise.reject(new Error('/srv/keyring.db is gone'))
    expect(await missing()).toEqual([503, ['keyring', 'lists', 'rules']])
    readiness.drain()
    expect(await missing()).toEqual([503, ['draining', 'keyring', 'lists', 'rules']])
    expect((await house.visit('GET', '/health/live')).status).toBe(200)
  })

  test('nothing is missing in a whole one', async () => {
    house = await openHouse({ engine: sqlite })
    expect(await missing()).toEqual([200, []])
  })
})

describe('platform P-35: a restored copy', () => {
  test('sends what it still has to send under the ids that went out before: no receiver sees a second effect', async () => {
    house = await openHouse({ engine: sqlite })
    const copy = mkdtempSync(join(tmpdir(), 'lamplighter-copy-'))
    const { place } = house
    await house.screen(messageOf(`send me 50 ${LISTED.blackmail_terms}`))
    await house.follow()
    // At the moment of the copy nothing has gone out; all of it goes out afterwards.
    const backup = {
      data: place.folder,
      to: join(copy, 'backup'),
      version: '1',
      now: house.clock.now,
      tell: () => undefined,
    }
    await makeBackup(backup)
    await house.pass(0)
    const first = house.receiver.calls.map(({ id, data }) => `${id} ${data.action}`)
    expect(first.length).toBeGreaterThan(0)
    const restored = { from: backup.to, data: place.folder, now: house.clock.now, tell: () => undefined }
    await house.reopen({}, () => restoreBackup(restored))
    const admin = await house.person('admin')
    const state = await admin.call('GET', '/v1/restore')
    expect(state.body).toMatchObject({ quiet: true, counts: { keys: 1 } })
    expect((await house.rows('outbox')).map((row) => row.state)).toContain('waiting')
    house.receiver.calls.splice(0)
    house.context.quiet.resume()
    await house.pass(60_000)
    const second = house.receiver.calls.map(({ id, data }) => `${id} ${data.action}`)
    expect(second.toSorted()).toEqual(first.toSorted())
    expect((await house.rows('outbox')).map((row) => row.state)).not.toContain('waiting')
    rmSync(copy, { recursive: true })
  })
})
