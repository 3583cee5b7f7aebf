/*
 * Two rows of a list never have one fingerprint. A row whose value came again belongs to versions that ended: it is named `was:N:` and its
 * fingerprint, and its value stays until it is erased, so that one can go back to them.
 */
const BEFORE = /^was:\d+:/

export const isNameBefore = (fingerprint: string): boolean => BEFORE.test(fingerprint)

/** The fingerprint of an entry, also where its value came again. */
export const fingerprintOf = ({ fingerprint }: { readonly fingerprint: string }): string =>
  fingerprint.replace(BEFORE, '')
