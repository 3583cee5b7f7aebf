import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { deliverAlways } from './deliver.ts'
import { reverse } from './testing/acts.store.ts'
import { TestOutbox } from './testing/outbox.ts'
import type { Received } from './testing/platform.ts'

let box: TestOutbox

const deep = process.env.LAMPLIGHTER_DEEP === '1'
const asks = [
  { do: 'suspend' },
  { do: 'limit', what: 'post' },
  { do: 'label', what: 'spam' },
  { do: 'remove', item: { type: 'message', id: '1' } },
] as const
const positive = new Set<string>(asks.map((one) => one.do))

/** A platform that does as it is told, call after call, and knows a call that it acknowledged by its id. */
class Obedient {
  readonly state = new Map<string, boolean>()
  readonly #done = new Set<string>()
  take(call: Received): void {
    if (this.#done.has(call.id)) return
    const { do: act, what, item } = call.data as { do: string; what: string | null; item: { id: string } | null }
    const property = `${act.replace(/^un/, '').replace('restore', 'remove')} ${what} ${item?.id}`
    this.state.set(property, positive.has(act))
  }
  acknowledge(call: Received): void {
    this.#done.add(call.id)
  }
}

type Step =
  | { readonly type: 'turn'; readonly on: boolean }
  | { readonly type: 'ask'; readonly which: number }
  | { readonly type: 'withdraw'; readonly which: number }
  | { readonly type: 'wait'; readonly seconds: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('ask' as const), which: fc.nat({ max: asks.length - 1 }) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('turn' as const), on: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('withdraw' as const), which: fc.nat({ max: 8 }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('wait' as const), seconds: fc.constantFrom(0, 6, 70, 400) }) },
)
/** What the receiver does with one call: takes it and says so; takes it and fails to say so; fails. */
const fate = fc.constantFrom('ok', 'ok', 'taken', 'failed', 'failed', 'failed')

let runs = 0

describe.each(engines)('on $name', (engine) => {
  beforeAll(async () => {
    box = await TestOutbox.open(undefined, engine)
  })
  afterAll(() => box.close())

  test('platform P-23: whatever fails on the way, the last thing that the platform hears of each property is true', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.array(fate, { minLength: 20, maxLength: 20 }),
        async (steps, fates) => {
          const account = `u_run_${runs++}`
          const platform = new Obedient()
          let calls = 0
          box.receiver.behave = (answer, call) => {
            const end = fates[calls++] ?? 'ok'
            if (end !== 'failed') platform.take(call)
            if (end === 'ok') platform.acknowledge(call)
            answer.writeHead(end === 'ok' ? 204 : 500).end()
          }
          const standing = new Map<string, Set<string>>()
          const decisions: { id: string; property: string }[] = []
          for (const [n, one] of steps.entries()) {
            if (one.type === 'ask') {
              const ask = asks[one.which] ?? asks[0]
              const id = `${account}_${n}`
              const property = `${ask.do} ${'what' in ask ? ask.what : null} ${'item' in ask ? ask.item.id : undefined}`
              await box.ask(ask.do, { ...ask, account, decision: id })
              decisions.push({ id, property })
              standing.set(property, (standing.get(property) ?? new Set()).add(id))
            } else if (one.type === 'turn') {
              // Two decisions that contradict each other, neither a withdrawal: the later one holds.
              await box.ask(one.on ? 'label' : 'unlabel', { what: 'topic', account, decision: `${account}_${n}` })
              standing.set('label topic undefined', new Set(one.on ? ['on'] : []))
            } else if (one.type === 'withdraw') {
              const decision = decisions[one.which]
              if (decision === undefined) continue
              await withdraw(account, decision.id)
              standing.get(decision.property)?.delete(decision.id)
            } else await box.pass(one.seconds, 10)
          }
          calls = fates.length
          await settle(account)
          for (const [property, ids] of standing)
            expect([property, platform.state.get(property) ?? false]).toEqual([property, ids.size > 0])
        },
      ),
      { numRuns: deep ? 500 : engine.name === 'postgres' ? 6 : 25 },
    )
  })

  test('lifting one of two suspensions leaves the other in force', async () => {
    box.receiver.behave = (answer) => answer.writeHead(204).end()
    box.receiver.calls.splice(0)
    await box.ask('suspend', { account: 'twice', decision: 'dec_first' })
    await box.ask('suspend', { account: 'twice', decision: 'dec_second' })
    await box.deliver()
    await withdraw('twice', 'dec_second')
    await box.deliver()
    expect(box.receiver.words()).toEqual(['suspend', 'suspend', 'unsuspend!', 'suspend*'])
    await withdraw('twice', 'dec_first')
    await box.deliver()
    expect(box.receiver.words().slice(4)).toEqual(['unsuspend!'])
  })

  test('the worker that runs by itself hears of a new row, sends it, and stops when told', async () => {
    box.receiver.behave = (answer) => answer.writeHead(204).end()
    box.receiver.calls.splice(0)
    const stop = new AbortController()
    const running = deliverAlways(box, stop.signal)
    await box.ask('warn', { account: 'live' })
    await expect.poll(() => box.receiver.words(), { timeout: 10_000 }).toEqual(['warn'])
    stop.abort()
    await running
    await box.ask('warn', { account: 'live' })
    expect(box.receiver.words()).toEqual(['warn'])
  })
})

async function withdraw(account: string, decision: string): Promise<void> {
  const means = await box.meansFor([{ kind: 'account', id: account }])
  const withdrawal = { decision, by: 'person' as const, reason: null, notBefore: box.now() }
  await box.store.tx(reverse, { withdrawal, account, means })
}

/** Lets days pass until nothing of the account is open. */
async function settle(account: string): Promise<void> {
  const isOpen = async () =>
    (await box.all()).outbox.some(
      (row) => row.order_key.includes(account) && !['delivered', 'cancelled'].includes(row.state),
    )
  for (let hours = 0; hours < 48 && (await isOpen()); hours++) await box.pass(3_600, 3_600)
  expect(await isOpen()).toBe(false)
}
