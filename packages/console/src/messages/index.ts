import { createContext, createElement, type ReactNode, useContext, useMemo } from 'react'
import { type Locale, preferences } from '../preferences.ts'
import { useStore } from '../store.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { formatsOf } from './formats.ts'
import type { Words } from './words.ts'

const catalogues: Record<Locale, Words> = { en, de }

/** All words of one language, and the formats of its dates and numbers. */
export type Messages = Words & ReturnType<typeof formatsOf>

export const messagesOf = (locale: Locale): Messages => ({ ...catalogues[locale], ...formatsOf(regionOf(locale)) })

/** The reader's own variant of a language, for dates and numbers: `en` in a British browser is `en-GB`. */
function regionOf(locale: Locale): string {
  return navigator.languages?.find((one) => one === locale || one.startsWith(`${locale}-`)) ?? locale
}

const Context = createContext<Messages>(messagesOf('en'))

export function MessagesProvider({ children }: { children: ReactNode }) {
  const { language } = useStore(preferences)
  const value = useMemo(() => messagesOf(language), [language])
  return createElement(Context.Provider, { value }, children)
}

export const useMessages = (): Messages => useContext(Context)
