import type { Role, Scope } from '@lamplighter/api'

/** Who asks (security.md §2). */
export type Principal =
  | { kind: 'staff'; id: string; number: number; roles: readonly Role[]; session: string }
  | {
      kind: 'key'
      id: string
      connection: string
      scopes: readonly Scope[]
      /** Addresses from which the key may be shown; without it any. */
      from?: readonly string[]
    }
  | { kind: 'link'; purpose: string; matter: string }
  | { kind: 'operator' }
  | { kind: 'nobody' }

/** Assent to one exact act. Until passkeys exist it is given by the demo and by the operator's socket only (decisions.md 17). */
export type Touch = { kind: 'demo' } | { kind: 'operator' }

/** A name for logs, once-keys and audit rows: `staff:st_…`, `key:…`, `operator`. No secret. */
export function nameOf(who: Principal): string {
  switch (who.kind) {
    case 'staff':
    case 'key':
      return `${who.kind}:${who.id}`
    case 'link':
      return `link:${who.purpose}:${who.matter}`
    case 'operator':
    case 'nobody':
      return who.kind
  }
}
