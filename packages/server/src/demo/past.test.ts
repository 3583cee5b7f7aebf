import { expect, test } from 'vitest'
import { BACKTEST, backtestHandler, startProgress } from '../replay/index.ts'
import { sqlite } from '../storage/testing/engines.ts'
import { openHouse } from '../testing/house.ts'
import { starter } from '../testing/rule-calls.ts'
import { seedPast } from './past.ts'

test('the town has a past that a policy lead can ask at once, and the rules decide in it what they decided', async () => {
  const house = await openHouse({ engine: sqlite, demo: true })
  try {
    const base = house.clock.now
    const clock = {
      now: () => house.clock.now,
      setBack(ms: number) {
        house.clock.now = base - ms
      },
    }
    const events = await seedPast(house.context, clock)
    expect(house.clock.now).toBe(base)
    expect(events).toBeGreaterThan(2_000)
    expect((await house.rows('cases')).length).toBe(0)
    expect(new Set((await house.rows('replay_chunks')).map(({ segment }) => segment)).size).toBeGreaterThan(1)
    // Of all segments only the key of the newest can be alive.
    expect(house.context.keyring.live('replay').length).toBe(1)
    const lead = await house.person('lead')
    const lower = starter
      .replace('starter version 2', 'starter version 3')
      .replace('rule new_account_link_spam v1', 'rule new_account_link_spam v2')
      .replace('actor.age < 3d', 'actor.age < 30d')
    const made = await lead.call('POST', '/v1/rulesets/starter/versions', { body: { text: lower } })
    expect([made.status, made.text]).toEqual([201, made.text])
    const body = { source: 'log', from: base - 21 * 86_400_000 }
    const { body: started } = await lead.call('POST', '/v1/rulesets/starter/versions/3/backtests', { body })
    const { storage, registry, keyring, uploads } = house.context
    const handler = backtestHandler({
      ...{ storage, registry, keyring, uploads },
      progress: startProgress(() => performance.now()),
    })
    for (const job of await storage.jobs.claim(BACKTEST.queue, 1, 60_000))
      await handler(job, { signal: AbortSignal.timeout(60_000), claimed: () => job })
    const { result } = (await lead.call('GET', `/v1/backtests/${started.id}`)).body
    expect(result.measured).toBeGreaterThan(1_500)
    expect(result.drift).toMatchObject({ checked: result.measured, events: 0, unsure: 0 })
    expect(result.rules.filter(({ fired }: { fired: { live: number } }) => fired.live > 0).length).toBeGreaterThan(2)
  } finally {
    await house.close()
  }
})
