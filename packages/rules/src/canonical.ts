import type { Json } from './types.ts'

/**
 * RFC 8785 (JCS): one text per value. Keys are sorted by UTF-16 units, numbers are ECMAScript's, strings escape only
 * what JSON must.
 *
 * @throws TypeError for a number that JSON has not, and for a lone surrogate
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return canonicalString(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`JSON has no number ${value}`)
    return JSON.stringify(value)
  }
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields: string[] = []
  for (const key of Object.keys(value).sort()) {
    const field = value[key]
    if (field !== undefined) fields.push(`${canonicalString(key)}:${canonicalJson(field)}`)
  }
  return `{${fields.join(',')}}`
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('a lone surrogate has no UTF-8 form')
  return JSON.stringify(text)
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
