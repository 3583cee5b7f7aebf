import { createContext, createElement, type ReactNode, useContext, useEffect, useMemo } from 'react'
import { wordsOf } from '../case/case-number.ts'
import { type Locale, preferences } from '../preferences.ts'
import { storeOf, useStore } from '../store.ts'
import { en } from './en.ts'
import { formatsOf } from './formats.ts'
import type { Words } from './words.ts'

/** English comes with the page, so that there are always words; the others are fetched by those who read them. */
const catalogues: Record<Locale, () => Promise<Words>> = {
  en: async () => en,
  de: async () => (await import('./de.ts')).de,
}
const loaded = storeOf<Partial<Record<Locale, Words>>>({ en })

/** Fetches the words of a language. @throws where they cannot be had; the page then stays in the language it has */
export async function loadMessages(locale: Locale): Promise<void> {
  if (loaded.get()[locale] !== undefined) return
  const words = await catalogues[locale]()
  loaded.set({ ...loaded.get(), [locale]: words })
}

/** All words of one language, and the formats of its dates and numbers. */
export type Messages = Words &
  ReturnType<typeof formatsOf> & {
    /** Words for an id of the server's; one that nobody has words for is shown as it is written. */
    named(kind: keyof Words['known'], id: string): string
  }

const messagesOf = (locale: Locale, words: Words): Messages => ({
  ...words,
  ...formatsOf(regionOf(locale)),
  named: (kind, id) => words.known[kind][id] ?? wordsOf(id),
})

/** The reader's own variant of a language, for dates and numbers: `en` in a British browser is `en-GB`. */
function regionOf(locale: Locale): string {
  return navigator.languages?.find((one) => one === locale || one.startsWith(`${locale}-`)) ?? locale
}

const Context = createContext<Messages>(messagesOf('en', en))

export function MessagesProvider({ children }: { children: ReactNode }) {
  const { language } = useStore(preferences)
  const words = useStore(loaded)[language]
  useEffect(() => {
    loadMessages(language).catch(() => undefined)
  }, [language])
  const value = useMemo(
    () => (words === undefined ? messagesOf('en', en) : messagesOf(language, words)),
    [language, words],
  )
  return createElement(Context.Provider, { value }, children)
}

export const useMessages = (): Messages => useContext(Context)
