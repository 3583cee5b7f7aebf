import { type RawBuilder, sql } from 'kysely'

/**
 * The name of a row whose value came again: two rows of a list never have one fingerprint, and this one belongs to versions that ended. The value
 * stays with it until it is erased, so that one can go back to them.
 */
export const nameBefore: RawBuilder<string> = sql<string>`'was:' || n || ':' || fingerprint`

const BEFORE = /^was:\d+:/

export const isNameBefore = (fingerprint: string): boolean => BEFORE.test(fingerprint)

/** The fingerprint of an entry, also where its value came again. */
export const fingerprintOf = ({ fingerprint }: { readonly fingerprint: string }): string =>
  fingerprint.replace(BEFORE, '')
