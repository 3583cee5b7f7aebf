import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeBackup, restoreBackup } from '../backup/index.ts'
import { sqlite } from '../storage/testing/engines.ts'
import { type House, openHouse, type Person, reportOf } from '../testing/house.ts'
import { operatorCalls } from '../testing/operator-calls.ts'
import { LEFT } from './testing/left.ts'
import { decideNewest, hello, liveAs, settleAll, WHO, WORDS } from './testing/life.ts'
import { tracesIn } from './testing/traces.ts'

const quietly = { tell: () => undefined }

describe('ledger 23: a backup from before an erasure', () => {
  let house: House
  let people: { first: Person; second: Person }
  const copies = mkdtempSync(join(tmpdir(), 'lamplighter-copies-'))
  beforeAll(async () => {
    house = await openHouse({ engine: sqlite, demo: true })
    people = { first: await house.person('reviewer', 'child-safety'), second: await house.person('lead') }
  }, 120_000)
  afterAll(async () => {
    await house.close()
    rmSync(copies, { recursive: true, force: true })
  })

  const backUp = (name: string) =>
    makeBackup({ data: house.place.folder, to: join(copies, name), version: 'x', now: house.clock.now, ...quietly })
  const restore = (name: string) => {
    const { folder } = house.place
    house.clock.now += 60_000
    return house.reopen({}, () =>
      restoreBackup({ from: join(copies, name), data: folder, now: house.clock.now, ...quietly }),
    )
  }
  const left = async () => [...(await tracesIn(house, WORDS, WHO)).found].filter((place) => LEFT[place] === undefined)

  test('is erased again before the server answers, with what was still open when it was made', async () => {
    await liveAs(house, people)
    await backUp('before')
    const record = String((await house.rows('staff_decisions')).find(({ account }) => account === WHO)?.record)
    await settleAll(house, people.second)
    await hello(house)
    await operatorCalls(house, '/v1/erasures', { account: WHO, ground: 'court', reason: 'an order' })
    await house.pass(1_000)
    expect(await left()).toEqual([])
    await restore('before')
    expect(await left()).toEqual([])
    const { status, body } = await house.platform('GET', `/v1/receipts/${record}`)
    expect([status, body.code]).toEqual([410, 'opening_destroyed'])
    const runs = await house.rows('erasure_runs')
    expect(runs).toMatchObject([{ state: 'done', account: null, ground: 'court', reason: null }])
    // What belongs to others came back with the copy.
    expect((await house.rows('cases')).map(({ account }) => account)).toEqual(['plover', 'kestrel'])
  }, 120_000)

  test('that was made after it leaves who came back alone', async () => {
    await people.first.signIn()
    await house.report(reportOf('item-of-later', { target: { id: WHO } }))
    await decideNewest(house, people.first, 'warn')
    await backUp('after')
    await restore('after')
    expect((await house.rows('cases')).filter(({ account }) => account === WHO).length).toBe(1)
    expect((await house.rows('erasure_runs')).length).toBe(1)
  })

  test('in the middle of a run is finished before the server answers', async () => {
    await house.pass(11_000)
    await operatorCalls(house, '/v1/erasures', { account: WHO, ground: 'request', reason: 'asked' })
    await backUp('between')
    await house.pass(1_000)
    await restore('between')
    expect((await house.rows('cases')).filter(({ account }) => account === WHO)).toEqual([])
    expect((await house.rows('erasure_runs')).map(({ state, account }) => [state, account])).toEqual([
      ['done', null],
      ['done', null],
    ])
  })
})
