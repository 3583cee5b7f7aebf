import type { ListSpec } from './checked.ts'
import { foldText } from './pattern/index.ts'
import type { Hit, List } from './world.ts'

/** The distance in bits up to which two perceptual hashes of 256 bits are near, where nothing else is injected. */
const NEAR_BITS = 31

/**
 * A list as tests have it where no matcher is injected: exact `in` (for a domain also its parents), `near` by Hamming
 * distance, `contains any` as whole words in the folded text.
 */
export function plainList(spec: ListSpec, entries: readonly string[]): List {
  const finders = {
    in: (value: string) => (spec.type === 'domain' ? findDomain(entries, value) : findExact(entries, value)),
    near: (value: string) => findNear(entries, value),
    any: (value: string) => findTerm(entries, value),
  }
  return { version: 'test', find: (how, value) => finders[how](value) }
}

function findExact(entries: readonly string[], value: string): Hit | null {
  return entries.includes(value) ? { entry: value } : null
}

function findDomain(entries: readonly string[], value: string): Hit | null {
  const entry = entries.find((one) => value === one || value.endsWith(`.${one}`))
  return entry === undefined ? null : { entry }
}

function findNear(entries: readonly string[], value: string): Hit | null {
  for (const entry of entries) {
    const distance = entry.length === value.length ? hamming(entry, value) : Number.POSITIVE_INFINITY
    if (distance <= NEAR_BITS) return { entry, distance }
  }
  return null
}

function hamming(a: string, b: string): number {
  let distance = 0
  for (let i = 0; i < a.length; i++) {
    const bits = Number.parseInt(a[i] ?? '0', 16) ^ Number.parseInt(b[i] ?? '0', 16)
    distance += [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4][bits] ?? 0
  }
  return distance
}

function findTerm(entries: readonly string[], value: string): Hit | null {
  const text = foldText(value)
  for (const entry of entries) {
    const term = foldText(entry)
    for (let from = text.indexOf(term); from !== -1; from = text.indexOf(term, from + 1)) {
      const to = from + term.length
      if (!isLetter(text[from - 1]) && !isLetter(text[to])) return { entry, from, to }
    }
  }
  return null
}

function isLetter(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}]/u.test(char)
}
