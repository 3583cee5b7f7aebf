import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defineQuery, defineWork, type ReadDb, type Storage } from '../index.ts'
import { engines, type Place } from '../testing/engines.ts'
import { MODULES } from '../testing/opened.ts'

const postgres = engines.find(({ name }) => name === 'postgres')
if (postgres === undefined) console.warn('SKIPPED hints between processes: PostgreSQL is not installed')

const say = defineWork('test.say', async (tx, topics: readonly string[]): Promise<null> => {
  for (const topic of topics) tx.hint(topic)
  await tx.db.selectFrom('stream_heads').select('part').limit(1).execute()
  return null
})
const numbers = defineQuery('test.numbers', ({ db }: ReadDb) =>
  db.selectFrom('shared_hints').select(['topic', 'n']).orderBy('topic').execute(),
)
const sayAndFail = defineWork('test.say-and-fail', async (tx, topic: string): Promise<null> => {
  tx.hint(topic)
  throw new RangeError('as if it were refused')
})

describe.skipIf(postgres === undefined)('hints that every process on a database hears', () => {
  let place: Place
  const open: Storage[] = []
  beforeEach(async () => {
    place = await (postgres ?? expect.fail('there is PostgreSQL')).place()
  })
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
    await place.remove()
  })

  const start = async (): Promise<{ storage: Storage; heard: string[] }> => {
    const storage = await place.open(MODULES, { sharedHints: ['lists', 'switches'] })
    open.push(storage)
    const heard: string[] = []
    storage.wakeup.listen((topic) => void heard.push(topic))
    return { storage, heard }
  }
  const quiet = () => new Promise((resolve) => setTimeout(resolve, 700))

  test('come with what was committed, once in each process; others stay where they were given', async () => {
    const [one, other] = [await start(), await start()]
    await one.storage.store.tx(say, ['lists', 'lanes'])
    expect(one.heard).toEqual(['lists', 'lanes'])
    await vi.waitFor(() => expect(other.heard).toEqual(['lists']), { timeout: 10_000 })
    await other.storage.store.tx(say, ['switches'])
    await vi.waitFor(() => expect(one.heard).toEqual(['lists', 'lanes', 'switches']), { timeout: 10_000 })
    await quiet()
    expect([one.heard.length, other.heard]).toEqual([3, ['lists', 'switches']])
  })

  test('do not come of a work that changed nothing, nor of what was there before the start', async () => {
    const one = await start()
    await one.storage.store.tx(say, ['lists'])
    const other = await start()
    await expect(one.storage.store.tx(sayAndFail, 'switches')).rejects.toThrow()
    await quiet()
    expect([one.heard, other.heard]).toEqual([['lists'], []])
  })

  test('many at once are each counted, and both processes hear of them', async () => {
    const [one, other] = [await start(), await start()]
    const works = Array.from({ length: 20 }, (_, n) =>
      (n % 2 === 0 ? one : other).storage.store.tx(say, ['lists', 'switches']),
    )
    const done = (await Promise.allSettled(works)).filter(({ status }) => status === 'fulfilled')
    expect(done.length).toBeGreaterThan(2)
    const raised = await one.storage.store.read(numbers, undefined)
    expect(raised).toEqual([
      { topic: 'lists', n: done.length },
      { topic: 'switches', n: done.length },
    ])
    await quiet()
    for (const { heard } of [one, other]) expect(new Set(heard)).toEqual(new Set(['lists', 'switches']))
  })
})
