import { expect, test } from 'vitest'
import { preferencesFrom } from './preferences.ts'

const stored = (kept: Record<string, string>) => (name: string) => kept[name] ?? null

test('without anything stored, the browser’s language and the system’s look', () => {
  expect(preferencesFrom(stored({}), 'de-AT')).toEqual({ theme: 'system', language: 'de', keys: true })
  expect(preferencesFrom(stored({}), 'fr-FR').language).toBe('en')
})

test('what was chosen beats the browser', () => {
  expect(preferencesFrom(stored({ theme: 'dark', language: 'en', keys: 'off' }), 'de')).toEqual({
    theme: 'dark',
    language: 'en',
    keys: false,
  })
})

test('a value that nobody could have chosen falls back', () => {
  expect(preferencesFrom(stored({ theme: 'neon', language: 'xx', keys: '?' }), 'en')).toEqual({
    theme: 'system',
    language: 'en',
    keys: true,
  })
})
