import type { Event, SignalNeed } from '@lamplighter/rules'
import { describe, expect, test } from 'vitest'
import { namesPlace, namesTime } from './finders.ts'
import { measure, type Provider } from './measure.ts'

const need: SignalNeed = { name: 's', provider: 'p', inputs: ['item.text'], within: 30 } as unknown as SignalNeed
const eventOf = (item: unknown): Event => ({ kind: 'message', id: 'm', item }) as unknown as Event
const run = async (provider: unknown, item: unknown = { text: 'hello' }, budgetMs = 1_000) => {
  const providers = new Map(provider === undefined ? [] : [['p', provider as Provider]])
  return (await measure([need], eventOf(item), { providers, budgetMs })).s
}

describe('a signal', () => {
  test('is its value', async () => {
    expect(await run(() => true)).toEqual({ known: true, value: true })
    expect(await run(async () => 0.25)).toEqual({ known: true, value: 0.25 })
  })

  test('that throws, rejects, answers nonsense or is not there is broken, never no', async () => {
    const broken = { known: false, why: 'broken' }
    for (const answer of [undefined, null, Number.NaN, Infinity, 'yes', {}])
      expect(await run(async () => answer)).toEqual(broken)
    expect(await run(() => Promise.reject(new Error('away')))).toEqual(broken)
    expect(
      await run(() => {
        throw new Error('away')
      }),
    ).toEqual(broken)
    expect(await run(undefined)).toEqual(broken)
  })

  test('that hangs is late after its own time, or after the caller’s', async () => {
    const hang = () => new Promise<boolean>(() => undefined)
    const started = performance.now()
    expect(await run(hang)).toEqual({ known: false, why: 'late' })
    expect(await run(hang, { text: 'x' }, 5)).toEqual({ known: false, why: 'late' })
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  test('of nothing is none; of what was not sent is unknown', async () => {
    for (const item of [{ text: '' }, { text: null }, null])
      expect(await run(() => true, item)).toEqual({ known: 'none' })
    expect(await run(() => true, {})).toEqual({ known: false, why: 'not_sent' })
  })
})

test('the finders know words, clock times and places in two languages, and not parts of words', () => {
  for (const text of ['see you tonight', 'at 18:30', 'um 7 Uhr', 'am Montag', '5 pm'])
    expect([text, namesTime(text)]).toEqual([text, true])
  for (const text of ['a tonightish thing', '1830 people', 'mondays'])
    expect([text, namesTime(text)]).toEqual([text, false])
  for (const text of ['at the Harbour!', 'vor der Schule']) expect([text, namesPlace(text)]).toEqual([text, true])
  for (const text of ['schooling', 'I park']) expect([text, namesPlace(text)]).toEqual([text, text === 'I park'])
})
