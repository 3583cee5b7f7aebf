import { expect, test } from 'vitest'
import { Places } from './places.ts'

const places = (more: object = {}) => new Places({ places: 4, waitMs: 60_000, most: 100, ...more })
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** What has been let in so far, in order. */
async function entering(room: Places, names: readonly string[]) {
  const inside: string[] = []
  const leave = new Map<string, () => void>()
  for (const name of names) {
    void room.enter(name.startsWith('urgent')).then((end) => {
      inside.push(name)
      leave.set(name, end)
    })
  }
  await turn()
  return { inside, leave }
}

test('bulk works leave a quarter of the connections to the others', async () => {
  const { inside } = await entering(places(), ['bulk 1', 'bulk 2', 'bulk 3', 'bulk 4', 'urgent 1', 'urgent 2'])
  expect(inside).toEqual(['bulk 1', 'bulk 2', 'bulk 3', 'urgent 1'])
})

test('a place that becomes free goes to an urgent work first, then to whoever came first', async () => {
  const { inside, leave } = await entering(places({ places: 1 }), ['bulk 1', 'bulk 2', 'bulk 3', 'urgent 1'])
  for (const name of ['bulk 1', 'urgent 1', 'bulk 2']) {
    leave.get(name)?.()
    await turn()
  }
  expect(inside).toEqual(['bulk 1', 'urgent 1', 'bulk 2', 'bulk 3'])
})

test('one connection is enough for both, and none is lost', async () => {
  const room = places({ places: 1 })
  for (const urgent of [false, true, false]) (await room.enter(urgent))()
  expect(room.waiting).toBe(0)
})

test('who waits too long is refused, and takes no place afterwards', async () => {
  const room = places({ places: 1, waitMs: 5 })
  const leave = await room.enter(true)
  await expect(room.enter(true)).rejects.toMatchObject({ code: 'busy' })
  expect(room.waiting).toBe(0)
  leave()
  ;(await room.enter(false))()
})

test('when too many wait the next is refused at once', async () => {
  const room = places({ places: 1, most: 1 })
  await room.enter(true)
  void room.enter(true).catch(() => undefined)
  await expect(room.enter(true)).rejects.toMatchObject({ code: 'busy' })
  expect(room.waiting).toBe(1)
})
