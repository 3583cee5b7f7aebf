import { expect, test } from 'vitest'
import { mapInTurns } from './turns.ts'

const busy = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until; );
}

test('keeps the order of what it maps, and begins each only after the one before', async () => {
  const begun: number[] = []
  const found = await mapInTurns([1, 2, 3], async (n) => {
    begun.push(n)
    busy(3)
    return n * 2
  })
  expect(found).toEqual([2, 4, 6])
  expect(begun).toEqual([1, 2, 3])
})

test('lets others in while it is at work', async () => {
  let others = 0
  const every = setInterval(() => {
    others += 1
  }, 1)
  await mapInTurns(Array.from({ length: 10 }), async () => busy(5))
  clearInterval(every)
  // Each of ten is longer than a turn.
  expect(others).toBeGreaterThanOrEqual(5)
})

test('one that fails is told at the end, also when it failed before the last was begun', async () => {
  const unheard: unknown[] = []
  const listen = (error: unknown): void => void unheard.push(error)
  process.on('unhandledRejection', listen)
  const asked = mapInTurns([1, 2, 3, 4], async (n) => {
    busy(5)
    if (n === 1) throw new Error('the first')
  })
  await expect(asked).rejects.toThrow('the first')
  process.off('unhandledRejection', listen)
  expect(unheard).toEqual([])
})
