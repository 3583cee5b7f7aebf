import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type House, openHouse, type Person, reportOf } from '../testing/house.ts'

const core = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/core.wick')), 'utf8')

let house: House
let guard: Person
beforeAll(async () => {
  house = await openHouse({ rules: core })
  guard = await house.person('child-safety')
}, 120_000)
afterAll(() => house.close())

const shown = async (): Promise<string[]> =>
  (await guard.call('GET', '/v1/lanes')).body.lanes.map(({ id }: { id: string }) => id)

test('a lane that hardly anything fills is shown once something is in it, and as long as it is', async () => {
  expect(await shown()).not.toContain('csea-encrypted')
  for (const by of ['r-1', 'r-2', 'r-3']) {
    const report = { id: by, harm: 'csea', franking: 'verified' }
    const event = { ...reportOf('sealed-1', { kind: 'sealed_report', actor: { id: by } }), report }
    expect((await house.platform('POST', '/v1/events', { body: event })).status).toBe(202)
  }
  await house.follow()
  expect(await shown()).toContain('csea-encrypted')
  const opened = await guard.next('csea-encrypted')
  expect(await shown()).toContain('csea-encrypted')
  const decided = await guard.decide(opened, 'none', { policy: null, reasonCode: 'none' })
  expect([decided.status, decided.text]).toEqual([201, decided.text])
  expect(await shown()).not.toContain('csea-encrypted')
})
