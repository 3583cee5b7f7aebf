import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse, type Person } from '../testing/house.ts'

const wick = (name: string): string =>
  readFileSync(new URL(import.meta.resolve(`@lamplighter/rules/wick/${name}`)), 'utf8')

/** A rule set without a fault, but that it counts. */
const COUNTING = `ruleset counting version 1 owner "lead@harbour.example"
use schema chat version 1
counter sent = count by actor.id on message over 10m exact up to 50
rule many v1 {
  harm spam policy "SPAM-3" severity low phase gate
  on message
  when sent > 20
  then queue "reports" within 4h
  on unknown ignore
  because "{sent} messages in ten minutes"
}
`

let house: House
let lead: Person
let live: unknown

beforeAll(async () => {
  house = await openHouse({ demo: true })
  lead = await house.person('lead')
  live = (await lead.call('GET', '/v1/rulesets')).body
})
afterAll(() => house.close())

const schema = wick('chat.schema.wick')

describe('a rule set with counters, while the server keeps none', () => {
  it('is refused with D04 and nothing else, and what is live stays', async () => {
    const { status, body } = await lead.call('PUT', '/v1/rulesets/live', {
      body: { text: COUNTING, schema, reason: 'count' },
    })
    expect(status).toBe(422)
    expect(body.errors).toEqual([{ code: 'D04', pointer: '/text/3:9', detail: 'this server keeps no counters yet' }])
    expect((await lead.call('GET', '/v1/rulesets')).body).toEqual(live)
  })

  it('is told the same when it is only checked, at the counter', async () => {
    const { body } = await lead.call('POST', '/v1/rules/check', { body: { text: COUNTING, schema } })
    expect(body.diagnostics).toMatchObject([{ code: 'D04', severity: 'error', line: 3, column: 9, length: 4 }])
  })
})
