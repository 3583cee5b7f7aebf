import type { Locale } from '../preferences.ts'
import { kept as de } from './kept.de.ts'
import { kept as en, type KeptWords } from './kept.en.ts'

/** The kinds of records that every locale must name; a missing one fails the type check. */
export type Kept = Readonly<Record<keyof typeof en, KeptWords>>

/** By language. Apart from the other words: one page alone reads them, and loads them with itself. */
export const keptWords: Readonly<Record<Locale, Readonly<Record<string, KeptWords>>>> = { en, de }
