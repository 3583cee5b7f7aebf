import { expect, test } from 'vitest'
import { bindings, hear, labelOf, type Press } from './keys.ts'

const press = (key: string, change: Partial<Press> = {}): Press => ({
  key,
  place: 'page',
  ctrl: false,
  alt: false,
  meta: false,
  ...change,
})

test('each key of the table asks for its command', () => {
  for (const { command, keys } of bindings.filter((binding) => binding.keys.length === 1))
    expect(hear(press(keys[0]), null, true).command).toBe(command)
})

test('a digit says which policy', () => {
  expect(hear(press('7'), null, true)).toEqual({ command: 'policy', pending: null, digit: 7 })
})

test('letters in a text field are text', () => {
  for (const key of ['r', 'w', 'a', '1', ' ', '?', 'Enter'])
    expect(hear(press(key, { place: 'text' }), null, true).command).toBeNull()
})

test('Ctrl+Enter decides from anywhere, even in a text field', () => {
  expect(hear(press('Enter', { place: 'text', ctrl: true }), null, true).command).toBe('decide')
  expect(hear(press('Enter', { place: 'text', meta: true }), null, false).command).toBe('decide')
})

test('a focused button keeps its own Enter and Space, letters are still commands', () => {
  expect(hear(press('Enter', { place: 'press' }), null, true).command).toBeNull()
  expect(hear(press(' ', { place: 'press' }), null, true).command).toBeNull()
  expect(hear(press('r', { place: 'press' }), null, true).command).toBe('remove')
})

test('keys of the browser stay with the browser', () => {
  expect(hear(press('r', { ctrl: true }), null, true).command).toBeNull()
  expect(hear(press('l', { meta: true }), null, true).command).toBeNull()
  expect(hear(press('s', { alt: true }), null, true).command).toBeNull()
})

test('g then r goes to Review; g then anything else is that key alone', () => {
  const first = hear(press('g'), null, true)
  expect(first).toEqual({ command: null, pending: 'g', digit: null })
  expect(hear(press('r'), first.pending, true).command).toBe('go-review')
  expect(hear(press('s'), first.pending, true).command).toBe('go-settings')
  expect(hear(press('w'), first.pending, true).command).toBe('warn')
})

test('console 38: shortcuts off → single keys do nothing; Escape still hides all media', () => {
  for (const { keys } of bindings)
    for (const key of keys)
      if (key !== 'Escape')
        expect(hear(press(key), null, false), key).toEqual({ command: null, pending: null, digit: null })
  expect(hear(press('Escape'), null, false).command).toBe('close')
  expect(hear(press('Escape', { place: 'text' }), null, false).command).toBe('close')
})

test('no two commands share a key, and a severe action has none', () => {
  const keys = bindings.map((binding) => binding.keys.join(' '))
  expect(new Set(keys).size).toBe(keys.length)
  expect(bindings.map(({ command }) => String(command))).not.toContain('suspend')
})

test('keys are written as people call them', () => {
  expect([' ', 'Escape', 'r'].map(labelOf)).toEqual(['Space', 'Esc', 'r'])
})
