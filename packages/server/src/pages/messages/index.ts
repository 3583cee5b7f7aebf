import { ar } from './ar.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import type { Language, Messages } from './type.ts'

export type { KeptCategory, Language, Messages } from './type.ts'

export const languages: Readonly<Record<Language, Messages>> = { en, de, es, fr, ar }

const isLanguage = (text: string): text is Language => Object.hasOwn(languages, text)

/**
 * The words for a reader: the language that was asked for, else `otherwise` (that of the text shown), else the first of ours that the
 * browser accepts, else English.
 *
 * @param accepted `Accept-Language` (RFC 9110 §12.5.4); its order is taken as it stands
 */
export function messagesFor(asked: string | null, accepted: string | null, otherwise?: string): Messages {
  const wishes = [asked ?? '', otherwise ?? '', ...(accepted ?? '').split(',').map((one) => one.split(';')[0] ?? '')]
  const found = wishes.map((one) => one.trim().slice(0, 2).toLowerCase()).find(isLanguage)
  return languages[found ?? 'en']
}

/** Date as people of that language write it, in UTC: pages are the same for everybody. */
export function dateText(words: Messages, at: number): string {
  return new Intl.DateTimeFormat(words.language, { dateStyle: 'long', timeZone: 'UTC' }).format(at)
}

/** The name of a language in the reader's; of what is no language, as it was written. */
export function languageText(words: Messages, code: string): string {
  try {
    return new Intl.DisplayNames(words.language, { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}

export function daysText(words: Messages, days: number): string {
  return new Intl.NumberFormat(words.language, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(days)
}

/** A time to wait: seconds up to two minutes, then whole minutes, never less than it takes. */
export function secondsText(words: Messages, seconds: number): string {
  const [count, unit] = seconds <= 120 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute']
  return new Intl.NumberFormat(words.language, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
}
