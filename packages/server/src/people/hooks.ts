import type { Tx } from '../storage/index.ts'

/** What happens to a person's open work in the transaction that makes them leave. */
export type Leaving = (tx: Tx, staff: string) => Promise<void>

const accessEnds: Leaving[] = []
const signsOut: Leaving[] = []

/**
 * Declares what ends when a person's access ends or their roles change: sessions, claims, drafts, halves of two-person acts
 * (security.md §3). Call it at module level in a `store.ts`; it runs in the transaction of the change.
 */
export function whenAccessEnds(end: Leaving): void {
  accessEnds.push(end)
}

/** Declares what ends when a person signs out: claims go back to their lanes. As `whenAccessEnds`. */
export function whenSignedOut(end: Leaving): void {
  signsOut.push(end)
}

export async function endAccess(tx: Tx, staff: string): Promise<void> {
  for (const end of accessEnds) await end(tx, staff)
}

export async function signedOut(tx: Tx, staff: string): Promise<void> {
  for (const end of signsOut) await end(tx, staff)
}
