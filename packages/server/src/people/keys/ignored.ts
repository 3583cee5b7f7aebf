import type { Store } from '../../storage/index.ts'
import { nameIgnored } from './store.ts'

/** Fields that are named of one key on one day. */
const MOST = 20
// A name is the platform's own word; what does not look like one may be a word of a person.
const POINTER = /^(?:\/(?:[A-Za-z_][A-Za-z0-9_-]{0,63}|\d{1,4})){1,8}$/

/** Says of a key which fields it sent in vain. @param fields asked only if nothing was named of this key today */
export type NameIgnored = (key: string, now: number, fields: () => readonly string[]) => void

/**
 * Names, once a day per key, the fields that a platform sends and the schema does not know (platform.md §10): they are left out of the
 * event, so a misspelt one is missed by every rule. The call does not wait; after a failure the next one tries again.
 */
export function makeNameIgnored(store: Store): NameIgnored {
  const named = new Map<string, string>()
  return (key, now, fields) => {
    const day = new Date(now).toISOString().slice(0, 10)
    if (named.get(key) === day) return
    named.set(key, day)
    store.tx(nameIgnored, { key, day, fields: namesOf(fields()) }).catch(() => named.delete(key))
  }
}

const namesOf = (fields: readonly string[]): string[] =>
  [...new Set(fields.map((field) => (POINTER.test(field) ? field : '(a name that is no word)')))].slice(0, MOST)
