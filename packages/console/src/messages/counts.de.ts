import type { Units } from '../time.ts'

/** Kurze Namen von Zeiteinheiten. */
export const units: Units = { s: 's', min: 'min', h: 'h', d: 'T' }

/** `3 Meldungen`, `1 Meldung`. */
export const many = (count: number, one: string, other: string): string => `${count} ${count === 1 ? one : other}`
