import { expect, test } from 'vitest'
import { placeholdersIn } from './placeholders.ts'

test('each gap with its place and its name, in order', () => {
  expect(placeholdersIn('On {{day}} you wrote {{ what happened }}.')).toEqual([
    { from: 3, to: 10, name: 'day' },
    { from: 21, to: 40, name: 'what happened' },
  ])
})

test('half a gap counts, because a person would read it', () => {
  expect(placeholdersIn('you wrote {{ and then').length).toBe(1)
  expect(placeholdersIn('you wrote }} and then').length).toBe(1)
  expect(placeholdersIn('{{}}').length).toBe(1)
})

test('single braces and plain text are no gaps', () => {
  expect(placeholdersIn('a {b} c { d } {')).toEqual([])
})
