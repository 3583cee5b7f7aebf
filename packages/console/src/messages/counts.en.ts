import type { Units } from '../time.ts'

/** Short names of units of time. */
export const units: Units = { s: 's', min: 'min', h: 'h', d: 'd' }

const plural = new Intl.PluralRules('en')

/** `3 reports`, `1 report`. */
export const many = (count: number, one: string, other: string): string =>
  `${count} ${plural.select(count) === 'one' ? one : other}`
