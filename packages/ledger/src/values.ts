import { LedgerError } from './errors.ts'

/** What a field may hold. Instants are strings in UTC with milliseconds and `Z`. */
export type Value = string | number | boolean | null | readonly string[]

/**
 * A value as the text that is hashed and carried: exactly what ECMAScript's `JSON.stringify` writes.
 *
 * @throws LedgerError `bad_opening` for a number that is not whole and safe, for −0 and for a lone surrogate
 */
export function valueText(value: Value): string {
  if (!isValue(value) || Object.is(value, -0)) {
    throw new LedgerError('bad_opening', 'a field holds a string, whole number, boolean, null or array of strings')
  }
  return JSON.stringify(value)
}

/** The value of such a text. @throws LedgerError `bad_opening` also for another spelling of the same value */
export function parseValue(text: string): Value {
  const value = jsonOrUndefined(text)
  if (value === undefined || !isValue(value) || JSON.stringify(value) !== text) {
    throw new LedgerError('bad_opening', 'a value is not exact JSON text of an allowed type')
  }
  return value
}

/** The value of JSON text, or undefined where it is none. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isValue(value: unknown): value is Value {
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value === 'string') return value.isWellFormed()
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item.isWellFormed())
}
