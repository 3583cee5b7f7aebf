import { expect, test } from 'vitest'
import { forKind, netOf } from './net.ts'
import type { SourceChange } from './source.ts'

const put = (value: string, word = 'A1', kind: 'pdq' | 'digest' = 'digest'): SourceChange => ({
  ...{ op: 'put', sourceId: 'x', kind },
  entry: { value, sourceId: 'x', class: word },
})
const whole: SourceChange = { op: 'drop', sourceId: 'x' }
const one = (value: string): SourceChange => ({ op: 'drop', sourceId: 'x', value })

test('a content that is told anew has nothing of what was told before', () => {
  expect(netOf([whole, put('a'), put('b'), whole, put('b', 'B2')])).toEqual([whole, put('b', 'B2')])
  expect(netOf([put('a'), whole])).toEqual([whole])
})

test('a source that tells single hashes adds them; of one hash the last word counts', () => {
  expect(netOf([put('a'), put('b'), one('a'), put('b', 'B2')])).toEqual([one('a'), put('b', 'B2')])
  expect(netOf([one('a'), put('a')])).toEqual([put('a')])
})

test('a list hears of its own kind, and of all that is gone', () => {
  const changes = [whole, put('a'), put('p', 'A1', 'pdq')]
  expect([forKind(changes, 'digest'), forKind(changes, 'pdq')]).toEqual([
    [whole, put('a')],
    [whole, put('p', 'A1', 'pdq')],
  ])
})
