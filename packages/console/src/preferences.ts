import { storeOf } from './store.ts'

export const themes = ['system', 'light', 'dark', 'contrast'] as const
export type Theme = (typeof themes)[number]
export const locales = ['en', 'de'] as const
export type Locale = (typeof locales)[number]

/** The only three things this browser keeps (console 43). */
export interface Preferences {
  readonly theme: Theme
  readonly language: Locale
  /** Whether single keys act. */
  readonly keys: boolean
}

const oneOf = <T extends string>(known: readonly T[], value: string | null | undefined, otherwise: T): T =>
  known.find((one) => one === value) ?? otherwise

/** Preferences from what is stored; anything unknown falls back to the default. */
export function preferencesFrom(read: (name: string) => string | null, browserLanguage: string): Preferences {
  return {
    theme: oneOf(themes, read('theme'), 'system'),
    language: oneOf(locales, read('language'), oneOf(locales, browserLanguage.slice(0, 2), 'en')),
    keys: read('keys') !== 'off',
  }
}

// A browser may forbid storage; then preferences last as long as the page.
const read = (name: string): string | null => {
  try {
    return localStorage.getItem(`lamplighter.${name}`)
  } catch {
    return null
  }
}
const write = (name: string, value: string): void => {
  try {
    localStorage.setItem(`lamplighter.${name}`, value)
  } catch {
    return
  }
}

export const preferences = storeOf<Preferences>({ theme: 'system', language: 'en', keys: true })

const show = ({ theme, language }: Preferences): void => {
  if (theme === 'system') document.documentElement.removeAttribute('data-theme')
  else document.documentElement.setAttribute('data-theme', theme)
  document.documentElement.lang = language
}

export function loadPreferences(): void {
  preferences.set(preferencesFrom(read, navigator.language))
  show(preferences.get())
}

export function prefer(change: Partial<Preferences>): void {
  const next = { ...preferences.get(), ...change }
  preferences.set(next)
  show(next)
  if (change.theme) write('theme', change.theme)
  if (change.language) write('language', change.language)
  if (change.keys !== undefined) write('keys', change.keys ? 'on' : 'off')
}
