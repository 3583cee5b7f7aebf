import type { Do, VerdictWord } from '@lamplighter/api'

/** An instant in UTC with milliseconds and `Z`; made by `instantOf`. */
export type InstantText = `${string}Z`

/** SHA-256 in 64 hexadecimal digits. */
export type Sha256Hex = string

/** Number of a person of the staff, as `R-7`; never a name. */
export type StaffNumber = string

/** How much of an act a machine did. */
export type Automated = 'no' | 'partly' | 'fully'

/** The text form of an instant in a field of the ledger. */
export function instantOf(ms: number): InstantText {
  return new Date(ms).toISOString() as InstantText
}

/**
 * The fields of each kind that can occur, by the names of ledger.md §4. `at` comes from the transaction. An absent field leaves its
 * slot unused; `null` says "none". No field holds content, a name, an address or a reporter.
 */
export interface ActFields {
  verdict: {
    event: string
    item: string | null
    account: string | null
    verdict: VerdictWord
    effects: readonly string[]
    policy: string | null
    rules: readonly string[]
    ruleset: string
    signals: readonly string[]
    unknown: readonly string[]
    until: InstantText | null
    case: string | null
    automated: Automated
  }
  decision: {
    op: 'made' | 'undone' | 'reversed'
    case: string | null
    item: string | null
    account: string | null
    policy: string | null
    effects: readonly string[]
    reason: string | null
    statement: Sha256Hex | null
    source: string
    automated: Automated
    by: StaffNumber | null
    second: StaffNumber | null
    solo: boolean
    until: InstantText | null
    about: string | null
  }
  action: {
    op: 'delivered' | 'cancelled'
    action: string
    do: Do
    item: string | null
    account: string | null
    decision: string
    attempts: number
    endpoint: string | null
    undoes: string | null
  }
  notice: {
    notice: string
    action: string | null
    account: string
    text: Sha256Hex
    language: string
    channel: string
    delivered: InstantText | null
    appealUntil: InstantText | null
  }
  report: {
    op: 'accepted' | 'verified' | 'closed'
    report: string
    item: string | null
    reason: string | null
    outcome: string | null
    case: string | null
    proof: string | null
    code: string | null
  }
  appeal: {
    op: 'received' | 'decided'
    appeal: string
    of: string
    outcome: string | null
    reasons: Sha256Hex | null
    by: StaffNumber | null
  }
  hold: {
    op: 'placed' | 'extended' | 'ended' | 'destroyed'
    hold: string
    exhibits: number
    root: Sha256Hex | null
    reason: string
    until: InstantText | null
    order: string | null
    by: StaffNumber | null
    second: StaffNumber | null
  }
  reveal: {
    staff: StaffNumber
    role: string
    case: string
    exhibit: string
    step: string
    span: string | null
    reason: string | null
    bytes: number
    order: string | null
  }
  access: {
    op: 'queried' | 'opened' | 'shown'
    staff: StaffNumber
    role: string
    purpose: string
    query: string | null
    results: number | null
    of: string | null
    to: string | null
  }
  role: {
    op: 'granted' | 'removed' | 'enrolled' | 'revoked'
    who: string
    role: string | null
    by: StaffNumber | null
    second: StaffNumber | null
  }
  ledger: {
    op: 'opened' | 'key_added' | 'key_retired' | 'key_compromised' | 'witnesses' | 'resumed' | 'recovered' | 'continues'
    origin: string
    key?: string
    policy?: string
    size?: number
    root?: string
    note?: string
  }
  list: {
    /**
     * `told`: what was decided of one entry was told to the exchange that it came from. `shared`, `unshared`: the hash of an own entry was handed in to
     * an exchange, or taken back. The digest is over what is sent.
     */
    op: 'published' | 'published_without_trial' | 'back' | 'withdrawn' | 'told' | 'shared' | 'unshared'
    list: string
    version: string
    digest: Sha256Hex
    entries: number
    added: number
    removed: number
    source: string
    by: StaffNumber | null
    second: StaffNumber | null
    device: boolean
  }
  ruleset: {
    op: 'shadow' | 'trial' | 'live' | 'rollback' | 'paused' | 'resumed' | 'retired' | 'retro'
    ruleset: string
    version: number
    digest: Sha256Hex
    previous: Sha256Hex | null
    approvals: number
    by: StaffNumber | null
    solo: boolean
    reason: string | null
    until: InstantText | null
  }
  setting: {
    name: string
    from: string | null
    to: string | null
    by: StaffNumber | null
    second: StaffNumber | null
    solo: boolean
  }
  erasure: { run: string; openings: string; ground: string; indices: readonly string[] }
  model: {
    op: 'live'
    model: string
    version: string
    card: Sha256Hex
    digest: Sha256Hex
    previous: Sha256Hex | null
    by: StaffNumber | null
  }
  software: { version: string; digest: Sha256Hex; verifier: Sha256Hex | null; guard: Sha256Hex | null }
}

export type ActKind = keyof ActFields

/** The one under whose key a record is sealed: destroying that key erases it (ledger.md §12.1). */
export type Affected = { readonly kind: 'account' | 'reporter'; readonly id: string } | { readonly kind: 'platform' }

/** Nobody in particular: sealed under the platform's key. */
export const PLATFORM: Affected = { kind: 'platform' }

/** One act as a subject hands it to `record`. */
export type LedgerAct = {
  [K in ActKind]: {
    readonly kind: K
    readonly affected: Affected
    readonly fields: Readonly<ActFields[K]>
    /** When it happened, where that was before this transaction (milliseconds). */
    readonly at?: number
    /** Until then the person gets no receipt (ledger.md §12.2), in milliseconds. */
    readonly notBefore?: number
  }
}[ActKind]
