import { describe, expect, test } from 'vitest'
import { together } from './together.ts'

describe('things that are looked for together', () => {
  test('share one read, which begins when the last of the turn has asked', async () => {
    const reads: string[][] = []
    const find = together<number>(async (names) => {
      reads.push([...names])
      return new Map([...names].map((name) => [name, name.length]))
    })
    const first = [find('a'), find('bb'), find('a')]
    expect(reads).toEqual([])
    expect(await Promise.all(first)).toEqual([1, 2, 1])
    expect(await find('ccc')).toBe(3)
    expect(reads).toEqual([['a', 'bb'], ['ccc']])
  })

  test('never get what was read before they asked', async () => {
    let state = 'live'
    const gate = Promise.withResolvers<void>()
    const find = together<string>(async (names) => {
      const seen = state
      await gate.promise
      return new Map(names.map((name) => [name, seen]))
    })
    const before = find('key')
    await new Promise((resolve) => setImmediate(resolve))
    state = 'revoked'
    const after = find('key')
    gate.resolve()
    expect(await Promise.all([before, after])).toEqual(['live', 'revoked'])
  })

  test('are read in slices, and what is not there is undefined', async () => {
    const sizes: number[] = []
    const find = together<string>(async (names) => {
      sizes.push(names.length)
      return new Map(names.filter((name) => name !== 'n7').map((name) => [name, name]))
    })
    const found = await Promise.all(Array.from({ length: 150 }, (_, n) => find(`n${n}`)))
    expect(found.map((one, n) => one === `n${n}`).filter(Boolean)).toHaveLength(149)
    expect(found[7]).toBeUndefined()
    expect(sizes).toEqual([64, 64, 22])
  })

  test('all hear of a failed read, and the next are read anew', async () => {
    let fails = true
    const find = together<number>(async () => {
      if (fails) throw new Error('the database is away')
      return new Map([['a', 1]])
    })
    const both = await Promise.allSettled([find('a'), find('b')])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    fails = false
    expect(await find('a')).toBe(1)
  })
})
